/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "math.h"
#include "mathtree.h"

#include "../ascii.h"
#include "../utf8.h"

/* ---- nodes ---- */

struct math_node *
math_node(struct math_parser *p, enum math_element element)
{
	struct math_node *node = arena_calloc(p->arena, 1, sizeof(*node));

	node->element = (uint8_t)element;
	node->made = p->made;
	p->made = node;
	return node;
}

void
math_add(struct math_node *parent, struct math_node *child)
{
	if (parent->first == NULL)
		parent->first = child;
	else
		parent->last->next = child;
	parent->last = child;
}

struct math_node *
math_symbol(struct math_parser *p, enum math_element element, uint32_t cp,
	    enum math_class class)
{
	struct math_node *node = math_node(p, element);

	node->cp = cp;
	node->class = (uint8_t) class;
	return node;
}

struct math_node *
math_bad(struct math_parser *p)
{
	p->bad = 1;
	p->p = p->end;
	return NULL;
}

/* ---- characters ---- */

static int
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* Spaces mean nothing, nor do comments. */
void
math_skip_space(struct math_parser *p)
{
	while (p->p < p->end) {
		if (*p->p == '%')
			while (p->p < p->end && *p->p != '\n')
				p->p++;
		else if (*p->p == ' ' || *p->p == '\t' || *p->p == '\n' ||
			 *p->p == '\r')
			p->p++;
		else
			break;
	}
}

int
math_next_is(struct math_parser *p, char c)
{
	math_skip_space(p);
	if (p->p == p->end || *p->p != c)
		return 0;
	p->p++;
	return 1;
}

struct slice
math_read_name(struct math_parser *p)
{
	struct slice name = {p->p, 0};

	while (p->p < p->end && ascii_is_letter(*p->p))
		p->p++;
	if (p->p == name.data && p->p < p->end)
		p->p++;
	name.len = (size_t)(p->p - name.data);
	return name;
}

const struct math_command *
math_peek(struct math_parser *p)
{
	struct math_parser ahead = *p;

	if (!math_next_is(&ahead, '\\'))
		return NULL;
	return math_command(math_read_name(&ahead));
}

/* The next character; 0 when it is none. */
static uint32_t
read_character(struct math_parser *p)
{
	const unsigned char *s = (const unsigned char *)p->p;
	size_t i, n = utf8_char_len(s, (size_t)(p->end - p->p));
	uint32_t cp = n > 1 ? s[0] & (0xffu >> (n + 1)) : s[0];

	for (i = 1; i < n; i++)
		cp = cp << 6 | (s[i] & 0x3f);
	p->p += n;
	if (n == 0 || cp < 0x20 || (cp >= 0x7f && cp <= 0xa0) ||
	    (cp & 0xfffe) == 0xfffe)
		return 0;
	return cp;
}

/* ---- atoms ---- */

static struct math_node *
letters(struct math_parser *p, int only_one)
{
	struct math_node *node = math_node(p, MATH_MI);
	const char *start = p->p++;

	while (!only_one && p->font != MATH_NO_FONT && p->p < p->end &&
	       ascii_is_letter(*p->p))
		p->p++;
	node->text = (struct slice){start, (size_t)(p->p - start)};
	node->font = p->font;
	return node;
}

static struct math_node *
number(struct math_parser *p, int only_one)
{
	struct math_node *node = math_node(p, MATH_MN);
	const char *start = p->p++;

	while (!only_one && p->p < p->end &&
	       (ascii_is_digit(*p->p) ||
		(*p->p == '.' && p->end - p->p > 1 && ascii_is_digit(p->p[1]))))
		p->p++;
	node->text = (struct slice){start, (size_t)(p->p - start)};
	node->font = p->font;
	return node;
}

static struct math_node *
character(struct math_parser *p)
{
	uint32_t cp = read_character(p);
	const struct math_command *c;

	if (cp == ':' && p->p < p->end && *p->p == '=') {
		p->p++;
		cp = 0x2254;
	}
	c = cp != 0 ? math_character(cp) : NULL;
	if (c != NULL)
		return math_of_command(p, c);
	return cp < 0x80 ? math_bad(p)
			 : math_symbol(p, MATH_MI, cp, MATH_ORDINARY);
}

static struct math_node *
command(struct math_parser *p)
{
	const struct math_command *c;

	p->p++;
	c = math_command(math_read_name(p));
	return c != NULL ? math_call(p, c) : math_bad(p);
}

/* What one token begins; only_one: just one letter or digit. */
static struct math_node *
token(struct math_parser *p, int only_one)
{
	if (ascii_is_letter(*p->p))
		return letters(p, only_one);
	if (ascii_is_digit(*p->p))
		return number(p, only_one);
	if (*p->p == '\\')
		return command(p);
	return character(p);
}

/* The content of a row that needs no element around it. */
static struct math_node *
unwrapped(struct math_node *row)
{
	if (row == NULL || row->first == NULL || row->first->next != NULL)
		return row;
	return row->first;
}

