/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "escape.h"
#include "search.h"
#include "spoken.h"

const struct page search_answers = {.kind = PAGE_SEARCH,
				    .pub.path = SLICE_INIT(SEARCH_ADDRESS)};

void
search_page(struct site *s, struct buf *out)
{
	size_t offset;

	page_write(s, &search_answers, out, &offset);
}

void
search_result(struct site *s, const struct article *a, struct buf *out)
{
	page_write_result(s, &search_answers, a, out);
}

void
search_phrases(const struct site *s, struct buf *out)
{
	static const enum word words[SAY__MAX] = {
	    [SAY_NO_WORDS] = WORD_no_words,
	    [SAY_NONE] = WORD_no_results,
	    [SAY_SOME_ONE] = WORD_some_result,
	    [SAY_SOME] = WORD_some_results,
	    [SAY_ONE] = WORD_one_result,
	    [SAY_MANY] = WORD_results,
	    [SAY_PAGES] = WORD_result_pages,
	    [SAY_PREVIOUS] = WORD_previous_results,
	    [SAY_MORE] = WORD_more_results};
	size_t start = out->len;

	for (int i = 0; i < SAY__MAX; i++) {
		escape_add(out, ESCAPE_TEXT, s->say->text[words[i]]);
		buf_char(out, '\n');
	}
	if (out->len - start > SEARCH_SAY_MAX)
		out->len = start;
}

static const struct {
	const char *mark;
	enum search_gap gap;
} marks[] = {{SEARCH_MARK_QUERY, SEARCH_GAP_QUERY},
	     {SEARCH_MARK_SUMMARY, SEARCH_GAP_SUMMARY},
	     {SEARCH_MARK_RESULTS, SEARCH_GAP_RESULTS}};

/* The first mark in the text: where, how long, and for what. */
static struct slice
find_mark(struct slice text, enum search_gap *gap)
{
	struct slice first = {NULL, 0};

	*gap = SEARCH_GAP_END;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t n = strlen(marks[i].mark);
		const char *at = memmem(text.data, text.len, marks[i].mark, n);

		if (at == NULL || (first.data != NULL && at >= first.data))
			continue;
		first = (struct slice){at, n};
		*gap = marks[i].gap;
	}
	return first;
}

uint32_t
search_cut_page(struct slice page,
		struct search_piece pieces[SEARCH_PIECES_MAX], struct buf *out)
{
	uint32_t n = 0;
	size_t start = 0, len;
	enum search_gap gap;

	do {
		struct slice mark = find_mark(page, &gap);

		len = mark.data != NULL ? (size_t)(mark.data - page.data)
					: page.len;
		buf_add(out, page.data, len);
		page.data += len + mark.len;
		page.len -= len + mark.len;
		if (gap != SEARCH_GAP_END && n + 1 == SEARCH_PIECES_MAX)
			continue;
		pieces[n++] =
		    (struct search_piece){(uint32_t)(out->len - start), gap};
		start = out->len;
	} while (gap != SEARCH_GAP_END);
	return n;
}
