/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "mathtree.h"

/* What stands for itself: letters, operators, names, spaces. */

struct math_node *
math_operator(struct math_parser *p, uint32_t cp, enum math_class class,
	      const char *attributes)
{
	struct math_node *node = math_symbol(p, MATH_MO, cp, class);

	node->attributes[0] = attributes;
	return node;
}

/* Arrows stretch in MathML's dictionary, bars have no space there. */
static const char *
relation_attributes(uint32_t cp)
{
	if (cp == 0x2223 || cp == 0x2225)
		return " stretchy=\"false\" lspace=\"0.2778em\" "
		       "rspace=\"0.2778em\"";
	if ((cp >= 0x2190 && cp <= 0x21ff) || (cp >= 0x27f0 && cp <= 0x27ff))
		return " stretchy=\"false\"";
	return NULL;
}

static struct math_node *
letter(struct math_parser *p, const struct math_command *c)
{
	struct math_node *node =
	    math_symbol(p, MATH_MI, c->value, MATH_ORDINARY);

	node->font = p->font;
	if (c->kind == MATH_K_UPRIGHT && p->font == MATH_NO_FONT)
		node->font = MATH_NORMAL;
	return node;
}

struct math_node *
math_name(struct math_parser *p, struct slice text, int limits)
{
	struct math_node *node = math_node(p, limits ? MATH_MO : MATH_MI);

	node->text = text;
	node->class = MATH_FUNCTION;
	if (limits) {
		node->limits = MATH_LIMITS;
		node->attributes[0] = " movablelimits=\"true\" lspace=\"0\" "
				      "rspace=\"0\"";
	}
	return node;
}

struct math_node *
math_space(struct math_parser *p, const char *attributes)
{
	struct math_node *node = math_node(p, MATH_MSPACE);

	node->attributes[0] = attributes;
	node->class = MATH_NO_CLASS;
	return node;
}

static struct math_node *
big(struct math_parser *p, uint32_t cp, enum math_limits limits)
{
	struct math_node *node = math_operator(p, cp, MATH_OPERATOR, NULL);

	node->limits = (uint8_t)limits;
	return node;
}

static struct math_node *
sign(struct math_parser *p, const struct math_command *c)
{
	switch (c->kind) {
	case MATH_K_ORD:
		return math_operator(p, c->value, MATH_ORDINARY,
				     " stretchy=\"false\" lspace=\"0\" "
				     "rspace=\"0\"");
	case MATH_K_BIN:
		return math_operator(p, c->value, MATH_BINARY, NULL);
	case MATH_K_REL:
		return math_operator(
		    p, c->value, MATH_RELATION,
		    c->text != NULL ? c->text : relation_attributes(c->value));
	case MATH_K_OPEN:
		return math_operator(p, c->value, MATH_OPENING,
				     " stretchy=\"false\"");
	case MATH_K_CLOSE:
		return math_operator(p, c->value, MATH_CLOSING,
				     c->value == '!' ? NULL
						     : " stretchy=\"false\"");
	case MATH_K_PUNCT:
		return math_operator(p, c->value, MATH_PUNCTUATION,
				     c->value == ':' ? " lspace=\"0\" "
						       "rspace=\"0.2222em\""
						     : NULL);
	case MATH_K_DOTS:
		return math_operator(p, c->value, MATH_INNER,
				     " lspace=\"0\" rspace=\"0\"");
	default:
		return math_operator(
		    p, c->value, MATH_INNER,
		    " lspace=\"0.1667em\" rspace=\"0.1667em\"");
	}
}

struct math_node *
math_of_command(struct math_parser *p, const struct math_command *c)
{
	switch (c->kind) {
	case MATH_K_LETTER:
	case MATH_K_UPRIGHT:
		return letter(p, c);
	case MATH_K_SIGN:
		return math_symbol(p, MATH_MI, c->value, MATH_ORDINARY);
	case MATH_K_BIG:
		return big(p, c->value, MATH_LIMITS);
	case MATH_K_INTEGRAL:
		return big(p, c->value, MATH_SCRIPTS);
	case MATH_K_FUNCTION:
	case MATH_K_LIMIT:
		return math_name(p,
				 slice_of(c->text != NULL ? c->text : c->name),
				 c->kind == MATH_K_LIMIT);
	case MATH_K_SPACE:
		return math_space(p, c->text);
	default:
		return sign(p, c);
	}
}
