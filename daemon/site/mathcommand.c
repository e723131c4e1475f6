/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "mathtree.h"

/* Commands with arguments. */

/* An element around the node. */
static struct math_node *
inside(struct math_parser *p, enum math_element element, const char *attributes,
       struct math_node *node)
{
	struct math_node *outer;

	if (node == NULL)
		return NULL;
	outer = math_node(p, element);
	outer->attributes[0] = attributes;
	outer->class = node->class;
	math_add(outer, node);
	return outer;
}

/* An element of two; the class is the first one's. */
static struct math_node *
two(struct math_parser *p, enum math_element element, const char *attributes,
    struct math_node *first, struct math_node *second)
{
	struct math_node *outer;

	if (first == NULL || second == NULL)
		return NULL;
	outer = inside(p, element, attributes, first);
	math_add(outer, second);
	return outer;
}

static struct math_node *
accent(struct math_parser *p, const struct math_command *c)
{
	struct math_node *mark =
	    math_operator(p, c->value, MATH_NO_CLASS,
			  c->kind == MATH_K_ACCENT ? " stretchy=\"false\""
						   : " stretchy=\"true\"");
	struct math_node *node = math_argument(p);

	switch (c->kind) {
	case MATH_K_UNDER:
		return two(p, MATH_MUNDER, " accentunder=\"true\"", node, mark);
	case MATH_K_BRACE:
	case MATH_K_UNDERBRACE:
		node =
		    two(p, c->kind == MATH_K_BRACE ? MATH_MOVER : MATH_MUNDER,
			NULL, node, mark);
		if (node != NULL)
			node->limits = MATH_LIMITS;
		return node;
	default:
		return two(p, MATH_MOVER, " accent=\"true\"", node, mark);
	}
}

/* "[...]" before an argument; NULL when there is none. */
static struct math_node *
optional(struct math_parser *p)
{
	struct math_node *row;

	if (!math_next_is(p, '['))
		return NULL;
	row = math_row(p, 1);
	if (!math_next_is(p, ']'))
		return math_bad(p);
	return row;
}

/* What stands at an arrow, with room at both its ends. */
static struct math_node *
label(struct math_parser *p, struct math_node *node)
{
	struct math_node *row = math_node(p, MATH_ROW);

	math_add(row, math_space(p, " width=\"0.4em\""));
	math_add(row, node);
	math_add(row, math_space(p, " width=\"0.4em\""));
	return row;
}

static struct math_node *
arrow(struct math_parser *p, const struct math_command *c)
{
	struct math_node *below = optional(p), *above = math_argument(p), *node;

	if (p->bad)
		return NULL;
	node = math_node(p, below != NULL ? MATH_MUNDEROVER : MATH_MOVER);
	node->class = MATH_RELATION;
	math_add(node, math_operator(p, c->value, MATH_RELATION,
				     " stretchy=\"true\""));
	if (below != NULL)
		math_add(node, label(p, below));
	math_add(node, label(p, above));
	return node;
}

static struct math_node *
font(struct math_parser *p, uint32_t value)
{
	uint8_t before = p->font;
	struct math_node *node;

	p->font = (uint8_t)value;
	node = math_argument(p);
	p->font = before;
	return node;
}

static struct math_node *
fraction(struct math_parser *p, const struct math_command *c)
{
	struct math_node *above = math_argument(p), *below = math_argument(p);
	struct math_node *node, *row;

	node = two(p, MATH_MFRAC,
		   c->kind == MATH_K_BINOM ? " linethickness=\"0\"" : NULL,
		   above, below);
	if (node == NULL)
		return NULL;
	node->class = MATH_ORDINARY;
	if (c->kind == MATH_K_BINOM) {
		row = math_node(p, MATH_ROW);
		math_add(row, math_operator(p, '(', MATH_NO_CLASS, NULL));
		math_add(row, node);
		math_add(row, math_operator(p, ')', MATH_NO_CLASS, NULL));
		node = row;
	}
	return c->text != NULL ? inside(p, MATH_MSTYLE, c->text, node) : node;
}

static struct math_node *
root(struct math_parser *p)
{
	struct math_node *index = optional(p), *node = math_argument(p);

	node = index != NULL ? two(p, MATH_MROOT, NULL, node, index)
			     : inside(p, MATH_MSQRT, NULL, node);
	if (node != NULL)
		node->class = MATH_ORDINARY;
	return node;
}

static struct math_node *
set(struct math_parser *p, const struct math_command *c)
{
	struct math_node *mark = math_argument(p), *node = math_argument(p);

	return two(p, c->kind == MATH_K_OVERSET ? MATH_MOVER : MATH_MUNDER,
		   NULL, node, mark);
}

static struct math_node *
phantom(struct math_parser *p, const struct math_command *c)
{
	struct math_node *node =
	    inside(p, MATH_MPHANTOM, NULL, math_argument(p));

	return c->text != NULL ? inside(p, MATH_MPADDED, c->text, node) : node;
}

