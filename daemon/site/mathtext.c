/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "mathtree.h"

/* Words: \text, formulas within it, and names of operators. */

/* Only what can be shown: escapes of one character, no commands. */
static int
is_text(struct slice s, const char *escapes)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.data[i] == '\\' &&
		    (++i == s.len || strchr(escapes, s.data[i]) == NULL ||
		     s.data[i] == '\0'))
			return 0;
	return 1;
}

static int
is_at(const struct math_parser *p, char c)
{
	return p->p < p->end && *p->p == c;
}

/* Words up to "$" or "}". */
static struct math_node *
words(struct math_parser *p, const struct math_command *c)
{
	struct math_node *node = math_node(p, MATH_MTEXT);
	const char *start = p->p;

	while (p->p < p->end && memchr("{}$", *p->p, 3) == NULL)
		p->p += *p->p == '\\' && p->end - p->p > 1 ? 2 : 1;
	node->text = (struct slice){start, (size_t)(p->p - start)};
	node->text_kind = MATH_TEXT_TEXT;
	node->tag = c->text;
	return is_text(node->text, " {}%&#_$,") ? node : math_bad(p);
}

/* A formula within words, behind its first "$". */
static struct math_node *
formula(struct math_parser *p)
{
	const char *end = p->end;
	int display = p->display;
	uint8_t font = p->font;
	struct math_node *row;

	p->end = memchr(p->p, '$', (size_t)(end - p->p));
	if (p->end == NULL) {
		p->end = end;
		return math_bad(p);
	}
	p->display = 0;
	p->font = MATH_NO_FONT;
	row = math_row(p, 0);
	if (row != NULL && p->p < p->end)
		row = math_bad(p);
	p->p = p->bad ? end : p->end + 1;
	p->end = end;
	p->display = display;
	p->font = font;
	return row;
}

struct math_node *
math_text(struct math_parser *p, const struct math_command *c)
{
	struct math_node *row = math_node(p, MATH_ROW), *node;

	if (!math_next_is(p, '{'))
		return math_bad(p);
	while (!p->bad) {
		node = words(p, c);
		if (node != NULL && (node->text.len > 0 ||
				     (row->first == NULL && is_at(p, '}'))))
			math_add(row, node);
		if (p->p == p->end || *p->p == '{')
			return math_bad(p);
		if (*p->p++ == '}')
			return row->first->next == NULL ? row->first : row;
		node = formula(p);
		if (node != NULL)
			math_add(row, node);
	}
	return NULL;
}

static int
is_name(struct slice s)
{
	size_t i;

	if (s.len == 0 || !is_text(s, ",;: "))
		return 0;
	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.data[i] <= 0x20 && s.data[i] != ' ')
			return 0;
	return 1;
}

struct math_node *
math_operator_name(struct math_parser *p)
{
	int limits = math_next_is(p, '*');
	struct slice raw = math_raw_group(p);
	struct math_node *node;

	if (!is_name(raw))
		return math_bad(p);
	node = math_name(p, raw, limits);
	node->text_kind = MATH_NAME_TEXT;
	return node;
}
