/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "../ascii.h"
#include "../utf8.h"
#include "lines.h"
#include "lint.h"
#include "mdwriter.h"

/*
 * What cmark leaves out, or takes for text, without a word: footnotes that
 * nothing refers to, and references to what is not there.
 */
#define LABEL_MAX     60   /* bytes of a label in a message */
#define REFERENCE_MAX 2000 /* bytes of a reference: a label has 999 */
#define UNDEFINED_MAX 20   /* of these are told of in one text */

/* What can stand in a message: the first characters, "?" for what cannot. */
static void
shown(struct slice s, char out[LABEL_MAX + 1])
{
	const unsigned char *p = (const unsigned char *)s.data;
	size_t i, n, good;

	for (i = 0; i < s.len; i += n) {
		good = utf8_printable_len(p + i, s.len - i);
		n = good > 0 ? good : 1;
		if (i + n > LABEL_MAX)
			break;
		memcpy(out + i, good > 0 ? s.data + i : "?", n);
	}
	out[i] = '\0';
}

/* ---- footnotes that are not shown ---- */

/* Lines of the text, a bit each: on these the shown footnotes begin. */
static uint8_t *
shown_footnotes(struct writer *w, cmark_node *document, size_t lines)
{
	uint8_t *shown = arena_calloc(w->o->arena, lines / 8 + 1, 1);
	cmark_node *node = cmark_node_last_child(document);
	size_t line;

	for (; node != NULL &&
	       cmark_node_get_type(node) == CMARK_NODE_FOOTNOTE_DEFINITION;
	     node = cmark_node_previous(node)) {
		line = (size_t)cmark_node_get_start_line(node);
		if (line <= lines)
			shown[line / 8] |= (uint8_t)(1 << line % 8);
	}
	return shown;
}

/* The label of the footnote that the line begins; empty: it begins none. */
static struct slice
label_defined(struct slice line)
{
	struct slice label = {line.data, 0};
	size_t at = 0;

	while (at < 3 && at < line.len && line.data[at] == ' ')
		at++;
	if (line.len - at < 5 || memcmp(line.data + at, "[^", 2) != 0)
		return label;
	label.data = line.data + at + 2;
	while (at + 2 + label.len < line.len &&
	       strchr("] \t\r", label.data[label.len]) == NULL)
		label.len++;
	at += 2 + label.len;
	if (line.len - at < 2 || memcmp(line.data + at, "]:", 2) != 0)
		label.len = 0;
	return label;
}

/* Is what follows the line a comment? */
static int
comment_goes_on(struct slice line, int comment)
{
	size_t i;

	for (i = 0; i + 3 <= line.len; i++) {
		if (comment && memcmp(line.data + i, "-->", 3) == 0)
			comment = 0;
		else if (!comment && line.len - i >= 4 &&
			 memcmp(line.data + i, "<!--", 4) == 0)
			comment = 1;
	}
	return comment;
}

static void
tell_unshown(struct writer *w, size_t line, struct slice label)
{
	char message[200], name[LABEL_MAX + 1];

	shown(label, name);
	snprintf(message, sizeof(message),
		 "the footnote [^%s] is not shown: nothing refers to it, or "
		 "there is another of this name before it",
		 name);
	md_problem_at(w, (int)line, 1, SEVERITY_WARNING, message);
}

void
md_tell_footnotes(struct writer *w, cmark_node *document)
{
	struct lint_fence fence = {0};
	struct lines at;
	struct slice line, label;
	int comment = 0, code;
	size_t lines = 2, i;
	uint8_t *shown;

	if (memmem(w->source.data, w->source.len, "[^", 2) == NULL)
		return;
	for (i = 0; i < w->source.len; i++)
		lines += w->source.data[i] == '\n';
	shown = shown_footnotes(w, document, lines);
	lines_start(&at, w->source);
	while (lines_next(&at, &line)) {
		code = lint_in_code(line, &fence);
		label = label_defined(line);
		if (label.len > 0 && !code && !comment &&
		    (shown[at.number / 8] >> at.number % 8 & 1) == 0)
			tell_unshown(w, at.number, label);
		if (!code)
			comment = comment_goes_on(line, comment);
	}
}

