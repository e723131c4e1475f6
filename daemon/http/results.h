/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_RESULTS_H
#define BLOGD_RESULTS_H

#include "generated.h"

/*
 * The search page: pieces of HTML that render has made, and between them what a
 * query asks for.  What comes from the query is escaped for text and quoted
 * attributes alike, wherever the page has it.
 */
#define SEARCH_PATH "/search"

/* Bytes that are made here for one page: the query escaped, its words about the
 * results, links to other pages. */
#define RESULTS_TEXT_MAX 8192

/* Answers a GET or HEAD. */
void plan_results(const struct exchange *x, const struct search_index *ix,
		  struct slice query);

#endif
