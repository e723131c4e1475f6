/* SPDX-License-Identifier: ISC */
#include "rank.h"

/* Fixed point: this is 1. */
#define ONE 256
/* BM25's k1 and b: how soon more of a word adds little, and how much longer
 * documents lose by it. */
#define K1 3
#define B  (ONE * 6 / 10)

/* One request is answered at a time. */
static struct {
	/* Of the word at work: 1 + the best class of the term itself in the
	 * upper half, of others in the lower; 0: the document has none. */
	uint8_t best[SEARCH_DOCS_MAX];
	uint8_t words[SEARCH_DOCS_MAX];
	uint32_t score[SEARCH_DOCS_MAX];
	/* A heap, the worst on top: score, then number with its bits turned. */
	uint64_t heap[RANK_BEST_MAX];
	uint32_t nheap;
} m;

/* ---- the postings of a word ---- */

static void
take_term(const struct search_index *ix, uint32_t i, unsigned shift,
	  uint32_t limit, struct ranking *r)
{
	struct search_postings p = search_postings(ix, i);
	uint32_t doc;
	unsigned class;

	r->work++;
	while (search_next(&p, &doc, &class)) {
		uint8_t *best = &m.best[doc];

		if (r->work >= limit) {
			r->bounded = 1;
			return;
		}
		r->work++;
		if ((*best >> shift & 15U) <= class)
			*best = (uint8_t)((*best & (0xf0 >> shift)) |
					  (class + 1) << shift);
	}
}

static int
begins(struct slice text, struct slice with)
{
	return text.len >= with.len &&
	       memcmp(text.data, with.data, with.len) == 0;
}

/* Of an alphabet: those of scripts without spaces have three bytes. */
static int
is_letter(struct slice word)
{
	return word.len == 1 ||
	       (word.len == 2 && (unsigned char)word.data[0] >= 0xc0);
}

/* Of "I/O" and "what's" the letters are meant, and not what begins with one. */
static void
take_word(const struct search_index *ix, struct slice word, uint32_t share,
	  struct ranking *r)
{
	uint32_t limit = r->work + share, i = search_find(ix, word);

	if (i < ix->head.nterms && slice_cmp(search_text(ix, i), word) == 0) {
		take_term(ix, i++, 4, limit, r);
		if (is_letter(word))
			return;
	}
	while (i < ix->head.nterms && begins(search_text(ix, i), word)) {
		if (r->work >= limit) {
			r->bounded = 1;
			return;
		}
		take_term(ix, i++, 0, limit, r);
	}
}

/* ---- scores ---- */

/* The logarithm to base 2 of n / ONE, n not below ONE: straight between the
 * powers. */
static uint32_t
log2_of(uint64_t n)
{
	uint32_t whole = 0;

	for (; n >= 2 * ONE; n >>= 1)
		whole += ONE;
	return whole + (uint32_t)(n - ONE);
}

/* A word that nearly all documents have still counts a little. */
static uint32_t
rarity(uint32_t ndocs, uint32_t with)
{
	return ONE / 8 +
	       log2_of((2 * (uint64_t)ndocs + 2) * ONE / (2 * with + 1));
}

/* 1 + B * (length / average - 1), from 0.4 to 4. */
static uint32_t
length_norm(const struct search_index *ix, uint32_t doc)
{
	uint64_t n =
	    (uint64_t)search_doc(ix, doc).length * B / ix->head.average;

	n += ONE - B;
	return n < 4 * ONE ? (uint32_t)n : 4 * ONE;
}

static uint32_t
saturated(unsigned class, uint32_t norm)
{
	static const uint8_t weights[SEARCH_CLASSES] = SEARCH_WEIGHTS;
	uint32_t w = weights[class] * ONE;

	return w * (K1 + 1) * ONE / (w + K1 * norm);
}

static uint32_t
word_score(const struct search_index *ix, uint32_t doc)
{
	unsigned own = m.best[doc] >> 4, other = m.best[doc] & 15;
	uint32_t norm = length_norm(ix, doc), score = 0;

	if (other > 0)
		score = saturated(other - 1, norm) / 4;
	if (own > 0 && saturated(own - 1, norm) > score)
		score = saturated(own - 1, norm);
	return score;
}

static void
add_scores(const struct search_index *ix)
{
	uint32_t n = ix->head.ndocs, with = 0, factor;

	for (uint32_t i = 0; i < n; i++)
		with += m.best[i] > 0;
	if (with == 0)
		return;
	factor = rarity(n, with);
	for (uint32_t i = 0; i < n; i++) {
		if (m.best[i] == 0)
			continue;
		m.words[i]++;
		m.score[i] += word_score(ix, i) * factor / ONE;
		m.best[i] = 0;
	}
}

/* ---- the best ---- */

static void
sift_down(uint32_t at)
{
	uint64_t key = m.heap[at];

	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= m.nheap)
			break;
		if (child + 1 < m.nheap && m.heap[child + 1] < m.heap[child])
			child++;
		if (key <= m.heap[child])
			break;
		m.heap[at] = m.heap[child];
		at = child;
	}
	m.heap[at] = key;
}

static void
sift_up(uint32_t at)
{
	uint64_t key = m.heap[at];

	for (; at > 0 && m.heap[(at - 1) / 2] > key; at = (at - 1) / 2)
		m.heap[at] = m.heap[(at - 1) / 2];
	m.heap[at] = key;
}

static void
offer(uint32_t doc, uint32_t room)
{
	uint64_t key = (uint64_t)m.score[doc] << 32 | (UINT32_MAX - doc);

	if (m.nheap < room) {
		m.heap[m.nheap] = key;
		sift_up(m.nheap++);
	} else if (key > m.heap[0]) {
		m.heap[0] = key;
		sift_down(0);
	}
}

static uint32_t
take_worst(void)
{
	uint32_t doc = UINT32_MAX - (uint32_t)m.heap[0];

	m.heap[0] = m.heap[--m.nheap];
	if (m.nheap > 0)
		sift_down(0);
	return doc;
}

static void
find_best(uint32_t ndocs, unsigned page, struct ranking *r)
{
	uint32_t before = (page - 1) * RANK_PAGE;

	for (uint32_t i = 0; i < ndocs; i++)
		if (m.words[i] > r->words)
			r->words = m.words[i];
	if (r->words == 0)
		return;
	m.nheap = 0;
	for (uint32_t i = 0; i < ndocs; i++) {
		if (m.words[i] != r->words)
			continue;
		r->total++;
		offer(i, before + RANK_PAGE);
	}
	r->n = m.nheap > before ? m.nheap - before : 0;
	for (unsigned i = r->n; i > 0; i--)
		r->docs[i - 1] = take_worst();
}

void
rank(const struct search_index *ix, const struct query *q, struct ranking *r)
{
	uint32_t n = ix->head.ndocs;

	memset(r, 0, sizeof(*r));
	memset(m.best, 0, n);
	memset(m.words, 0, n);
	memset(m.score, 0, n * sizeof(m.score[0]));
	for (unsigned i = 0; i < q->nwords; i++) {
		struct slice word = {q->words[i].text, q->words[i].len};

		take_word(ix, word, RANK_WORK_MAX / q->nwords, r);
		add_scores(ix);
	}
	find_best(n, q->page, r);
}
