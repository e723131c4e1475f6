/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "mathtree.h"

/* \left ... \right, and fences of a size that the author says. */

static int
is_fence(const struct math_command *c)
{
	switch (c->kind) {
	case MATH_K_OPEN:
	case MATH_K_CLOSE:
		return c->value != '!';
	case MATH_K_ORD:
		return c->value == '|' || c->value == '/' || c->value == '\\' ||
		       c->value == 0x2016;
	case MATH_K_REL: /* upright arrows */
		return c->value == 0x2191 || c->value == 0x2193 ||
		       c->value == 0x2195 || c->value == 0x21d1 ||
		       c->value == 0x21d3 || c->value == 0x21d5;
	default:
		return 0;
	}
}

/* The code point behind \left and its like; 0 for "." or, with p->bad, for what
 * is no fence. */
static uint32_t
read_fence(struct math_parser *p)
{
	const struct math_command *c = math_peek(p);

	if (math_next_is(p, '.'))
		return 0;
	if (math_next_is(p, '<'))
		return 0x27e8;
	if (math_next_is(p, '>'))
		return 0x27e9;
	if (p->p == p->end) {
		math_bad(p);
		return 0;
	}
	if (c != NULL) {
		p->p++;
		math_read_name(p);
	} else {
		c = math_character((unsigned char)*p->p++);
	}
	if (c == NULL || !is_fence(c)) {
		math_bad(p);
		return 0;
	}
	return c->value;
}

/* Slashes and arrows are no fences in the dictionary. */
static const char *
fence_symmetric(uint32_t cp)
{
	return cp == '/' || cp == '\\' || (cp >= 0x2190 && cp <= 0x21ff)
		   ? " symmetric=\"true\""
		   : NULL;
}

static void
add_fence(struct math_parser *p, struct math_node *row, const char *attributes)
{
	uint32_t cp = read_fence(p);
	struct math_node *node;

	if (cp == 0)
		return;
	node = math_operator(p, cp, MATH_NO_CLASS, attributes);
	node->attributes[1] = fence_symmetric(cp);
	math_add(row, node);
}

struct math_node *
math_left(struct math_parser *p)
{
	struct math_node *row = math_node(p, MATH_ROW), *body;
	const struct math_command *c;

	row->class = MATH_INNER;
	add_fence(p, row, " form=\"prefix\" stretchy=\"true\"");
	for (;;) {
		body = math_row(p, 0);
		if (body == NULL)
			return NULL;
		if (body->first != NULL)
			math_add(row, body);
		c = math_peek(p);
		if (c == NULL || !math_next_is(p, '\\'))
			return math_bad(p);
		math_read_name(p);
		if (c->kind != MATH_K_MIDDLE)
			break;
		add_fence(p, row,
			  " form=\"infix\" stretchy=\"true\" "
			  "symmetric=\"true\" lspace=\"0\" rspace=\"0\"");
	}
	if (c->kind != MATH_K_RIGHT)
		return math_bad(p);
	add_fence(p, row, " form=\"postfix\" stretchy=\"true\"");
	return p->bad ? NULL : row;
}

struct math_node *
math_bigger(struct math_parser *p, const struct math_command *c)
{
	uint32_t cp = read_fence(p);
	struct math_node *node;

	if (cp == 0)
		return math_bad(p);
	node = math_operator(p, cp, c->value,
			     c->value == MATH_OPENING	? " form=\"prefix\""
			     : c->value == MATH_CLOSING ? " form=\"postfix\""
			     : c->value == MATH_RELATION
				 ? " lspace=\"0.2778em\" rspace=\"0.2778em\""
				 : " lspace=\"0\" rspace=\"0\"");
	node->attributes[1] = c->text;
	return node;
}
