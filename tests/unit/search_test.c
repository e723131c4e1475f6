/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/http/rank.h"
#include "../../daemon/site/searchbuild.h"

/* ---- documents and their index ---- */

#define DOCS_MAX  120
#define WORDS_MAX 30

/* A document of words, each with a weight; id stays its own when its number
 * changes. */
struct doc {
	unsigned id, nwords;
	struct {
		char text[8];
		unsigned weight;
	} words[WORDS_MAX];
};

struct index {
	struct buf run;
	struct search_index ix;
};

static void
index_free(struct index *i)
{
	buf_free(&i->run);
}

static const struct search_piece piece = {4, SEARCH_GAP_END};

static void
join(struct search_run *r, struct index *out)
{
	struct err err;

	memset(out, 0, sizeof(*out));
	buf_add(&out->run, r->front.data, r->front.len);
	buf_add(&out->run, r->texts.data, r->texts.len);
	buf_add(&out->run, r->postings.data, r->postings.len);
	search_run_free(r);
	assert_int_equal(
	    search_open(&out->ix, (struct slice){out->run.data, out->run.len}),
	    0);
	if (search_check(&out->ix, &err) == -1)
		fail_msg("%s", err.text);
}

static void
add_word(struct search_build *b, uint32_t doc, struct slice text,
	 unsigned weight)
{
	struct build_word word = {text, weight};

	search_build_words(b, doc, &word, 1);
}

/* Of docs[i], those that old has (by their id, in words_key) are taken from
 * there. */
static void
make(const struct doc *docs, uint32_t n, const struct index *old,
     struct index *out)
{
	struct search_build *b = search_build_new();
	struct search_doc heads[DOCS_MAX] = {{0}};
	uint32_t renumber[DOCS_MAX];
	struct search_parts parts = {.docs = heads,
				     .ndocs = n,
				     .pieces = &piece,
				     .npieces = 1,
				     .page = slice_of("page"),
				     .renumber = renumber};
	struct search_run run = {.front = {NULL, 0, 0}};
	uint32_t nold = old != NULL ? old->ix.head.ndocs : 0;

	parts.old = old != NULL ? &old->ix : NULL;
	memset(renumber, 0xff, sizeof(renumber));
	for (uint32_t i = 0; i < n; i++) {
		int known = 0;

		memcpy(heads[i].words_key, &docs[i].id, sizeof(docs[i].id));
		heads[i].length = docs[i].nwords;
		for (uint32_t k = 0; k < nold; k++)
			if (memcmp(search_doc(&old->ix, k).words_key,
				   heads[i].words_key, 16) == 0) {
				renumber[k] = i;
				known = 1;
			}
		for (unsigned k = 0; !known && k < docs[i].nwords; k++)
			add_word(b, i, slice_of(docs[i].words[k].text),
				 docs[i].words[k].weight);
	}
	search_build_write(b, &parts, &run);
	search_build_free(b);
	join(&run, out);
}

static unsigned
below(unsigned n)
{
	return (unsigned)rand() % n;
}

static void
random_doc(struct doc *d, unsigned id)
{
	d->id = id;
	d->nwords = below(WORDS_MAX);
	for (unsigned i = 0; i < d->nwords; i++) {
		char *text = d->words[i].text;
		unsigned len = 1 + below(4);

		memset(text, 0, sizeof(d->words[i].text));
		for (unsigned k = 0; k < len; k++)
			text[k] = (char)('a' + below(3));
		d->words[i].weight = 1 + below(30);
	}
}

/* ---- the same, slowly ---- */

static int
doc_has(const struct doc *d, struct slice word, int itself)
{
	for (unsigned i = 0; i < d->nwords; i++)
		if (strncmp(d->words[i].text, word.data, word.len) == 0 &&
		    (!itself || d->words[i].text[word.len] == '\0'))
			return 1;
	return 0;
}

