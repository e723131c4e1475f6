/* SPDX-License-Identifier: ISC */
#include "searchbuild.h"

#include <stdlib.h>

#include "../log.h"
#include "../snapshot/wordhash.h"
#include "searchterms.h"

#define SLOTS_FIRST 4096
/* Words that were made to collide: those beyond are not found. */
#define PROBES_MAX 4096

struct search_build *
search_build_new(void)
{
	struct search_build *b = xcalloc(1, sizeof(*b));

	b->mask = SLOTS_FIRST - 1;
	b->slots = xcalloc(SLOTS_FIRST, sizeof(*b->slots));
	return b;
}

void
search_build_free(struct search_build *b)
{
	if (b == NULL)
		return;
	free(b->slots);
	free(b->terms);
	region_free(&b->region);
	free(b);
}

/* ---- postings of a term ---- */

static unsigned char *
postings_of(struct build_term *t)
{
	return t->cap > sizeof(t->bytes.few) ? t->bytes.many : t->bytes.few;
}

static void
make_room(struct search_build *b, struct build_term *t)
{
	uint32_t cap = t->cap * 2;
	unsigned char *more;

	if (t->cap - t->len >= SEARCH_POSTING_MAX)
		return;
	more = region_alloc(&b->region, cap, 1);
	memcpy(more, postings_of(t), t->len);
	t->bytes.many = more;
	t->cap = cap;
}

/* The class is of the greatest weight that is not above it. */
static unsigned
class_of(unsigned weight)
{
	static const uint8_t least[SEARCH_CLASSES] = SEARCH_WEIGHTS;
	unsigned class = SEARCH_CLASSES - 1;

	while (class > 0 && least[class] > weight)
		class --;
	return class;
}

/* Writes the posting of the document that was at work. */
static void
finish_doc(struct search_build *b, struct build_term *t)
{
	if (t->weight == 0)
		return;
	make_room(b, t);
	t->len += (uint32_t)search_put(postings_of(t) + t->len, t->next, t->doc,
				       class_of(t->weight));
	t->next = t->doc + 1;
	t->weight = 0;
}

struct slice
search_build_postings(struct search_build *b, struct build_term *t)
{
	finish_doc(b, t);
	return (struct slice){(const char *)postings_of(t), t->len};
}

/* ---- the table of terms ---- */

static void
grow(struct search_build *b)
{
	uint32_t n = (b->mask + 1) * 2;

	free(b->slots);
	b->slots = xcalloc(n, sizeof(*b->slots));
	b->mask = n - 1;
	for (uint32_t k = 0; k < b->nterms; k++) {
		uint32_t i = b->terms[k].hash & b->mask;

		while (b->slots[i].term != 0)
			i = (i + 1) & b->mask;
		b->slots[i].hash = b->terms[k].hash;
		b->slots[i].term = k + 1;
	}
}

static struct build_term *
add_term(struct search_build *b, uint32_t i, uint32_t hash, struct slice word)
{
	struct build_term *t;

	if (b->nterms == b->cap) {
		b->cap = b->cap > 0 ? b->cap * 2 : SLOTS_FIRST / 2;
		b->terms = xreallocarray(b->terms, b->cap, sizeof(*b->terms));
	}
	t = &b->terms[b->nterms++];
	memset(t, 0, sizeof(*t));
	t->hash = hash;
	t->text_len = (uint8_t)word.len;
	if (word.len > sizeof(t->text.few))
		t->text.many = region_copy(&b->region, word).data;
	else
		memcpy(t->text.few, word.data, word.len);
	t->cap = sizeof(t->bytes.few);
	b->slots[i].hash = hash;
	b->slots[i].term = b->nterms;
	if (b->nterms * 2 > b->mask)
		grow(b);
	return t;
}

/* NULL: it cannot be kept. */
static struct build_term *
find(struct search_build *b, struct slice word, uint32_t hash)
{
	uint32_t i = hash & b->mask;

	for (int n = 0; b->slots[i].term != 0; i = (i + 1) & b->mask) {
		struct build_term *t = &b->terms[b->slots[i].term - 1];

		if (b->slots[i].hash == hash &&
		    slice_cmp(build_text(t), word) == 0)
			return t;
		if (++n > PROBES_MAX)
			return NULL;
	}
	if (b->nterms >= SEARCH_TERMS_MAX)
		return NULL;
	return add_term(b, i, hash, word);
}

static void
add_word(struct search_build *b, uint32_t doc, const struct build_word *w,
	 uint32_t hash)
{
	struct build_term *t = find(b, w->text, hash);
	unsigned weight;

	if (t == NULL)
		return;
	if (t->doc != doc)
		finish_doc(b, t);
	t->doc = doc;
	weight = t->weight + w->weight;
	t->weight = (uint8_t)(weight < UINT8_MAX ? weight : UINT8_MAX);
}

/* Nearly every word costs two lines of memory that no cache has: all are asked
 * for before the first is waited for. */
void
search_build_words(struct search_build *b, uint32_t doc,
		   const struct build_word *words, unsigned n)
{
	uint32_t hash[BUILD_WORDS_MAX];

	for (unsigned i = 0; i < n; i++) {
		hash[i] = word_hash(words[i].text);
		__builtin_prefetch(&b->slots[hash[i] & b->mask]);
	}
	for (unsigned i = 0; i < n; i++) {
		uint32_t term = b->slots[hash[i] & b->mask].term;

		if (term != 0)
			__builtin_prefetch(&b->terms[term - 1], 1);
	}
	for (unsigned i = 0; i < n; i++)
		add_word(b, doc, &words[i], hash[i]);
}
