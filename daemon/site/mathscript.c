/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "mathtree.h"

/* Scripts, primes and limits behind their base. */

struct scripts {
	struct math_node *sub, *sup;
};

static struct math_node *
primes(struct math_parser *p)
{
	static const uint16_t signs[] = {0x2032, 0x2033, 0x2034, 0x2057};
	size_t n = 0;

	while (math_next_is(p, '\''))
		n++;
	return n <= 4 ? math_symbol(p, MATH_MO, signs[n - 1], MATH_ORDINARY)
		      : math_bad(p);
}

static void
read_sup(struct math_parser *p, struct scripts *s, int prime)
{
	struct math_node *more;

	if (s->sup != NULL) {
		math_bad(p);
		return;
	}
	if (!prime) {
		s->sup = math_argument(p);
		return;
	}
	s->sup = primes(p);
	if (!p->bad && math_next_is(p, '^')) {
		more = s->sup;
		s->sup = math_node(p, MATH_ROW);
		math_add(s->sup, more);
		more = math_argument(p);
		if (more != NULL)
			math_add(s->sup, more);
	}
}

static void
read_scripts(struct math_parser *p, struct scripts *s)
{
	while (!p->bad) {
		math_skip_space(p);
		if (p->p < p->end && *p->p == '\'') {
			read_sup(p, s, 1);
		} else if (math_next_is(p, '^')) {
			read_sup(p, s, 0);
		} else if (math_next_is(p, '_')) {
			if (s->sub != NULL)
				math_bad(p);
			else
				s->sub = math_argument(p);
		} else {
			break;
		}
	}
}

/* \limits and \nolimits, which stand behind an operator. */
static void
read_limits(struct math_parser *p, struct math_node *base)
{
	const struct math_command *c;

	while ((c = math_peek(p)) != NULL && c->kind == MATH_K_LIMITS) {
		if (base->class != MATH_OPERATOR &&
		    base->class != MATH_FUNCTION) {
			math_bad(p);
			return;
		}
		math_next_is(p, '\\');
		math_read_name(p);
		base->limits = (uint8_t)c->value;
		if (c->value == MATH_LIMITS && base->element == MATH_MO)
			base->attributes[1] = " movablelimits=\"false\"";
	}
}

struct math_node *
math_with_scripts(struct math_parser *p, struct math_node *base)
{
	struct scripts s = {NULL, NULL};
	struct math_node *node;
	unsigned shape;

	read_limits(p, base);
	read_scripts(p, &s);
	shape = (s.sub != NULL) + 2u * (s.sup != NULL);
	if (p->bad || shape == 0)
		return base;
	node =
	    math_node(p, (base->limits ? MATH_MUNDER : MATH_MSUB) + shape - 1);
	node->class = base->class;
	math_add(node, base);
	if (s.sub != NULL)
		math_add(node, s.sub);
	if (s.sup != NULL)
		math_add(node, s.sup);
	return node;
}
