/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "notes.h"
#include "notes_record.h"

static void
append(struct notes_writer *w, const void *data, size_t len)
{
	if (w->full || len > NOTES_MAX - w->len) {
		w->full = 1;
		return;
	}
	if (len > w->cap - w->len) {
		while (len > w->cap - w->len)
			w->cap = w->cap > 0 ? w->cap * 2 : 1024;
		w->data = arena_realloc(w->arena, w->data, w->cap);
	}
	if (len > 0)
		memcpy(w->data + w->len, data, len);
	w->len += len;
}

void
notes_write_start(struct notes_writer *w, struct arena *arena)
{
	static const struct record head = {.type = NOTE_HEAD};

	memset(w, 0, sizeof(*w));
	w->arena = arena;
	append(w, &head, sizeof(head));
}

void
notes_write(struct notes_writer *w, const struct note *note)
{
	struct record r = {.type = note->type,
			   .number = note->number,
			   .line = note->line,
			   .column = note->column};

	if (note->type == NOTE_PROBLEM && w->problems++ >= NOTES_PROBLEMS_MAX)
		return;
	/* What is longer than all notes may be is refused when it is added. */
	r.id_len = (uint32_t)note->id.len;
	r.len = (uint32_t)(note->id.len + note->text.len);
	append(w, &r, sizeof(r));
	append(w, note->id.data, note->id.len);
	append(w, note->text.data, note->text.len);
}

struct slice
notes_write_end(struct notes_writer *w)
{
	struct record head = {
	    .type = NOTE_HEAD, .number = w->flags, .line = w->words};

	memcpy(w->data, &head, sizeof(head));
	return (struct slice){w->data, w->len};
}

/* ---- where in the text we are ---- */

void
notes_mark(struct notes_writer *w, const char *raw, uint32_t line,
	   uint32_t column)
{
	w->mark = raw;
	w->line = line;
	w->column = column;
}

void
notes_advance(struct notes_writer *w, const char *to)
{
	if (w->mark == NULL)
		return;
	for (; w->mark < to; w->mark++) {
		if (*w->mark == '\n') {
			w->line++;
			w->column = 1;
		} else {
			w->column += (*w->mark & 0xc0) != 0x80;
		}
	}
}

void
notes_problem(struct notes_writer *w, enum severity severity,
	      const char *message)
{
	struct note note = {.type = NOTE_PROBLEM,
			    .number = severity,
			    .text = slice_of(message)};

	notes_here(w, &note);
}

void
notes_here(struct notes_writer *w, struct note *note)
{
	note->line = w->line;
	note->column = w->column;
	notes_write(w, note);
}