static struct math_node *
boxed(struct math_parser *p)
{
	struct math_node *node =
	    inside(p, MATH_ROW, " class=\"math-boxed\"", math_argument(p));

	if (node != NULL)
		node->class = MATH_ORDINARY;
	return node;
}

/* ---- others ---- */

static struct math_node *
negated(struct math_parser *p)
{
	const struct math_command *c = math_peek(p);
	uint32_t cp = 0;

	if (c != NULL && c->kind == MATH_K_REL) {
		p->p++;
		math_read_name(p);
		cp = math_negated(c->value);
	} else if (c == NULL && p->p < p->end) {
		cp = math_negated((unsigned char)*p->p++);
	}
	return cp != 0 ? math_operator(p, cp, MATH_RELATION, NULL)
		       : math_bad(p);
}

/* \bmod between operands; \mod with a wide space; \pmod in parentheses. */
static struct math_node *
modulo(struct math_parser *p, uint32_t which)
{
	struct math_node *row, *node = math_node(p, MATH_MO);

	node->text = slice_of("mod");
	node->class = MATH_BINARY;
	node->attributes[0] = which == 0
				  ? " lspace=\"0.2222em\" rspace=\"0.2222em\""
				  : " lspace=\"0\" rspace=\"0.3333em\"";
	if (which == 0)
		return node;
	row = math_node(p, MATH_ROW);
	math_add(row, math_space(p, p->display ? " width=\"1em\""
					       : " width=\"0.5em\""));
	if (which == 1) {
		math_add(row, node);
		return row;
	}
	math_add(row,
		 math_operator(p, '(', MATH_NO_CLASS, " stretchy=\"false\""));
	math_add(row, node);
	node = math_argument(p);
	if (node == NULL)
		return NULL;
	math_add(row, node);
	math_add(row,
		 math_operator(p, ')', MATH_NO_CLASS, " stretchy=\"false\""));
	return row;
}

/* What the argument is to its neighbours. */
static struct math_node *
as_class(struct math_parser *p, enum math_class class)
{
	struct math_node *row, *node = math_argument(p);
	const char *width = class == MATH_BINARY ? " width=\"0.2222em\""
						 : " width=\"0.2778em\"";

	if (node == NULL)
		return NULL;
	if (class == MATH_OPERATOR) {
		node->class =
		    node->element == MATH_MO ? MATH_OPERATOR : MATH_FUNCTION;
		/* Only a sign moves its limits by itself. */
		node->limits =
		    (uint8_t)(p->display ? MATH_LIMITS : MATH_SCRIPTS);
		return node;
	}
	math_no_spaces(node);
	row = math_node(p, MATH_ROW);
	if (class != MATH_ORDINARY)
		math_add(row, math_space(p, width));
	math_add(row, node);
	if (class != MATH_ORDINARY)
		math_add(row, math_space(p, width));
	/* The spaces are there: it is not to become a sign. */
	row->class = class == MATH_BINARY ? MATH_RELATION : class;
	return row;
}

static struct math_node *
substack(struct math_parser *p)
{
	struct math_node *node;

	if (!math_next_is(p, '{'))
		return math_bad(p);
	node = math_lines(p, math_row(p, 0), 0);
	return math_next_is(p, '}') ? node : math_bad(p);
}

/* ---- all ---- */

struct math_node *
math_call(struct math_parser *p, const struct math_command *c)
{
	if (c->kind < MATH_K_ACCENT)
		return math_of_command(p, c);
	switch (c->kind) {
	case MATH_K_ACCENT:
	case MATH_K_OVER:
	case MATH_K_UNDER:
	case MATH_K_BRACE:
	case MATH_K_UNDERBRACE:
		return accent(p, c);
	case MATH_K_ARROW:
		return arrow(p, c);
	case MATH_K_FONT:
		return font(p, c->value);
	case MATH_K_TEXT:
		return math_text(p, c);
	case MATH_K_FRAC:
	case MATH_K_BINOM:
		return fraction(p, c);
	case MATH_K_SQRT:
		return root(p);
	case MATH_K_OVERSET:
	case MATH_K_UNDERSET:
		return set(p, c);
	case MATH_K_PHANTOM:
		return phantom(p, c);
	case MATH_K_BOXED:
		return boxed(p);
	case MATH_K_NAME:
		return math_operator_name(p);
	case MATH_K_NOT:
		return negated(p);
	case MATH_K_MOD:
		return modulo(p, c->value);
	case MATH_K_SUBSTACK:
		return substack(p);
	case MATH_K_CLASS:
		return as_class(p, c->value);
	case MATH_K_BIGGER:
		return math_bigger(p, c);
	case MATH_K_LEFT:
		return math_left(p);
	case MATH_K_BEGIN:
		return math_environment(p);
	default:
		return math_bad(p);
	}
}
