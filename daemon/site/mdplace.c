/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "mdwriter.h"

/* The beginning of a line of the source.  They are asked for in their order,
 * mostly, so that the text is read once. */
static size_t
line_start(struct writer *w, size_t line)
{
	const char *end;

	if (line < w->line || w->line == 0) {
		w->line = 1;
		w->line_at = 0;
	}
	for (; w->line < line; w->line++) {
		end = memchr(w->source.data + w->line_at, '\n',
			     w->source.len - w->line_at);
		if (end == NULL)
			break;
		w->line_at = (size_t)(end - w->source.data) + 1;
	}
	return w->line_at;
}

/* cmark counts bytes. */
static uint32_t
in_characters(struct writer *w, size_t line, size_t bytes)
{
	size_t i, start = line_start(w, line);
	uint32_t column = 1;

	for (i = start; i + 1 < start + bytes && i < w->source.len &&
			w->source.data[i] != '\n';
	     i++)
		column += (w->source.data[i] & 0xc0) != 0x80;
	return column;
}

/* Some inlines do not know where they are: then it is their block. */
static void
place_of(cmark_node *node, int *line, int *column)
{
	while (cmark_node_get_start_line(node) < 1 &&
	       cmark_node_parent(node) != NULL)
		node = cmark_node_parent(node);
	*line = cmark_node_get_start_line(node);
	*column = cmark_node_get_start_column(node);
	*line = *line > 0 ? *line : 1;
	*column = *column > 0 ? *column : 1;
}

struct slice
md_source_from(struct writer *w, cmark_node *node, int *line, int *column)
{
	size_t at;

	place_of(node, line, column);
	at = line_start(w, (size_t)*line) + (size_t)*column - 1;
	at = at < w->source.len ? at : w->source.len;
	return (struct slice){w->source.data + at, w->source.len - at};
}

void
md_mark(struct writer *w, cmark_node *node)
{
	const char *raw = cmark_node_get_literal(node);
	int line, column;

	if (w->o->notes == NULL)
		return;
	place_of(node, &line, &column);
	notes_mark(w->o->notes, raw, (uint32_t)line,
		   in_characters(w, (size_t)line, (size_t)column));
}

void
md_problem(struct writer *w, cmark_node *node, enum severity severity,
	   const char *message)
{
	md_mark(w, node);
	if (w->o->notes != NULL)
		notes_problem(w->o->notes, severity, message);
}

void
md_problem_at(struct writer *w, int line, int column, enum severity severity,
	      const char *message)
{
	if (w->o->notes == NULL)
		return;
	line = line > 0 ? line : 1;
	column = column > 0 ? column : 1;
	notes_mark(w->o->notes, NULL, (uint32_t)line,
		   in_characters(w, (size_t)line, (size_t)column));
	notes_problem(w->o->notes, severity, message);
}

/* A run of anything but blanks is a word, and so are two Chinese or Japanese
 * characters: U+3000 to U+9FFF, about. */
void
md_count_words(struct writer *w, struct slice text)
{
	uint32_t words = 0, ideographs = 0;
	int inside = 0;
	size_t i;

	if (w->o->notes == NULL)
		return;
	for (i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		int letter = c > 0x20;

		words += (uint32_t)(letter && !inside);
		ideographs += c >= 0xe3 && c <= 0xe9;
		inside = letter;
	}
	w->o->notes->words += words + ideographs / 2;
}
