/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "htmlout.h"

#include <stdio.h>
#include <string.h>

#include "notes.h"
#include "rawhtml.h"
#include "url.h"

void
html_start(struct htmlout *o, struct arena *arena, char *out, size_t room)
{
	memset(o, 0, sizeof(*o));
	o->arena = arena;
	o->data = out;
	o->room = room;
}

void
html_raw(struct htmlout *o, const char *data, size_t len)
{
	if (o->full || len > o->room - o->len) {
		o->full = 1;
		return;
	}
	if (len > 0)
		memcpy(o->data + o->len, data, len);
	o->len += len;
}

void
html_str(struct htmlout *o, const char *s)
{
	html_raw(o, s, strlen(s));
}

void
html_char(struct htmlout *o, char c)
{
	html_raw(o, &c, 1);
}

void
html_escape(struct htmlout *o, enum escape_mode mode, struct slice s)
{
	struct escape e;
	struct slice piece;

	escape_start(&e, mode, s);
	while (!o->full && escape_next(&e, &piece))
		html_raw(o, piece.data, piece.len);
}

void
html_number(struct htmlout *o, unsigned long n)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%lu", n);
	html_str(o, digits);
}

void
html_newline(struct htmlout *o)
{
	if (o->len > 0 && o->data[o->len - 1] != '\n')
		html_char(o, '\n');
}

static void
push(struct htmlout *o, uint8_t what)
{
	if (o->nopen == o->capopen) {
		o->capopen = o->capopen > 0 ? o->capopen * 2 : 256;
		o->open = arena_realloc(o->arena, o->open, o->capopen);
	}
	o->open[o->nopen++] = what;
}

void
html_barrier(struct htmlout *o)
{
	push(o, HTML_BARRIER);
}

uint8_t
html_innermost(const struct htmlout *o)
{
	if (o->nopen == 0 || o->open[o->nopen - 1] == HTML_BARRIER)
		return HTML_NONE;
	return o->open[o->nopen - 1];
}

int
html_open(struct htmlout *o, uint8_t element)
{
	if (o->nraw == HTML_OPEN_MAX)
		return 0;
	o->nraw++;
	push(o, element);
	return 1;
}

static void
pop(struct htmlout *o)
{
	uint8_t element = o->open[--o->nopen];

	o->nraw--;
	html_str(o, "</");
	html_str(o, rawhtml_name(element));
	html_char(o, '>');
}

void
html_leave(struct htmlout *o)
{
	while (html_innermost(o) != HTML_NONE)
		pop(o);
	if (o->nopen > 0)
		o->nopen--;
}

int
html_close(struct htmlout *o, uint8_t element)
{
	size_t i = o->nopen;

	while (i > 0 && o->open[i - 1] != HTML_BARRIER &&
	       o->open[i - 1] != element)
		i--;
	if (i == 0 || o->open[i - 1] == HTML_BARRIER)
		return 0;
	while (o->nopen >= i)
		pop(o);
	return 1;
}

/* ---- notes ---- */

void
html_needs(struct htmlout *o, uint32_t flags)
{
	if (o->notes != NULL)
		o->notes->flags |= flags;
}

void
html_note_reference(struct htmlout *o, int type, struct slice url, size_t start)
{
	struct note note = {.type = (enum note_type)type,
			    .number = (uint32_t)start};

	if (o->notes == NULL || o->full)
		return;
	if (type == NOTE_IMAGE)
		html_needs(o, NOTES_FIGURE);
	else if (url_has_scheme(url) ||
		 (url.len > 1 && memcmp(url.data, "//", 2) == 0))
		return;
	note.text = (struct slice){o->data + start, o->len - start};
	if (note.text.len > 0)
		notes_here(o->notes, &note);
}

void
html_note_word(struct htmlout *o, const char *english, size_t start)
{
	struct note note = {.type = NOTE_WORD,
			    .number = (uint32_t)start,
			    .text = slice_of(english)};

	if (o->notes != NULL && !o->full)
		notes_here(o->notes, &note);
}

void
html_word(struct htmlout *o, const char *english)
{
	size_t start = o->len;

	html_str(o, english);
	html_note_word(o, english, start);
}

void
html_lazy(struct htmlout *o)
{
	if (o->images++ > 0)
		html_str(o, " loading=\"lazy\" decoding=\"async\"");
}
