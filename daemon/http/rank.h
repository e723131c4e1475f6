/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_RANK_H
#define BLOGD_RANK_H

#include "../snapshot/searchindex.h"
#include "query.h"

/*
 * Which documents answer a query, the best first.
 *
 * A word finds the terms that begin with it.  Found are the documents that have
 * all words; when none has, those that have the most of them.  Each word gives
 * what BM25 gives (Robertson and Zaragoza, The Probabilistic Relevance
 * Framework: BM25 and Beyond, 2009, with the weights of fields summed first,
 * section 3.6), counted in whole numbers: the rarer the word, the more often
 * and the more prominent, the shorter the document, the more.  A term that is
 * longer than the word gives a quarter.  Of equals the newest is first.
 *
 * Memory is fixed: a few bytes for each of SEARCH_DOCS_MAX documents.  Work is
 * bounded by RANK_WORK_MAX terms and postings, in equal shares for the words: a
 * word's own term comes first, then the others by the alphabet, each from its
 * newest document on.
 */
#define RANK_WORK_MAX 400000
#define RANK_PAGE     20 /* documents on a page */
#define RANK_BEST_MAX (RANK_PAGE * QUERY_PAGES_MAX)

struct ranking {
	uint32_t total; /* documents found */
	unsigned words; /* that each of them has */
	int bounded;	/* there was more to look at */
	uint32_t work;	/* terms and postings looked at */
	unsigned n;	/* on this page */
	uint32_t docs[RANK_PAGE];
};

void rank(const struct search_index *ix, const struct query *q,
	  struct ranking *r);

#endif
