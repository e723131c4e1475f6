/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_NOTES_H
#define BLOGD_NOTES_H

#include <stdint.h>

#include "../buf.h"
#include "arena.h"
#include "severity.h"

/*
 * What a worker says of a body beside its HTML: the references in it, its
 * headings and ids, how long it is, and what its author should know.  They are
 * a row of records in the order of the text; integers are in the host's order,
 * as both ends are the same binary.
 *
 * The worker writes them into its arena.  render reads them, and a worker may
 * lie: notes_check looks at all that others rely on, and reading stays inside
 * the bytes even of what was never checked.
 */
#define NOTES_MAX	   ((size_t)4 << 20) /* bytes of one body's notes */
#define NOTES_PROBLEMS_MAX 50 /* of one body; the others are not said */

enum note_type {
	NOTE_HEAD,   /* inner: the first one, flags and words */
	NOTE_LINK,   /* href of a link */
	NOTE_IMAGE,  /* src of an image without width and height */
	NOTE_MEDIA,  /* src or poster of something else */
	NOTE_SOURCE, /* one of those in a srcset */
	NOTE_ID,     /* something that can be linked to */
	NOTE_HEADING,
	NOTE_PROBLEM,
	NOTE_WORD, /* that readers see in their language (spoken.h) */
	NOTE__MAX
};

/* What is in the HTML that not every page has a style for (theme/NAME.css). */
enum {
	NOTES_CODE = 1 << 0,   /* highlight: highlighted code */
	NOTES_MATH = 1 << 1,   /* math: MathML */
	NOTES_FIGURE = 1 << 2, /* figure: pictures, quotations, terms */
	NOTES_TEXT = 1 << 3,   /* text: headings, code */
	NOTES_ASIDE = 1 << 4,  /* aside: tables, tasks, alerts, footnotes */
	NOTES_CLASS = 1 << 5   /* a class that the author wrote: any of them */
};

struct note {
	enum note_type type;
	/* References, WORD: offset in the HTML of the value or word,
	 * ascending.
	 * HEADING: level, 1 to 6.  PROBLEM: enum severity. */
	uint32_t number;
	uint32_t line, column; /* in the body, from 1; column in characters */
	/* References: the value as it stands in the HTML, without quotes and
	 * angle brackets; SOURCE: without blanks too.  ID: the id.  HEADING:
	 * its text, not escaped.  PROBLEM: the message.  WORD: in English. */
	struct slice text;
	struct slice id; /* HEADING: its id; may be empty */
};

/* Is it a href, src or the like that may lead to another file? */
static inline int
note_is_reference(const struct note *n)
{
	return n->type >= NOTE_LINK && n->type <= NOTE_SOURCE;
}

/* Does something else come to stand there (resolve.h)? */
static inline int
note_is_replaced(const struct note *n)
{
	return note_is_reference(n) || n->type == NOTE_WORD;
}

/* ---- reading ---- */

struct notes {
	struct slice rest;
	uint32_t flags, words; /* of text, for the time it takes to read */
};

/* Are these the notes of that HTML? */
int notes_check(struct slice notes, struct slice html);

/* At the first note; empty bytes have none. */
void notes_start(struct notes *n, struct slice notes);
/* 1 and the next one, or 0. */
int notes_next(struct notes *n, struct note *note);

/* Appends a table of contents, nested lists of links to the headings: nothing
 * when there is no heading. */
void toc_write(struct buf *out, struct slice notes);

/* ---- writing (a worker) ---- */

struct notes_writer {
	struct arena *arena;
	char *data;
	size_t len, cap;
	uint32_t flags, words;
	unsigned problems;
	int full; /* they grew longer than NOTES_MAX */

	/* What is written at this moment, in the body; mark: the byte of raw
	 * HTML that stands there, or NULL. */
	const char *mark;
	uint32_t line, column;
};

void notes_write_start(struct notes_writer *w, struct arena *arena);
void notes_write(struct notes_writer *w, const struct note *note);
void notes_mark(struct notes_writer *w, const char *raw, uint32_t line,
		uint32_t column);
/* Moves the mark on to a byte behind it in the same raw HTML. */
void notes_advance(struct notes_writer *w, const char *to);
/* A note with the line and column of the mark. */
void notes_here(struct notes_writer *w, struct note *note);
void notes_problem(struct notes_writer *w, enum severity severity,
		   const char *message);
/* The whole of it, in the arena. */
struct slice notes_write_end(struct notes_writer *w);

#endif