/* A letter that some document has finds nothing but itself. */
static int
means_itself(const struct doc *docs, uint32_t n, struct slice word)
{
	for (uint32_t i = 0; word.len == 1 && i < n; i++)
		if (doc_has(&docs[i], word, 1))
			return 1;
	return 0;
}

static void
count_words(const struct doc *docs, uint32_t n, const struct query *q,
	    unsigned words[DOCS_MAX])
{
	memset(words, 0, DOCS_MAX * sizeof(*words));
	for (unsigned k = 0; k < q->nwords; k++) {
		struct slice word = {q->words[k].text, q->words[k].len};
		int itself = means_itself(docs, n, word);

		for (uint32_t i = 0; i < n; i++)
			words[i] += (unsigned)doc_has(&docs[i], word, itself);
	}
}

static void
ask(struct query *q, const char *text)
{
	struct buf b = {0};

	buf_str(&b, "q=");
	buf_str(&b, text);
	query_parse(q, (struct slice){b.data, b.len});
	buf_free(&b);
}

static void
compare_found(const struct doc *docs, uint32_t n, const struct index *ix,
	      struct query *q)
{
	unsigned words[DOCS_MAX], best = 0, total = 0, seen = 0;
	struct ranking r;

	count_words(docs, n, q, words);
	for (uint32_t i = 0; i < n; i++)
		if (words[i] > best)
			best = words[i];
	for (uint32_t i = 0; i < n; i++)
		total += best > 0 && words[i] == best;
	for (q->page = 1; q->page <= 7; q->page++) {
		rank(&ix->ix, q, &r);
		assert_int_equal(r.total, total);
		assert_int_equal(r.words, best);
		assert_false(r.bounded);
		for (unsigned i = 0; i < r.n; i++)
			assert_int_equal(words[r.docs[i]], best);
		seen += r.n;
	}
	assert_int_equal(seen, total);
}

/* Found is what looking at every word of every document finds. */
static void
found_as_naively(void **state)
{
	static struct doc docs[DOCS_MAX];
	struct index ix;
	struct query q;

	(void)state;
	srand(1);
	for (int round = 0; round < 60; round++) {
		uint32_t n = below(DOCS_MAX);

		for (uint32_t i = 0; i < n; i++)
			random_doc(&docs[i], i);
		make(docs, n, NULL, &ix);
		for (int k = 0; k < 20; k++) {
			char text[16];
			unsigned len = 1 + below(12);

			for (unsigned c = 0; c < len; c++)
				text[c] = "abcc+"[below(5)];
			text[len] = '\0';
			ask(&q, text);
			compare_found(docs, n, &ix, &q);
		}
		index_free(&ix);
	}
}

/* Some documents go, some come, some move: what is taken from the index before
 * makes the same bytes as reading all. */
static void
same_bytes_from_the_last_index(void **state)
{
	static struct doc docs[DOCS_MAX];
	struct index last, next, whole;
	uint32_t n = 50;
	unsigned id = 1000;

	(void)state;
	srand(2);
	for (uint32_t i = 0; i < n; i++)
		random_doc(&docs[i], i);
	make(docs, n, NULL, &last);
	for (int round = 0; round < 150; round++) {
		for (unsigned k = below(6); k > 0 && n > 0; k--) {
			uint32_t at = below(n);

			docs[at] = docs[--n]; /* one goes, one moves */
		}
		for (unsigned k = below(6); k > 0 && n < DOCS_MAX; k--) {
			uint32_t at = below(n + 1);

			memmove(&docs[at + 1], &docs[at],
				(n - at) * sizeof(docs[0]));
			random_doc(&docs[at], id++);
			n++;
		}
		make(docs, n, &last, &next);
		make(docs, n, NULL, &whole);
		assert_int_equal(next.run.len, whole.run.len);
		assert_memory_equal(next.run.data, whole.run.data,
				    whole.run.len);
		index_free(&whole);
		index_free(&last);
		last = next;
	}
	index_free(&last);
}

