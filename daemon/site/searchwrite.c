/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "../log.h"
#include "searchterms.h"

/* A term to be sorted, with its first bytes as a number of the same order. */
struct sorted {
	uint64_t first;
	struct build_term *term;
};

struct posting {
	uint32_t doc;
	unsigned class;
};

struct writing {
	struct search_build *build;
	const struct search_parts *parts;
	struct search_run *run;
	struct buf terms;
	uint32_t nterms;
	struct sorted *sorted;
	uint32_t nsorted, at; /* the next of them */
	struct posting *list; /* of one term: as many as documents */
	uint32_t nlist;
};

void
search_run_free(struct search_run *r)
{
	buf_free(&r->front);
	buf_free(&r->texts);
	buf_free(&r->postings);
}

/* ---- order ---- */

static uint64_t
first_bytes(struct slice text)
{
	uint64_t n = 0;

	for (size_t i = 0; i < 8; i++)
		n = n << 8 | (i < text.len ? (unsigned char)text.data[i] : 0);
	return n;
}

static int
compare_terms(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return slice_cmp(build_text(x->term), build_text(y->term));
}

static void
sort_terms(struct writing *w)
{
	struct search_build *b = w->build;

	w->nsorted = b->nterms;
	w->sorted = xcalloc((size_t)b->nterms + 1, sizeof(*w->sorted));
	for (uint32_t i = 0; i < b->nterms; i++) {
		w->sorted[i].term = &b->terms[i];
		w->sorted[i].first = first_bytes(build_text(&b->terms[i]));
	}
	qsort(w->sorted, w->nsorted, sizeof(*w->sorted), compare_terms);
}

static int
compare_postings(const void *a, const void *b)
{
	const struct posting *x = a, *y = b;

	return (x->doc > y->doc) - (x->doc < y->doc);
}

/* ---- postings ---- */

/* Those of the old index, under their new numbers, which mostly are in the same
 * order. */
static void
list_old(struct writing *w, uint32_t i)
{
	struct search_postings p = search_postings(w->parts->old, i);
	uint32_t doc, last = 0;
	unsigned class;
	int sorted = 1;

	w->nlist = 0;
	while (search_next(&p, &doc, &class)) {
		doc = w->parts->renumber[doc];
		if (doc == SEARCH_DOC_NONE)
			continue;
		sorted &= doc >= last;
		last = doc;
		w->list[w->nlist++] = (struct posting){doc, class};
	}
	if (!sorted)
		qsort(w->list, w->nlist, sizeof(*w->list), compare_postings);
}

static void
put_posting(struct buf *out, uint32_t *next, uint32_t doc, unsigned class)
{
	buf_reserve(out, SEARCH_POSTING_MAX);
	out->len += search_put((unsigned char *)out->data + out->len, *next,
			       doc, class);
	*next = doc + 1;
}

/* The list and the new ones, which know no document of the list. */
static void
put_both(struct writing *w, struct slice fresh)
{
	const unsigned char *bytes = (const unsigned char *)fresh.data;
	struct search_postings p = {bytes, bytes + fresh.len, 0,
				    w->parts->ndocs};
	struct buf *out = &w->run->postings;
	uint32_t next = 0, doc, i = 0;
	unsigned class;

	while (search_next(&p, &doc, &class)) {
		for (; i < w->nlist && w->list[i].doc < doc; i++)
			put_posting(out, &next, w->list[i].doc,
				    w->list[i].class);
		put_posting(out, &next, doc, class);
	}
	for (; i < w->nlist; i++)
		put_posting(out, &next, w->list[i].doc, w->list[i].class);
}

/* ---- terms ---- */

