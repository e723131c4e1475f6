/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../../daemon/http/rank.h"
#include "../../daemon/site/searchbuild.h"
#include "../../daemon/site/searchtokens.h"

/*
 * What search costs, without a daemon: posts of 5 kB are made of words that are
 * as frequent as those of a language (Zipf's law over 200,000 of them), and
 *
 *	tokens	what the workers do more for each post
 *	index	what render does, from nothing and after one post has changed
 *	query	what serve does for a query, over many of them
 *
 *	search_bench [posts]
 */
#define VOCABULARY 200000
#define POST_BYTES 5000
#define QUERIES	   2000
#define KINDS	   4

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* ---- posts ---- */

static double cumulative[VOCABULARY];
static uint64_t seed = 88172645463325252u;

static uint64_t
next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static void
make_vocabulary(void)
{
	double sum = 0;

	for (unsigned i = 0; i < VOCABULARY; i++)
		cumulative[i] = sum += 1 / (i + 2.7);
}

static unsigned
random_word(void)
{
	double at = (double)(next_random() >> 11) / 9007199254740992.0 *
		    cumulative[VOCABULARY - 1];
	unsigned low = 0, high = VOCABULARY - 1;

	while (low < high) {
		unsigned mid = low + (high - low) / 2;

		if (cumulative[mid] < at)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Frequent ones are short. */
static void
spell(struct buf *out, unsigned word)
{
	static const char *const syllables[] = {
	    "ta", "re", "ni", "so", "ku", "me", "la", "do",
	    "en", "ar", "th", "is", "on", "st", "er", "pi"};

	for (word += 16; word > 0; word /= 16)
		buf_str(out, syllables[word % 16]);
}

static void
make_post(struct buf *out)
{
	size_t start = out->len;

	buf_str(out, "<h2 id=\"x\">");
	for (unsigned i = 0; out->len - start < POST_BYTES; i++) {
		spell(out, random_word());
		buf_str(out, i == 5	    ? "</h2>\n<p>"
			     : i % 60 == 59 ? ".</p>\n<p>"
			     : i % 15 == 14 ? ", <em>so</em> "
					    : " ");
	}
	buf_str(out, "</p>\n");
}

struct posts {
	uint32_t n;
	struct buf html;
	size_t *at; /* n + 1 */
	struct buf tokens;
	size_t *tokens_at;
};

static void
make_posts(struct posts *p, uint32_t n)
{
	p->n = n;
	p->at = xcalloc((size_t)n + 1, sizeof(*p->at));
	p->tokens_at = xcalloc((size_t)n + 1, sizeof(*p->tokens_at));
	for (uint32_t i = 0; i < n; i++) {
		make_post(&p->html);
		p->at[i + 1] = p->html.len;
	}
}

/* ---- what workers and render do ---- */

static void
make_tokens(struct posts *p)
{
	static char out[1 << 20];

	for (uint32_t i = 0; i < p->n; i++) {
		struct slice html = {p->html.data + p->at[i],
				     p->at[i + 1] - p->at[i]};

		buf_add(&p->tokens, out, tokens_write(html, out, sizeof(out)));
		p->tokens_at[i + 1] = p->tokens.len;
	}
}

static uint32_t
add_post(struct search_build *b, const struct posts *p, uint32_t i)
{
	struct slice tokens = {p->tokens.data + p->tokens_at[i],
			       p->tokens_at[i + 1] - p->tokens_at[i]};
	uint32_t length = tokens_length(&tokens);
	struct build_word words[BUILD_WORDS_MAX];
	struct token t;
	unsigned n = 0;

	while (tokens_next(&tokens, &t)) {
		words[n++] =
		    (struct build_word){t.text, t.in_text + 5 * t.in_headings};
		if (n < BUILD_WORDS_MAX)
			continue;
		search_build_words(b, i, words, n);
		n = 0;
	}
	search_build_words(b, i, words, n);
	return length;
}

/* Without old: of all; else of the first alone, the others from there. */
static void
make_index(const struct posts *p, const struct search_index *old,
	   struct buf *out)
{
	static const struct search_piece piece = {0, SEARCH_GAP_END};
	struct search_doc *docs = xcalloc(p->n, sizeof(*docs));
	uint32_t *renumber = xcalloc(p->n, sizeof(*renumber));
	struct search_build *b = search_build_new();
	struct search_parts parts = {.docs = docs,
				     .ndocs = p->n,
				     .pieces = &piece,
				     .npieces = 1,
				     .old = old,
				     .renumber = renumber};
	struct search_run run = {.front = {NULL, 0, 0}};

	for (uint32_t i = 0; i < p->n; i++) {
		renumber[i] = i == 0 ? SEARCH_DOC_NONE : i;
		if (old == NULL || i == 0)
			docs[i].length = add_post(b, p, i);
		else
			docs[i].length = search_doc(old, i).length;
	}
	search_build_write(b, &parts, &run);
	buf_add(out, run.front.data, run.front.len);
	buf_add(out, run.texts.data, run.texts.len);
	buf_add(out, run.postings.data, run.postings.len);
	search_run_free(&run);
	search_build_free(b);
	free(docs);
	free(renumber);
}

/* ---- what serve does ---- */

/* Words as people take them, their beginnings, many of these, single letters.
 */
static void
make_query(struct buf *out, unsigned kind)
{
	struct buf word = {0};
	unsigned n = kind == 2 ? 12 : 1 + (unsigned)(next_random() % 3);

	buf_clear(out);
	buf_str(out, "q=");
	for (unsigned i = 0; i < n; i++) {
		buf_clear(&word);
		spell(&word, random_word());
		if (kind == 1)
			word.len = word.len / 2 + 1;
		if (kind == 3)
			word.len = 1;
		buf_add(out, word.data, word.len);
		buf_char(out, '+');
	}
	buf_free(&word);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
measure_queries(const struct search_index *ix, unsigned kind)
{
	static const char *const names[KINDS] = {
	    "1 to 3 words", "1 to 3 beginnings", "12 words", "1 to 3 letters"};
	static double took[QUERIES];
	struct buf text = {0};
	struct ranking r;
	struct query q;
	uint32_t work = 0;

	for (int i = 0; i < QUERIES; i++) {
		double start;

		make_query(&text, kind);
		start = now_ms();
		query_parse(&q, (struct slice){text.data, text.len});
		rank(ix, &q, &r);
		took[i] = now_ms() - start;
		if (r.work > work)
			work = r.work;
	}
	qsort(took, QUERIES, sizeof(took[0]), compare);
	printf("query\t%s\tmedian %.3f ms\tp99 %.3f ms\tmost %.3f ms\t"
	       "work at most %" PRIu32 "\n",
	       names[kind], took[QUERIES / 2], took[QUERIES / 100 * 99],
	       took[QUERIES - 1], work);
	buf_free(&text);
}

int
main(int argc, char **argv)
{
	struct posts p = {0};
	struct buf run = {0}, again = {0};
	struct search_index ix;
	struct err err;
	double t;

	make_vocabulary();
	make_posts(&p, argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000);
	t = now_ms();
	make_tokens(&p);
	printf("tokens\t%.0f ms\t%zu bytes\n", now_ms() - t, p.tokens.len);
	t = now_ms();
	make_index(&p, NULL, &run);
	printf("index\tall %.0f ms\t%zu bytes\n", now_ms() - t, run.len);
	if (search_open(&ix, (struct slice){run.data, run.len}) == -1)
		return 1;
	t = now_ms();
	if (search_check(&ix, &err) == -1)
		return 1;
	printf("check\t%.2f ms\t%u terms\t%zu bytes of postings\n",
	       now_ms() - t, ix.head.nterms, ix.postings.len);
	t = now_ms();
	make_index(&p, &ix, &again);
	printf("index\tone post %.0f ms\tthe same: %d\n", now_ms() - t,
	       again.len == run.len &&
		   memcmp(again.data, run.data, run.len) == 0);
	for (unsigned kind = 0; kind < KINDS; kind++)
		measure_queries(&ix, kind);
	return 0;
}
