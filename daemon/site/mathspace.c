/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "mathtree.h"

/* MathML's spaces come from its operator dictionary; here is what TeX has
 * otherwise. */

static const char no_spaces[] = " lspace=\"0\" rspace=\"0\"";

/* The sign that decides how scripts and accents around it behave. */
static struct math_node *
core(struct math_node *node)
{
	while (node->element >= MATH_MSUB && node->element <= MATH_MUNDEROVER)
		node = node->first;
	return node;
}

void
math_no_spaces(struct math_node *node)
{
	node = core(node);
	if (node->element == MATH_MO && node->attributes[0] == NULL)
		node->attributes[0] = no_spaces;
}

static int
is_sign(uint32_t cp)
{
	return cp == '+' || cp == 0x2212 || cp == 0xb1 || cp == 0x2213;
}

/* Can a binary operator follow on it? */
static int is_operand(enum math_class class)
{
	return class == MATH_ORDINARY || class == MATH_CLOSING ||
	       class == MATH_INNER;
}

/* A binary operator without something on both sides is a sign, or a symbol. */
static void
settle_binary(struct math_node *node, enum math_class before,
	      enum math_class after)
{
	struct math_node *mo = core(node);
	int left = is_operand(before);
	int right = after != MATH_RELATION && after != MATH_CLOSING &&
		    after != MATH_PUNCTUATION && after != MATH_NO_CLASS;

	if (left && right)
		return;
	node->class = MATH_ORDINARY;
	if (mo->attributes[0] != NULL)
		return;
	mo->attributes[0] =
	    !left && right && is_sign(mo->cp) ? " form=\"prefix\"" : no_spaces;
}

/* Between these TeX has a thin space, MathML none. */
static int
wants_space(enum math_class before, enum math_class after)
{
	if (before == MATH_FUNCTION)
		return after == MATH_ORDINARY || after == MATH_FUNCTION ||
		       after == MATH_INNER;
	return after == MATH_FUNCTION && is_operand(before);
}

static void
insert(struct math_node *before, struct math_node *node)
{
	node->next = before->next;
	before->next = node;
}

/* What stands between a function's name and its argument: the operator that
 * says so to those who listen, and the space. */
static void
join(struct math_parser *p, struct math_node *node, enum math_class after)
{
	struct math_node *space, *apply;

	if (wants_space(node->class, after)) {
		space = math_node(p, MATH_MSPACE);
		space->attributes[0] = " width=\"0.1667em\"";
		space->class = MATH_NO_CLASS;
		insert(node, space);
	}
	if (node->class == MATH_FUNCTION &&
	    (is_operand(after) || after == MATH_FUNCTION ||
	     after == MATH_OPENING) &&
	    after != MATH_CLOSING) {
		apply = math_symbol(p, MATH_MO, 0x2061, MATH_NO_CLASS);
		insert(node, apply);
	}
}

/* The class of what follows, spaces aside; none at the end. */
static enum math_class
class_after(const struct math_node *node)
{
	for (node = node->next; node != NULL; node = node->next)
		if (node->class != MATH_NO_CLASS)
			return node->class;
	return MATH_NO_CLASS;
}

void
math_space_row(struct math_parser *p, struct math_node *row)
{
	enum math_class before = MATH_NO_CLASS;
	struct math_node *node, *next;

	for (node = row->first; node != NULL; node = next) {
		next = node->next;
		if (node->class == MATH_NO_CLASS)
			continue;
		if (node->class == MATH_BINARY)
			settle_binary(node, before, class_after(node));
		before = node->class;
		if (next != NULL && next->class != MATH_NO_CLASS)
			join(p, node, next->class);
	}
}