static void
put_term(struct writing *w, struct slice text, struct slice fresh)
{
	struct search_run *r = w->run;
	struct search_term t = {(uint32_t)r->texts.len,
				(uint32_t)r->postings.len};

	if (w->nlist == 0 && fresh.len == 0)
		return;
	buf_add(&w->terms, &t, sizeof(t));
	buf_add(&r->texts, text.data, text.len);
	if (w->nlist == 0)
		buf_add(&r->postings, fresh.data, fresh.len);
	else
		put_both(w, fresh);
	w->nterms++;
}

/* The sorted terms before `until`, or all when it is NULL. */
static void
put_fresh_before(struct writing *w, const struct slice *until)
{
	for (; w->at < w->nsorted; w->at++) {
		struct build_term *t = w->sorted[w->at].term;

		if (until != NULL && slice_cmp(build_text(t), *until) >= 0)
			return;
		w->nlist = 0;
		put_term(w, build_text(t), search_build_postings(w->build, t));
	}
}

static void
put_terms(struct writing *w)
{
	const struct search_index *old = w->parts->old;
	uint32_t n = old != NULL ? old->head.nterms : 0;
	struct search_term end;

	for (uint32_t i = 0; i < n; i++) {
		struct slice text = search_text(old, i), fresh = {"", 0};
		struct build_term *t;

		put_fresh_before(w, &text);
		t = w->at < w->nsorted ? w->sorted[w->at].term : NULL;
		if (t != NULL && slice_cmp(build_text(t), text) == 0) {
			fresh = search_build_postings(w->build, t);
			w->at++;
		}
		list_old(w, i);
		put_term(w, text, fresh);
	}
	put_fresh_before(w, NULL);
	end = (struct search_term){(uint32_t)w->run->texts.len,
				   (uint32_t)w->run->postings.len};
	buf_add(&w->terms, &end, sizeof(end));
}

/* ---- the whole ---- */

/* What is before the texts, now that all lengths are known. */
static void
put_front(const struct writing *w)
{
	const struct search_parts *p = w->parts;
	struct buf *out = &w->run->front;
	struct search_head h = {.ndocs = p->ndocs,
				.nterms = w->nterms,
				.npieces = p->npieces,
				.fields = p->fields.len,
				.page = p->page.len,
				.snippets = p->snippets.len,
				.texts = w->run->texts.len,
				.postings = w->run->postings.len};
	uint64_t words = 0;

	for (uint32_t i = 0; i < p->ndocs; i++)
		words += p->docs[i].length;
	words = p->ndocs > 0 ? words / p->ndocs : 0;
	h.average = words > 0 ? (uint32_t)words : 1;
	memcpy(h.magic, SEARCH_MAGIC, sizeof(h.magic));
	buf_reserve(out, sizeof(h) + p->ndocs * sizeof(*p->docs) +
			     w->terms.len + p->npieces * sizeof(*p->pieces) +
			     p->fields.len + p->page.len + p->snippets.len);
	buf_add(out, &h, sizeof(h));
	buf_add(out, p->docs, p->ndocs * sizeof(*p->docs));
	buf_add(out, w->terms.data, w->terms.len);
	buf_add(out, p->pieces, p->npieces * sizeof(*p->pieces));
	buf_add(out, p->fields.data, p->fields.len);
	buf_add(out, p->page.data, p->page.len);
	buf_add(out, p->snippets.data, p->snippets.len);
}

void
search_build_write(struct search_build *b, const struct search_parts *p,
		   struct search_run *run)
{
	struct writing w = {.build = b, .parts = p, .run = run};

	w.list = xcalloc(SEARCH_DOCS_MAX, sizeof(*w.list));
	if (p->old != NULL) {
		buf_reserve(&run->texts, p->old->texts.len);
		buf_reserve(&run->postings, p->old->postings.len);
	}
	sort_terms(&w);
	put_terms(&w);
	if (run->texts.len > UINT32_MAX || run->postings.len > UINT32_MAX)
		fatalx("the search index is too large");
	put_front(&w);
	buf_free(&w.terms);
	free(w.sorted);
	free(w.list);
}
