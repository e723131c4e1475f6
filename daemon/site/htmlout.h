/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HTMLOUT_H
#define BLOGD_HTMLOUT_H

#include <stdint.h>

#include "arena.h"
#include "escape.h"

/*
 * HTML into a fixed room, and the raw HTML elements that are open in it.  Each
 * element that Markdown itself makes is a barrier: raw elements opened inside
 * are closed before it ends, and an end tag reaches no further out.  So what
 * comes out is balanced, whatever went in.
 */
#define HTML_OPEN_MAX 128 /* raw elements open at once */

struct htmlout {
	char *data;
	size_t len, room;
	int full; /* something did not fit; nothing is written any more */
	struct arena *arena; /* of the two tables below */
	uint8_t *open;	     /* raw elements (their number) and barriers */
	size_t nopen, capopen, nraw;
	struct html_id *ids; /* open hash table of what id_claim was given */
	size_t nids, capids;
	unsigned images;	    /* written so far */
	int in_heading;		    /* of Markdown's */
	int no_style;		    /* an attribute was left out, and told of */
	struct notes_writer *notes; /* what is said of it; NULL: nothing */
};

/* All of `o` is set up anew; arena must have been reset. */
void html_start(struct htmlout *o, struct arena *arena, char *out, size_t room);

void html_raw(struct htmlout *o, const char *data, size_t len);
void html_str(struct htmlout *o, const char *s);
void html_char(struct htmlout *o, char c);
void html_escape(struct htmlout *o, enum escape_mode mode, struct slice s);
void html_number(struct htmlout *o, unsigned long n);
void html_newline(struct htmlout *o); /* unless at the beginning of a line */

/* ---- raw elements; an element is its number in rawhtml.c's table ---- */

#define HTML_BARRIER 255
#define HTML_NONE    254

void html_barrier(struct htmlout *o);
/* The innermost raw element, HTML_NONE at a barrier. */
uint8_t html_innermost(const struct htmlout *o);
/* Remembers that the element was opened; 0 when too many are. */
int html_open(struct htmlout *o, uint8_t element);
/* Closes all that is open since the barrier, and takes it away. */
void html_leave(struct htmlout *o);
/* Closes down to and including the element; 0 when it is not open. */
int html_close(struct htmlout *o, uint8_t element);

/* ---- ids ---- */

/* 1 when nobody had this id yet in this text. */
int html_claim_id(struct htmlout *o, struct slice id);

/* Writes a heading's id: its text as GitHub makes it, with -1, -2 ... when it
 * was there before.  It stays until o's arena is reset, or the id is written
 * over. */
struct slice html_heading_id(struct htmlout *o, struct slice text);

/* ---- notes ---- */

/* Notes that what is written needs these styles (NOTES_CODE and so on). */
void html_needs(struct htmlout *o, uint32_t flags);

/* Notes, at their mark, that the value that was written from offset `start` on
 * is a reference (enum note_type) that may lead to another file; url is what it
 * was before it was escaped. */
void html_note_reference(struct htmlout *o, int type, struct slice url,
			 size_t start);

/* Writes a word that readers see in their language: one of WORDS_OF_TEXTS
 * (spoken.h), as a whole text or value, or at the beginning of one. */
void html_word(struct htmlout *o, const char *english);
/* Notes one that was written at this offset. */
void html_note_word(struct htmlout *o, const char *english, size_t start);

/* In the tag of an image: the first is likely seen at once, the others are
 * loaded when they come near. */
void html_lazy(struct htmlout *o);

#endif
