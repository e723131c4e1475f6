/* SPDX-License-Identifier: ISC */
#include "../../daemon/http/rank.h"

#include "fuzz.h"

/* The input: a query in a line, then a search index, read in memory of exactly
 * its size: once as it is, and once with its sections' lengths made true as far
 * as that goes. */

static void
check_ranking(const struct search_index *ix, const struct query *q)
{
	struct ranking r;
	size_t total = 0;

	rank(ix, q, &r);
	CHECK(r.n <= RANK_PAGE && r.n <= r.total);
	CHECK(r.total <= ix->head.ndocs && r.words <= q->nwords);
	CHECK(r.work <= RANK_WORK_MAX + QUERY_WORDS_MAX);
	for (unsigned i = 0; i < r.n; i++) {
		struct slice s = search_snippet(ix, r.docs[i]);

		CHECK(r.docs[i] < ix->head.ndocs);
		for (size_t k = 0; k < s.len; k++)
			total += (unsigned char)s.data[k];
	}
	CHECK(total < SIZE_MAX);
}

static void
check_terms(const struct search_index *ix)
{
	struct search_postings p;
	uint32_t doc, last;
	unsigned class;

	for (uint32_t i = 0; i < ix->head.nterms; i++) {
		CHECK(search_find(ix, search_text(ix, i)) == i);
		p = search_postings(ix, i);
		last = 0;
		while (search_next(&p, &doc, &class)) {
			CHECK(doc < ix->head.ndocs && class < SEARCH_CLASSES);
			CHECK(doc >= last);
			last = doc + 1;
		}
	}
}

static void
read_index(const struct query *q, struct slice run)
{
	struct search_index ix;
	struct err err;

	if (search_open(&ix, run) == -1 || search_check(&ix, &err) == -1)
		return;
	check_terms(&ix);
	check_ranking(&ix, q);
}

/* What is in front, and the postings get all that is left. */
static void
repair(char *run, size_t len)
{
	struct search_head h;
	uint64_t size;

	if (len < sizeof(h))
		return;
	memcpy(&h, run, sizeof(h));
	memcpy(h.magic, SEARCH_MAGIC, sizeof(h.magic));
	h.ndocs %= 64;
	h.nterms %= 256;
	h.npieces %= SEARCH_PIECES_MAX + 1;
	h.average |= 1;
	h.fields %= 4096;
	h.page %= 4096;
	h.snippets %= 4096;
	h.texts %= 4096;
	size = sizeof(h) + h.ndocs * sizeof(struct search_doc) +
	       (h.nterms + 1) * sizeof(struct search_term) +
	       h.npieces * sizeof(struct search_piece) + h.fields + h.page +
	       h.snippets + h.texts;
	h.postings = size < len ? len - size : 0;
	memcpy(run, &h, sizeof(h));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice rest = {(const char *)data, len};
	struct slice line = fuzz_until(&rest, '\n');
	struct query q;
	char *copy;

	query_parse(&q, line);
	copy = xmalloc(rest.len > 0 ? rest.len : 1);
	if (rest.len > 0)
		memcpy(copy, rest.data, rest.len);
	read_index(&q, (struct slice){copy, rest.len});
	repair(copy, rest.len);
	read_index(&q, (struct slice){copy, rest.len});
	free(copy);
	return 0;
}