/* ---- order ---- */

static void
set_doc(struct doc *d, unsigned id, const char *word, unsigned weight,
	unsigned nwords)
{
	memset(d, 0, sizeof(*d));
	d->id = id;
	d->nwords = nwords;
	for (unsigned i = 0; i < nwords; i++) {
		strcpy(d->words[i].text, "zz");
		d->words[i].weight = 1;
	}
	snprintf(d->words[0].text, sizeof(d->words[0].text), "%s", word);
	d->words[0].weight = weight;
}

static void
order_is(const struct doc *docs, uint32_t n, const char *query,
	 const uint32_t *expected, unsigned count)
{
	struct index ix;
	struct ranking r;
	struct query q;

	make(docs, n, NULL, &ix);
	ask(&q, query);
	rank(&ix.ix, &q, &r);
	assert_int_equal(r.n, count);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(r.docs[i], expected[i]);
	index_free(&ix);
}

static void
order(void **state)
{
	struct doc docs[5];

	(void)state;
	/* more weight first; of equals the newest */
	set_doc(&docs[0], 0, "word", 1, 5);
	set_doc(&docs[1], 1, "word", 21, 5);
	set_doc(&docs[2], 2, "word", 1, 5);
	set_doc(&docs[3], 3, "word", 5, 5);
	set_doc(&docs[4], 4, "other", 5, 5);
	order_is(docs, 5, "word", (uint32_t[]){1, 3, 0, 2}, 4);
	/* the word itself before those that begin with it, all else equal */
	set_doc(&docs[0], 0, "wordy", 5, 5);
	set_doc(&docs[1], 1, "word", 5, 5);
	set_doc(&docs[2], 2, "worda", 5, 5);
	order_is(docs, 3, "word", (uint32_t[]){1, 0, 2}, 3);
	order_is(docs, 3, "wo", (uint32_t[]){0, 1, 2}, 3);
	/* the shorter document first */
	set_doc(&docs[0], 0, "word", 1, 30);
	set_doc(&docs[1], 1, "word", 1, 3);
	order_is(docs, 2, "word", (uint32_t[]){1, 0}, 2);
}

static void
rare_words_count_more(void **state)
{
	static struct doc docs[42];

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		set_doc(&docs[i], i, "common", 5, 5);
	set_doc(&docs[40], 40, "rare", 5, 5);
	set_doc(&docs[41], 41, "none", 5, 5);
	/* none has both: each has one, the rare one is first */
	{
		struct index ix;
		struct ranking r;
		struct query q;

		make(docs, 42, NULL, &ix);
		ask(&q, "common+rare");
		rank(&ix.ix, &q, &r);
		assert_int_equal(r.total, 41);
		assert_int_equal(r.words, 1);
		assert_int_equal(r.docs[0], 40);
		assert_int_equal(r.docs[1], 0);
		q.page = 3;
		rank(&ix.ix, &q, &r);
		assert_int_equal(r.n, 1);
		assert_int_equal(r.docs[0], 39);
		q.page = 4;
		rank(&ix.ix, &q, &r);
		assert_int_equal(r.n, 0);
		assert_int_equal(r.total, 41);
		index_free(&ix);
	}
}

/* ---- bounds ---- */

/* 60,000 documents and a vocabulary in which every word begins with "aa". */
static void
make_large(uint32_t n, struct index *out)
{
	struct search_build *b = search_build_new();
	struct search_doc *heads = calloc(n, sizeof(*heads));
	struct search_parts parts = {.docs = heads,
				     .ndocs = n,
				     .pieces = &piece,
				     .npieces = 1,
				     .page = slice_of("page")};
	struct search_run run = {.front = {NULL, 0, 0}};
	char word[16];

	for (uint32_t i = 0; i < n; i++) {
		heads[i].length = 40;
		for (unsigned k = 0; k < 40; k++) {
			int len = snprintf(word, sizeof(word), "aa%u",
					   (i * 7919 + k * k * 31) % 5000);

			add_word(b, i, (struct slice){word, (size_t)len}, 1);
		}
		add_word(b, i, slice_of("aa"), 1);
	}
	search_build_write(b, &parts, &run);
	search_build_free(b);
	free(heads);
	join(&run, out);
}