/* Behind its "{". */
static struct math_node *
group(struct math_parser *p)
{
	struct math_node *row = math_row(p, 0);

	if (!math_next_is(p, '}'))
		return math_bad(p);
	return unwrapped(row);
}

struct math_node *
math_argument(struct math_parser *p)
{
	struct math_node *node;

	if (math_next_is(p, '{'))
		return group(p);
	if (p->p == p->end || is_one_of(*p->p, "^_'}&") ||
	    p->depth == MATH_DEPTH_MAX)
		return math_bad(p);
	p->depth++;
	node = token(p, 1);
	p->depth--;
	return node;
}

struct slice
math_raw_group(struct math_parser *p)
{
	struct slice raw = {p->p, 0};

	if (!math_next_is(p, '{')) {
		math_bad(p);
		return raw;
	}
	raw.data = p->p;
	while (p->p < p->end && *p->p != '}') {
		if (*p->p == '{' || *p->p == '$') {
			math_bad(p);
			return raw;
		}
		p->p += *p->p == '\\' && p->end - p->p > 1 ? 2 : 1;
	}
	raw.len = (size_t)(p->p - raw.data);
	if (!math_next_is(p, '}'))
		math_bad(p);
	return raw;
}

/* ---- rows ---- */

/* A group stands for a letter, whatever is in it. */
static struct math_node *
ordinary_group(struct math_parser *p)
{
	struct math_node *node = group(p);

	if (node == NULL)
		return NULL;
	math_no_spaces(node);
	node->class = MATH_ORDINARY;
	return node;
}

static struct math_node *
atom(struct math_parser *p)
{
	struct math_node *base;

	if (is_one_of(*p->p, "^_'"))
		base = math_node(p, MATH_ROW); /* scripts of nothing */
	else if (math_next_is(p, '{'))
		base = ordinary_group(p);
	else
		base = token(p, 0);
	return base != NULL ? math_with_scripts(p, base) : NULL;
}

static int
row_ends(struct math_parser *p, int in_brackets)
{
	const struct math_command *c;

	math_skip_space(p);
	if (p->p == p->end || *p->p == '}' || *p->p == '&' ||
	    (in_brackets && *p->p == ']'))
		return 1;
	c = math_peek(p);
	return c != NULL &&
	       (c->kind == MATH_K_MIDDLE ||
		(c->kind >= MATH_K_RIGHT && c->kind <= MATH_K_NEWLINE));
}

/* A style or a font, and all that it holds for: the rest of the row. */
static struct math_node *
styled(struct math_parser *p, const struct math_command *c, int in_brackets)
{
	struct math_node *node =
	    math_node(p, c->kind == MATH_K_STYLE ? MATH_MSTYLE : MATH_ROW);
	struct math_node *rest;
	uint8_t font = p->font;

	if (c->kind == MATH_K_STYLE)
		node->attributes[0] = c->text;
	else
		p->font = (uint8_t)c->value;
	rest = math_row(p, in_brackets);
	p->font = font;
	if (rest != NULL)
		math_add(node, rest);
	return node;
}

/* Adds one more to a row. */
static void
add_next(struct math_parser *p, struct math_node *row, int in_brackets)
{
	const struct math_command *c = math_peek(p);
	struct math_node *node;

	if (c != NULL &&
	    (c->kind == MATH_K_NOTHING || c->kind == MATH_K_STYLE ||
	     c->kind == MATH_K_SWITCH)) {
		p->p++;
		math_read_name(p);
		if (c->kind == MATH_K_NOTHING)
			return;
		node = styled(p, c, in_brackets);
	} else {
		node = atom(p);
	}
	if (node != NULL)
		math_add(row, node);
}

struct math_node *
math_row(struct math_parser *p, int in_brackets)
{
	struct math_node *row = math_node(p, MATH_ROW);

	if (p->depth == MATH_DEPTH_MAX)
		return math_bad(p);
	p->depth++;
	while (!row_ends(p, in_brackets))
		add_next(p, row, in_brackets);
	p->depth--;
	if (p->bad)
		return NULL;
	math_space_row(p, row);
	return row;
}

/* ---- what it was ---- */

#define UNKNOWN_MAX 32 /* bytes of a name that are told */

struct slice
math_unknown(struct slice tex)
{
	struct math_parser p = {.p = tex.data, .end = tex.data + tex.len};
	struct slice name;

	for (; math_skip_space(&p), p.p < p.end; p.p++) {
		if (*p.p != '\\')
			continue;
		p.p++;
		name = math_read_name(&p);
		p.p--; /* the last byte of it: the loop goes on behind */
		if (name.len == 0 || math_command(name) != NULL)
			continue;
		if (*name.data <= 0x20 || *name.data >= 0x7f)
			break;
		name.len = name.len > UNKNOWN_MAX ? UNKNOWN_MAX : name.len;
		return (struct slice){name.data - 1, name.len + 1};
	}
	return (struct slice){NULL, 0};
}
