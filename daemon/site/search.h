/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SEARCH_H
#define BLOGD_SEARCH_H

#include "model.h"
#include "searchbuild.h"

/*
 * The search page and what is in its index.  The page is rendered once, with
 * marks where serve puts in what a query gives; each article's item in a list
 * of results is rendered once as well.
 */
#define SEARCH_ADDRESS "/search"

/* The marks: text of characters for private use, which escaping leaves alone.
 * What takes the place of "query" is escaped for text and quoted attributes,
 * the other two are HTML. */
#define SEARCH_MARK_QUERY   "\xef\xa3\xb1query\xef\xa3\xb2"
#define SEARCH_MARK_SUMMARY "\xef\xa3\xb1summary\xef\xa3\xb2"
#define SEARCH_MARK_RESULTS "\xef\xa3\xb1results\xef\xa3\xb2"

/* Once all other pages are planned: is there a search, and its description? */
void search_plan(struct site *s);

/* What serve answers there; not one of the site's pages. */
extern const struct page search_answers;

/* The whole page, with marks. */
void search_page(struct site *s, struct buf *out);
/* An article in a list of results. */
void search_result(struct site *s, const struct article *a, struct buf *out);

/* Appends what serve says, a line for each enum search_phrase; nothing when
 * that is too long. */
void search_phrases(const struct site *s, struct buf *out);

/* Cuts the page at its marks, and appends it without them: those behind the
 * last that there is room for are only taken out.  Returns the number of
 * pieces. */
uint32_t search_cut_page(struct slice page,
			 struct search_piece pieces[SEARCH_PIECES_MAX],
			 struct buf *out);

#endif