static void
bounded_work(void **state)
{
	static const char *const queries[] = {
	    "aa", "aa+b+c", "aa+aa1+aa2+aa3+aa4+aa5+aa6+aa7+aa8+aa9+aa10+aa11",
	    "aa4999"};
	struct index ix;
	struct ranking r;
	struct query q;

	(void)state;
	make_large(60000, &ix);
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		ask(&q, queries[i]);
		rank(&ix.ix, &q, &r);
		assert_true(r.work <= RANK_WORK_MAX + QUERY_WORDS_MAX);
		assert_true(r.n == RANK_PAGE);
		assert_int_equal(r.bounded, i < 3);
	}
	/* Words have equal shares, and a word's own term comes first. */
	ask(&q, "aa");
	rank(&ix.ix, &q, &r);
	assert_int_equal(r.total, 60000);
	index_free(&ix);
}

/* Postings that say nonsense: documents that are not there, numbers without
 * end, zero distances. */
static void
lying_postings(void **state)
{
	static struct doc docs[DOCS_MAX];
	struct index ix;
	struct ranking r;
	struct query q;
	size_t at;

	(void)state;
	srand(3);
	for (uint32_t i = 0; i < DOCS_MAX; i++)
		random_doc(&docs[i], i);
	make(docs, DOCS_MAX, NULL, &ix);
	at = (size_t)(ix.ix.postings.data - ix.run.data);
	for (int round = 0; round < 2000; round++) {
		for (size_t i = at; i < ix.run.len; i++)
			ix.run.data[i] = (char)(round == 0   ? 0xff
						: round == 1 ? 0
							     : below(256));
		ask(&q, "a+b+cc");
		rank(&ix.ix, &q, &r);
		assert_true(r.n <= RANK_PAGE && r.total <= DOCS_MAX);
		for (unsigned i = 0; i < r.n; i++)
			assert_true(r.docs[i] < DOCS_MAX);
	}
	index_free(&ix);
}

/* Every damage to the front is found, or harmless. */
static void
damaged_fronts(void **state)
{
	static struct doc docs[20];
	struct search_index ix;
	struct index whole;
	struct ranking r;
	struct query q;
	struct err err;
	unsigned refused = 0, rounds = 20000;

	(void)state;
	srand(4);
	for (uint32_t i = 0; i < 20; i++)
		random_doc(&docs[i], i);
	make(docs, 20, NULL, &whole);
	ask(&q, "a+b");
	for (unsigned round = 0; round < rounds; round++) {
		char *copy = malloc(whole.run.len);
		size_t len = whole.run.len;

		memcpy(copy, whole.run.data, len);
		if (round % 4 == 0)
			len = below((unsigned)len);
		else
			copy[below((unsigned)len)] ^= (char)(1 << below(8));
		copy = realloc(copy, len > 0 ? len : 1);
		if (search_open(&ix, (struct slice){copy, len}) == -1 ||
		    search_check(&ix, &err) == -1) {
			refused++;
		} else {
			rank(&ix, &q, &r);
			for (unsigned i = 0; i < r.n; i++)
				search_snippet(&ix, r.docs[i]);
		}
		free(copy);
	}
	assert_true(refused > rounds / 4);
	index_free(&whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(found_as_naively),
	    cmocka_unit_test(same_bytes_from_the_last_index),
	    cmocka_unit_test(order),
	    cmocka_unit_test(rare_words_count_more),
	    cmocka_unit_test(bounded_work),
	    cmocka_unit_test(lying_postings),
	    cmocka_unit_test(damaged_fronts)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
