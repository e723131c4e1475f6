/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "notes.h"

#include <string.h>

#include "escape.h"
#include "notes_record.h"

/* ---- reading ---- */

static int
take(struct slice *from, struct record *r, struct slice *text)
{
	if (from->len < sizeof(*r))
		return 0;
	memcpy(r, from->data, sizeof(*r));
	from->data += sizeof(*r);
	from->len -= sizeof(*r);
	if (r->len > from->len || r->id_len > r->len || r->type >= NOTE__MAX)
		return 0;
	*text = (struct slice){from->data, r->len};
	from->data += r->len;
	from->len -= r->len;
	return 1;
}

static int
take_head(struct notes *n, struct slice notes)
{
	struct record r;
	struct slice text;

	memset(n, 0, sizeof(*n));
	if (!take(&notes, &r, &text) || r.type != NOTE_HEAD)
		return 0;
	n->rest = notes;
	n->flags = r.number;
	n->words = r.line;
	return 1;
}

void
notes_start(struct notes *n, struct slice notes)
{
	take_head(n, notes);
}

int
notes_next(struct notes *n, struct note *note)
{
	struct record r;
	struct slice text;

	if (!take(&n->rest, &r, &text)) {
		n->rest.len = 0;
		return 0;
	}
	note->type = (enum note_type)r.type;
	note->number = r.number;
	note->line = r.line;
	note->column = r.column;
	note->id = (struct slice){text.data, r.id_len};
	note->text = (struct slice){text.data + r.id_len, text.len - r.id_len};
	return 1;
}

/* ---- checking ---- */

static int
has_controls(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.data[i] < 0x20 || s.data[i] == 0x7f)
			return 1;
	return 0;
}

/* Does the reference stand alone: between quotes, or in a list that is? */
static int
is_whole(const struct note *n, struct slice html, size_t end)
{
	const char *before = html.data + n->number - 2;
	char behind = html.data[end];

	if (n->type == NOTE_SOURCE)
		return (memcmp(before, "=\"", 2) == 0 ||
			memcmp(before, ", ", 2) == 0) &&
		       (behind == '"' || behind == ' ' || behind == ',') &&
		       memchr(n->text.data, ' ', n->text.len) == NULL;
	return memcmp(before, "=\"", 2) == 0 && behind == '"';
}

/* In the value of an attribute, from *floor on. */
static int
is_reference(const struct note *n, struct slice html, size_t *floor)
{
	size_t at = n->number, end = at + n->text.len;

	if (at < *floor + 2 || end >= html.len || !is_whole(n, html, end) ||
	    (n->text.len > 0 &&
	     memcmp(html.data + at, n->text.data, n->text.len) != 0))
		return 0;
	*floor = end;
	return n->text.len == 0 ||
	       (memchr(n->text.data, '"', n->text.len) == NULL &&
		memchr(n->text.data, '<', n->text.len) == NULL &&
		memchr(n->text.data, '>', n->text.len) == NULL);
}

/* A whole text or value, or the beginning of a value. */
static int
is_word(const struct note *n, struct slice html, size_t *floor)
{
	size_t at = n->number, end = at + n->text.len;

	if (n->text.len == 0 || at <= *floor || end >= html.len ||
	    (html.data[at - 1] != '>' && html.data[at - 1] != '"') ||
	    (html.data[end] != '<' && html.data[end] != '"' &&
	     html.data[end] != ' ') ||
	    memcmp(html.data + at, n->text.data, n->text.len) != 0)
		return 0;
	*floor = end;
	return 1;
}

static int
is_proper(const struct note *n, struct slice html, size_t *floor)
{
	switch (n->type) {
	case NOTE_LINK:
	case NOTE_IMAGE:
	case NOTE_MEDIA:
	case NOTE_SOURCE:
		return is_reference(n, html, floor);
	case NOTE_WORD:
		return is_word(n, html, floor);
	case NOTE_ID:
		return n->text.len > 0 && !has_controls(n->text);
	case NOTE_HEADING:
		return n->number >= 1 && n->number <= 6 &&
		       !has_controls(n->text) && !has_controls(n->id);
	case NOTE_PROBLEM:
		return n->number <= SEVERITY_WARNING && n->text.len > 0 &&
		       !has_controls(n->text);
	default:
		return 0;
	}
}

int
notes_check(struct slice notes, struct slice html)
{
	struct notes n;
	struct note note;
	size_t floor = 0, problems = 0;

	if (notes.len > NOTES_MAX || (notes.len > 0 && !take_head(&n, notes)))
		return 0;
	if (notes.len == 0)
		return 1;
	while (n.rest.len > 0) {
		if (!notes_next(&n, &note) || note.line > INT32_MAX ||
		    note.column > INT32_MAX || !is_proper(&note, html, &floor))
			return 0;
		problems += note.type == NOTE_PROBLEM;
	}
	return problems <= NOTES_PROBLEMS_MAX;
}

/* ---- table of contents ---- */

#define TOC_DEPTH 6

/* The levels that are open in it, the outermost first. */
struct toc {
	struct buf *out;
	uint32_t level[TOC_DEPTH];
	size_t depth;
};

static void
toc_up(struct toc *t)
{
	buf_str(t->out, "</li>\n</ol>\n");
	t->depth--;
}

/* A heading below the one before opens a list in its item; what is not deeper
 * closes lists until it is beside one. */
static void
toc_move(struct toc *t, uint32_t level)
{
	while (t->depth > 1 && t->level[t->depth - 1] > level &&
	       t->level[t->depth - 2] >= level)
		toc_up(t);
	if (t->depth > 0 && t->level[t->depth - 1] >= level) {
		buf_str(t->out, "</li>\n");
		t->level[t->depth - 1] = level;
		return;
	}
	buf_str(t->out, t->depth > 0 ? "\n<ol>\n" : "<ol>\n");
	t->level[t->depth++] = level;
}

void
toc_write(struct buf *out, struct slice notes)
{
	struct toc t = {.out = out};
	struct notes n;
	struct note note;

	notes_start(&n, notes);
	while (notes_next(&n, &note)) {
		if (note.type != NOTE_HEADING || note.id.len == 0 ||
		    note.number > TOC_DEPTH)
			continue;
		toc_move(&t, note.number);
		buf_str(out, "<li><a href=\"#");
		escape_add(out, ESCAPE_HREF, note.id);
		buf_str(out, "\">");
		escape_add(out, ESCAPE_TEXT, note.text);
		buf_str(out, "</a>");
	}
	while (t.depth > 0)
		toc_up(&t);
}