/* ---- references to what is not there ---- */

/* Where the text stands in the source from there on: behind what was told of
 * last, if it is there too, as some nodes do not know their place. */
static const char *
find_in_source(struct writer *w, struct slice from, struct slice text)
{
	const char *first = memmem(from.data, from.len, text.data, text.len);
	const char *at = first, *end = from.data + from.len;

	while (at != NULL && w->told != NULL && at <= w->told)
		at =
		    memmem(at + 1, (size_t)(end - at) - 1, text.data, text.len);
	at = at != NULL ? at : first;
	w->told = at != NULL ? at : w->told;
	return at;
}

static int
is_escaped(struct slice source, const char *at)
{
	const char *p = at;

	while (p > source.data && p[-1] == '\\')
		p--;
	return (at - p) % 2 == 1;
}

/* It must stand so in the source too: with a backslash it is meant as text. */
static void
tell_undefined(struct writer *w, cmark_node *node, struct slice text,
	       const char *why)
{
	struct slice from;
	const char *at, *p;
	int line, column;
	char message[160], name[LABEL_MAX + 1];

	if (w->undefined == UNDEFINED_MAX)
		return;
	w->undefined++;
	from = md_source_from(w, node, &line, &column);
	at = find_in_source(w, from, text);
	if (at == NULL || is_escaped(w->source, at))
		return;
	for (p = from.data; p < at; p++) {
		column = *p == '\n' ? 1 : column + 1;
		line += *p == '\n';
	}
	shown(text, name);
	snprintf(message, sizeof(message), "%s shows as text: %s", name, why);
	md_problem_at(w, line, column, SEVERITY_WARNING, message);
}

static int
is_word(char c)
{
	return ascii_is_alnum(c) || c == '_' || c == ']' || c == ')';
}

/* "[text][label]", of which the first bracket is at `at`: its length, or 0.
 * "a[i][j]" is none. */
static size_t
reference_len(struct slice s, size_t at)
{
	const char *end, *last;

	if (at > 0 && is_word(s.data[at - 1]))
		return 0;
	if (s.len - at > REFERENCE_MAX)
		s.len = at + REFERENCE_MAX;
	end = memchr(s.data + at, ']', s.len - at);
	if (end == NULL || end == s.data + at + 1 ||
	    s.len - (size_t)(end - s.data) < 3 || end[1] != '[')
		return 0;
	last = memchr(end + 1, ']', s.len - (size_t)(end + 1 - s.data));
	return last != NULL ? (size_t)(last - s.data) - at + 1 : 0;
}

/* "[^label]" at `at`: its length, or 0. */
static size_t
note_len(struct slice s, size_t at)
{
	size_t n = 2;

	if (s.len - at < 4 || s.data[at + 1] != '^')
		return 0;
	while (at + n < s.len && strchr("[] \t", s.data[at + n]) == NULL)
		n++;
	return n > 2 && at + n < s.len && s.data[at + n] == ']' ? n + 1 : 0;
}

void
md_tell_text(struct writer *w, cmark_node *node, struct slice text)
{
	const char *bracket;
	size_t at = 0, n;

	while (w->o->notes != NULL && at < text.len &&
	       (bracket = memchr(text.data + at, '[', text.len - at)) != NULL) {
		at = (size_t)(bracket - text.data);
		if ((n = note_len(text, at)) > 0)
			tell_undefined(w, node, (struct slice){bracket, n},
				       "there is no such footnote");
		else if ((n = reference_len(text, at)) > 0)
			tell_undefined(w, node, (struct slice){bracket, n},
				       "its address is not defined");
		at += n > 0 ? n : 1;
	}
}
