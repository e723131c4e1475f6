/* SPDX-License-Identifier: ISC */
#include "searchindex.h"

#include <string.h>

#include "format.h"

/* Takes n bytes from the front; NULL when there are not so many. */
static const char *
take(struct slice *rest, uint64_t n)
{
	const char *p = rest->data;

	if (n > rest->len)
		return NULL;
	rest->data += n;
	rest->len -= (size_t)n;
	return p;
}

static int
take_slice(struct slice *rest, uint64_t n, struct slice *s)
{
	s->data = take(rest, n);
	s->len = (size_t)n;
	return s->data != NULL;
}

int
search_open(struct search_index *ix, struct slice run)
{
	struct search_head *h = &ix->head;
	const char *p = take(&run, sizeof(*h));

	if (p == NULL)
		return -1;
	memcpy(h, p, sizeof(*h));
	if (memcmp(h->magic, SEARCH_MAGIC, sizeof(h->magic)) != 0 ||
	    h->ndocs > SEARCH_DOCS_MAX || h->npieces > SEARCH_PIECES_MAX ||
	    h->average == 0 || h->texts > UINT32_MAX ||
	    h->postings > UINT32_MAX)
		return -1;
	ix->docs = take(&run, (uint64_t)h->ndocs * sizeof(struct search_doc));
	if (ix->docs == NULL)
		return -1;
	ix->terms =
	    take(&run, ((uint64_t)h->nterms + 1) * sizeof(struct search_term));
	if (ix->terms == NULL)
		return -1;
	ix->pieces =
	    take(&run, (uint64_t)h->npieces * sizeof(struct search_piece));
	if (ix->pieces == NULL || !take_slice(&run, h->fields, &ix->fields) ||
	    !take_slice(&run, h->page, &ix->page) ||
	    !take_slice(&run, h->snippets, &ix->snippets) ||
	    !take_slice(&run, h->texts, &ix->texts) ||
	    !take_slice(&run, h->postings, &ix->postings))
		return -1;
	return run.len == 0 ? 0 : -1;
}

struct search_doc
search_doc(const struct search_index *ix, uint32_t i)
{
	struct search_doc d;

	memcpy(&d, ix->docs + (size_t)i * sizeof(d), sizeof(d));
	return d;
}

struct search_piece
search_piece(const struct search_index *ix, uint32_t i)
{
	struct search_piece p;

	memcpy(&p, ix->pieces + (size_t)i * sizeof(p), sizeof(p));
	return p;
}

struct slice
search_say(const struct search_index *ix, enum search_phrase phrase)
{
	struct slice rest = ix->page, line;

	for (uint32_t i = 0; i < ix->head.npieces; i++) {
		rest.data += search_piece(ix, i).len;
		rest.len -= search_piece(ix, i).len;
	}
	for (int i = 0;; i++) {
		const char *end =
		    rest.len > 0 ? memchr(rest.data, '\n', rest.len) : NULL;

		if (end == NULL)
			return (struct slice){"", 0};
		line = (struct slice){rest.data, (size_t)(end - rest.data)};
		if (i == (int)phrase)
			return line;
		rest.data += line.len + 1;
		rest.len -= line.len + 1;
	}
}

static struct search_term
term(const struct search_index *ix, uint32_t i)
{
	struct search_term t;

	memcpy(&t, ix->terms + (size_t)i * sizeof(t), sizeof(t));
	return t;
}

struct slice
search_snippet(const struct search_index *ix, uint32_t i)
{
	struct search_doc d = search_doc(ix, i);

	return (struct slice){ix->snippets.data + d.snippet, d.snippet_len};
}

struct slice
search_text(const struct search_index *ix, uint32_t i)
{
	uint32_t from = term(ix, i).text;

	return (struct slice){ix->texts.data + from,
			      term(ix, i + 1).text - from};
}

struct search_postings
search_postings(const struct search_index *ix, uint32_t i)
{
	const unsigned char *all = (const unsigned char *)ix->postings.data;

	return (struct search_postings){all + term(ix, i).postings,
					all + term(ix, i + 1).postings, 0,
					ix->head.ndocs};
}

uint32_t
search_find(const struct search_index *ix, struct slice word)
{
	uint32_t low = 0, high = ix->head.nterms;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (slice_cmp(search_text(ix, mid), word) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* ---- checking ---- */

static int
docs_ok(const struct search_index *ix)
{
	for (uint32_t i = 0; i < ix->head.ndocs; i++) {
		struct search_doc d = search_doc(ix, i);

		if (d.snippet > ix->snippets.len ||
		    d.snippet_len > ix->snippets.len - d.snippet)
			return 0;
	}
	return 1;
}

/* Both offsets never fall, and end with their sections. */
static int
offsets_ok(const struct search_index *ix)
{
	struct search_term last = {0, 0}, t = term(ix, 0);

	if (t.text != 0 || t.postings != 0)
		return 0;
	for (uint32_t i = 1; i <= ix->head.nterms; i++) {
		t = term(ix, i);
		if (t.text <= last.text || t.text - last.text > WORD_MAX ||
		    t.postings < last.postings)
			return 0;
		last = t;
	}
	return t.text == ix->texts.len && t.postings == ix->postings.len;
}

static int
order_ok(const struct search_index *ix)
{
	for (uint32_t i = 1; i < ix->head.nterms; i++)
		if (slice_cmp(search_text(ix, i - 1), search_text(ix, i)) >= 0)
			return 0;
	return 1;
}

static int
pieces_ok(const struct search_index *ix)
{
	uint64_t left = ix->page.len;

	for (uint32_t i = 0; i < ix->head.npieces; i++) {
		struct search_piece p = search_piece(ix, i);

		if (p.len > left || p.gap >= SEARCH_GAP__MAX ||
		    (p.gap == SEARCH_GAP_END) != (i + 1 == ix->head.npieces))
			return 0;
		left -= p.len;
	}
	return left <= SEARCH_SAY_MAX && ix->head.npieces > 0;
}

int
search_check(const struct search_index *ix, struct err *err)
{
	if (!docs_ok(ix) || !offsets_ok(ix) || !order_ok(ix) ||
	    !pieces_ok(ix) || ix->fields.len > SNAPSHOT_HEAD_MAX ||
	    !snapshot_lines_ok(ix->fields))
		return err_set(err, "the snapshot's search index is damaged");
	return 0;
}
