/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SEARCHBUILD_H
#define BLOGD_SEARCHBUILD_H

#include "../snapshot/searchindex.h"

/*
 * The search index being made: documents are numbered newest first, and the
 * words of each are added one document after the other, in that order.  Those
 * that an earlier index knows are not added; their postings are taken from it
 * under their new numbers.  The result is the same.
 */
#define SEARCH_DOC_NONE UINT32_MAX

struct search_build;

struct search_build *search_build_new(void);
void search_build_free(struct search_build *b);

/* Up to BUILD_WORDS_MAX words of document doc, which is the last one added or
 * a later one.  A word
 * said again adds its weight. */
#define BUILD_WORDS_MAX 32
struct build_word {
	struct slice text;
	unsigned weight;
};
void search_build_words(struct search_build *b, uint32_t doc,
			const struct build_word *words, unsigned n);

/* All that is not words. */
struct search_parts {
	const struct search_doc *docs;
	uint32_t ndocs;
	const struct search_piece *pieces;
	uint32_t npieces;
	struct slice fields, page, snippets;
	/* An index that was checked, or NULL; renumber[i] is the new number of
	 * its document i, or SEARCH_DOC_NONE. */
	const struct search_index *old;
	const uint32_t *renumber;
};

/* The run, in three parts one behind the other. */
struct search_run {
	struct buf front, texts, postings;
};
void search_run_free(struct search_run *r);

/* Fills an empty run.  To be called once. */
void search_build_write(struct search_build *b, const struct search_parts *p,
			struct search_run *run);

#endif
