/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SEARCHINDEX_H
#define BLOGD_SEARCHINDEX_H

#include <stdint.h>

#include "../buf.h"
#include "../err.h"
#include "words.h"

/*
 * The search index, one run of bytes in a segment of the snapshot:
 *
 *	struct search_head
 *	struct search_doc [ndocs]      newest first
 *	struct search_term [nterms+1]  by bytes; the last is only an end
 *	struct search_piece [npieces]
 *	fields     complete "Name: value\r\n" lines of every answer
 *	page       the pieces of HTML around what serve puts in; behind them
 *	           a line of text for each enum search_phrase, escaped, in the
 *	           language of the site: {n} is how many were found, which have
 *	           {k} of {m} words
 *	snippets   HTML of each document in a list of results
 *	texts      of the terms
 *	postings   of the terms
 *
 * A posting is a variable-length number (7 bits a byte, the lowest first, the
 * high bit on all but the last): the distance from the document before, the
 * first one's from -1, times SEARCH_CLASSES, plus the class of its weight.
 *
 * Render writes it, so serve trusts nothing.  search_check looks once at all
 * that has an order or an end: documents, terms, pieces, fields.  Postings are
 * most of the bytes and are read with care instead, each time (search_next):
 * what they say can only be a document there is, and a list ends where its
 * bytes do.
 *
 * All integers are in the host's order; nothing is aligned, as runs lie in a
 * segment one behind the other.
 */
#define SEARCH_MAGIC "blogdix2"

/* More documents are not searched: serve's memory for scores. */
#define SEARCH_DOCS_MAX	  65536
#define SEARCH_PIECES_MAX 12
#define SEARCH_CLASSES	  8
/* The least weight of each class. */
#define SEARCH_WEIGHTS                    \
	{                                 \
		1, 2, 3, 5, 8, 13, 21, 34 \
	}

struct search_head {
	char magic[8];
	uint32_t ndocs, nterms, npieces;
	uint32_t average; /* of the documents' lengths, at least 1 */
	/* bytes of the sections at the end */
	uint64_t fields, page, snippets, texts, postings;
};

struct search_doc {
	uint64_t snippet; /* offset in the snippets */
	uint32_t snippet_len;
	uint32_t length; /* words */
	/* For render's next run: hashes of what the words and the snippet were
	 * made from. */
	uint8_t words_key[16], snippet_key[16];
};

struct search_term {
	uint32_t text, postings; /* where they begin */
};

/* What serve puts in behind a piece of the page. */
enum search_gap {
	SEARCH_GAP_END, /* nothing; the last piece */
	SEARCH_GAP_QUERY,
	SEARCH_GAP_SUMMARY,
	SEARCH_GAP_RESULTS,
	SEARCH_GAP__MAX
};

/* What serve says; a line that is missing is said in English. */
enum search_phrase {
	SAY_NO_WORDS,
	SAY_NONE,
	SAY_SOME_ONE,
	SAY_SOME,
	SAY_ONE,
	SAY_MANY,
	SAY_PAGES,
	SAY_PREVIOUS,
	SAY_MORE,
	SAY__MAX
};
#define SEARCH_SAY_MAX 3072 /* bytes of all lines */

struct search_piece {
	uint32_t len;
	uint32_t gap; /* enum search_gap */
};

/* An index to be read; points into the bytes it was opened with. */
struct search_index {
	struct search_head head;
	const char *docs, *terms, *pieces;
	struct slice fields, page, snippets, texts, postings;
};

/* -1 when the sections do not fill the run exactly. */
int search_open(struct search_index *ix, struct slice run);
/* -1 with err when anything in it does not hold. */
int search_check(const struct search_index *ix, struct err *err);

/* The following are for a checked index and numbers in range. */
struct search_doc search_doc(const struct search_index *ix, uint32_t i);
struct search_piece search_piece(const struct search_index *ix, uint32_t i);
/* A line that serve says; empty when it is not there. */
struct slice search_say(const struct search_index *ix,
			enum search_phrase phrase);
struct slice search_snippet(const struct search_index *ix, uint32_t i);
struct slice search_text(const struct search_index *ix, uint32_t i);
/* The first term that is not before the word: nterms when all are. */
uint32_t search_find(const struct search_index *ix, struct slice word);

struct search_postings {
	const unsigned char *at, *end;
	uint32_t next, ndocs; /* next: the lowest that can come */
};

struct search_postings search_postings(const struct search_index *ix,
				       uint32_t term);
/* The next document and the class of its weight; 0 at the end, which comes
 * early when the bytes make no sense. */
static inline int
search_next(struct search_postings *p, uint32_t *doc, unsigned *class)
{
	uint64_t n = 0, at;
	unsigned shift = 0;

	do {
		if (p->at == p->end || shift > 28)
			return 0;
		n |= (uint64_t)(*p->at & 0x7f) << shift;
		shift += 7;
	} while (*p->at++ & 0x80);
	if (n < SEARCH_CLASSES)
		return 0;
	at = p->next + n / SEARCH_CLASSES - 1;
	if (at >= p->ndocs)
		return 0;
	*doc = (uint32_t)at;
	*class = (unsigned)(n % SEARCH_CLASSES);
	p->next = (uint32_t)at + 1;
	return 1;
}

/* Writes a posting of `doc`, the last one having been next - 1; returns its
 * length. */
#define SEARCH_POSTING_MAX 5
static inline size_t
search_put(unsigned char out[SEARCH_POSTING_MAX], uint32_t next, uint32_t doc,
	   unsigned class)
{
	uint32_t n = (doc - next + 1) * SEARCH_CLASSES + class;
	size_t len = 0;

	while (n >= 0x80) {
		out[len++] = (unsigned char)(n | 0x80);
		n >>= 7;
	}
	out[len++] = (unsigned char)n;
	return len;
}

#endif
