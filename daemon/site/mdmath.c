/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "mdmath.h"

#include <cmark-gfm-extension_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * "$...$" and "$$...$$" as an extension of cmark's inline parser, so that what
 * is in them is no emphasis and no link, and what is in code is not looked at.
 * What is found becomes a node that holds the TeX as its on_enter; its on_exit
 * has three numbers: display, line and column.
 */
#define TEX_MAX 4096 /* bytes; what is longer stays text */

static cmark_mem *memory;

/* In this block nothing before `end` closes a formula of that kind: so a text
 * with many dollars is not read again for each. */
static struct {
	const cmark_node *block;
	int end;
} barren[2];

void
mdmath_reset(void)
{
	memset(barren, 0, sizeof(barren));
}

static int
is_blank(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int
is_word(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c >= 0x80;
}

/* Does the "$" at `at` close what began before it? */
static int
closes(cmark_inline_parser *p, int at, int display)
{
	if (display)
		return cmark_inline_parser_peek_at(p, at + 1) == '$';
	return !is_blank(cmark_inline_parser_peek_at(p, at - 1)) &&
	       !is_word(cmark_inline_parser_peek_at(p, at + 1));
}

/* Where what begins at `from` is closed, or -1; *end is how far was read.  The
 * text ends with a NUL.  A backtick may begin code, which goes first. */
static int
find_end(cmark_inline_parser *p, int from, int display, int *end)
{
	unsigned char c;
	int i;

	for (i = from; (c = cmark_inline_parser_peek_at(p, i)) != '\0'; i++) {
		if (c == '`')
			break;
		if (c == '$' && i > from && closes(p, i, display)) {
			*end = i;
			return i;
		}
		if (c == '$' && !display && i == from)
			break;
		if (c == '\\' && cmark_inline_parser_peek_at(p, i + 1) != '\0')
			i++;
	}
	*end = i;
	return -1;
}

/* GitHub's other way to write it: "$`...`$". */
static int
find_quoted_end(cmark_inline_parser *p, int from)
{
	unsigned char c;
	int i;

	for (i = from; (c = cmark_inline_parser_peek_at(p, i)) != '\0'; i++)
		if (c == '`')
			return i > from && cmark_inline_parser_peek_at(
					       p, i + 1) == '$'
				   ? i
				   : -1;
	return -1;
}

static cmark_node *
formula(cmark_inline_parser *p, int from, int end, int after, int display)
{
	char tex[TEX_MAX + 1], rest[48];
	cmark_node *node;
	int i, n = 0;

	if (end - from > TEX_MAX)
		return NULL;
	for (i = from; i < end; i++)
		tex[n++] = (char)cmark_inline_parser_peek_at(p, i);
	tex[n] = '\0';
	node = cmark_node_new_with_mem(CMARK_NODE_CUSTOM_INLINE, memory);
	cmark_node_set_on_enter(node, tex);
	snprintf(rest, sizeof(rest), "%d %d %d", display,
		 cmark_inline_parser_get_line(p),
		 cmark_inline_parser_get_column(p));
	cmark_node_set_on_exit(node, rest);
	cmark_inline_parser_set_offset(p, after);
	return node;
}

static cmark_node *
match(cmark_syntax_extension *self, cmark_parser *parser, cmark_node *block,
      unsigned char c, cmark_inline_parser *p)
{
	int at = cmark_inline_parser_get_offset(p), display, from, end, read;

	(void)self;
	(void)parser;
	if (c != '$')
		return NULL;
	display = cmark_inline_parser_peek_at(p, at + 1) == '$';
	from = at + 1 + display;
	if (at > 0 && !display &&
	    is_word(cmark_inline_parser_peek_at(p, at - 1)))
		return NULL;
	if (!display && cmark_inline_parser_peek_at(p, from) == '`') {
		end = find_quoted_end(p, from + 1);
		return end > 0 ? formula(p, from + 1, end, end + 2, 0) : NULL;
	}
	if (!display && is_blank(cmark_inline_parser_peek_at(p, from)))
		return NULL;
	if (barren[display].block == block && from < barren[display].end)
		return NULL;
	end = find_end(p, from, display, &read);
	if (end >= 0)
		return formula(p, from, end, end + 1 + display, display);
	barren[display].block = block;
	barren[display].end = read;
	return NULL;
}

void
mdmath_found(cmark_node *node, struct mdmath_found *found)
{
	char *rest = (char *)(uintptr_t)cmark_node_get_on_exit(node);

	found->tex = slice_of(cmark_node_get_on_enter(node));
	found->display = (int)strtol(rest, &rest, 10);
	found->line = (int)strtol(rest, &rest, 10);
	found->column = (int)strtol(rest, &rest, 10);
}

cmark_syntax_extension *
mdmath_extension(cmark_mem *mem)
{
	cmark_syntax_extension *extension = cmark_syntax_extension_new("math");
	cmark_mem *libc = cmark_get_default_mem_allocator();
	cmark_llist *special = cmark_llist_append(libc, NULL, (void *)'$');

	memory = mem;
	cmark_syntax_extension_set_match_inline_func(extension, match);
	cmark_syntax_extension_set_special_inline_chars(extension, special);
	return extension;
}
