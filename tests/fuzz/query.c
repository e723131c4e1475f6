/* SPDX-License-Identifier: ISC */
#include "../../daemon/http/rank.h"
#include "../../daemon/http/results.h"
#include "../../daemon/site/searchbuild.h"
#include "../../daemon/utf8.h"

#include "fuzz.h"
#include "web.h"

/* A query as it comes: what is understood of it, and what of it gets onto the
 * page. */

/* A page with the query in an attribute, about one document. */
#define BEFORE "<input value=\""
#define AFTER  "\">"

static struct slice
make_index(void)
{
	static const struct search_piece pieces[] = {
	    {sizeof(BEFORE) - 1, SEARCH_GAP_QUERY},
	    {sizeof(AFTER) - 1, SEARCH_GAP_SUMMARY},
	    {0, SEARCH_GAP_RESULTS},
	    {0, SEARCH_GAP_END}};
	static const struct search_doc doc = {.snippet_len = 3, .length = 9};
	struct search_parts parts = {.docs = &doc,
				     .ndocs = 1,
				     .pieces = pieces,
				     .npieces = 4,
				     .page = slice_of(BEFORE AFTER),
				     .snippets = slice_of("hit")};
	struct build_word word = {slice_of("a"), 1};
	struct search_build *b = search_build_new();
	struct search_run run = {.front = {NULL, 0, 0}};

	search_build_words(b, 0, &word, 1);
	search_build_write(b, &parts, &run);
	search_build_free(b);
	buf_add(&run.front, run.texts.data, run.texts.len);
	buf_add(&run.front, run.postings.data, run.postings.len);
	buf_free(&run.texts);
	buf_free(&run.postings);
	return (struct slice){run.front.data, run.front.len};
}

static void
one_word(void *ctx, struct slice word)
{
	const struct query_word **expected = ctx;
	const struct query_word *w = *expected;

	CHECK(w != NULL);
	CHECK(w->len == word.len && memcmp(w->text, word.data, word.len) == 0);
	*expected = NULL;
}

/* Each word is itself when it is taken for a text: folding twice is folding
 * once. */
static void
check_words(const struct query *q)
{
	CHECK(q->nwords <= QUERY_WORDS_MAX);
	for (unsigned i = 0; i < q->nwords; i++) {
		const struct query_word *w = &q->words[i], *expected = w;
		struct words words;

		CHECK(w->len > 0 && w->len <= WORD_MAX);
		CHECK(utf8_valid(w->text, w->len));
		words_begin(&words, one_word, &expected, 1);
		words_text(&words, (struct slice){w->text, w->len});
		words_end(&words);
		CHECK(expected == NULL);
	}
}

static void
check_query(struct slice text)
{
	struct query q;

	query_parse(&q, text);
	CHECK(q.page >= 1 && q.page <= QUERY_PAGES_MAX);
	CHECK(q.len <= QUERY_MAX);
	if (q.kind != QUERY_ASKED) {
		CHECK(q.nwords == 0);
		return;
	}
	CHECK(q.len > 0 && utf8_valid(q.text, q.len));
	CHECK(memchr(q.text, '\0', q.len) == NULL);
	check_words(&q);
}

/* From the attribute's quote to its end there is none of these. */
static void
check_page(const struct buf *body)
{
	const char *at = body->data + sizeof(BEFORE) - 1;
	size_t left = body->len - (sizeof(BEFORE) - 1), n;

	CHECK(memcmp(body->data, BEFORE, sizeof(BEFORE) - 1) == 0);
	for (n = 0; n < left && at[n] != '"'; n++) {
		CHECK(strchr("<>'", at[n]) == NULL);
		CHECK((unsigned char)at[n] >= 0x20 && at[n] != 0x7f);
	}
	CHECK(left - n >= sizeof(AFTER) - 1 &&
	      memcmp(at + n, AFTER, sizeof(AFTER) - 1) == 0);
	CHECK(n <= 6 * QUERY_MAX);
}

static void
check_plan(const struct search_index *ix, struct slice text)
{
	struct site_view view = {.settings = &fuzz_serve};
	struct request r = {.method = METHOD_GET};
	struct plan_memory m;
	struct plan p;
	struct exchange x = {&p, &view, &r, METHOD_GET, &m};
	struct buf body = {0};
	size_t cap;

	plan_memory_init(&m, &fuzz_serve);
	cap = m.lines.cap;
	plan_clear(&p);
	plan_results(&x, ix, text);
	CHECK(m.lines.cap == cap && m.lines.len <= RESULTS_TEXT_MAX);
	CHECK(p.status == 200 || p.status == 400);
	CHECK(p.nparts <= PLAN_PARTS);
	for (unsigned i = 0; i < p.nparts; i++) {
		CHECK(p.part[i].len > 0);
		buf_add(&body, p.part[i].data, p.part[i].len);
	}
	check_page(&body);
	buf_free(&body);
	plan_memory_free(&m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct search_index ix;
	static struct slice run;
	struct slice text = {(const char *)data, len};

	if (run.data == NULL) {
		run = make_index();
		CHECK(search_open(&ix, run) == 0);
	}
	check_query(text);
	check_plan(&ix, text);
	return 0;
}
