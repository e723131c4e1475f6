/* SPDX-License-Identifier: ISC */
#include "results.h"

#include "field.h"
#include "rank.h"

/* The page may show the query so often; that is memory for each client that
 * reads slowly. */
#define QUERY_GAPS_MAX 3

/* One page being put together.  The texts are in the plan's memory, which has
 * room for them all. */
struct results {
	const struct search_index *ix;
	struct query query;
	struct ranking ranking;
	struct slice shown;	    /* the query, escaped */
	struct slice summary;	    /* HTML */
	struct slice before, after; /* the list */
	unsigned query_gaps, lists; /* that were filled */
};

/* ---- texts ---- */

static const char *
reference(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return (unsigned char)c < 0x20 || c == 0x7f ? " " : NULL;
	}
}

static void
escape(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		const char *r = reference(text.data[i]);

		if (r != NULL)
			buf_str(out, r);
		else
			buf_char(out, text.data[i]);
	}
}

static void
encode(struct buf *out, struct slice text)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (field_is((char)c, CLASS_UNRESERVED)) {
			buf_char(out, (char)c);
		} else {
			buf_char(out, '%');
			buf_char(out, hex[c >> 4]);
			buf_char(out, hex[c & 15]);
		}
	}
}

/* What was appended since `start`. */
static struct slice
since(const struct buf *b, size_t start)
{
	return (struct slice){b->data + start, b->len - start};
}

static struct slice
query_text(const struct results *r)
{
	return (struct slice){r->query.text, r->query.len};
}

/* ---- what is said ---- */

static const char *const english[SAY__MAX] = {
    [SAY_NO_WORDS] = "There are no words in this.",
    [SAY_NONE] = "No article has any of these words.",
    [SAY_SOME_ONE] = "No article has all of these words. {n} article with "
		     "{k} of {m}:",
    [SAY_SOME] = "No article has all of these words. {n} articles with {k} "
		 "of {m}:",
    [SAY_ONE] = "{n} result",
    [SAY_MANY] = "{n} results",
    [SAY_PAGES] = "Pages of results",
    [SAY_PREVIOUS] = "Previous results",
    [SAY_MORE] = "More results"};

/* In the language of the site, as the index has it, else in English. */
static struct slice
phrase(const struct results *r, enum search_phrase which)
{
	struct slice said = search_say(r->ix, which);

	return said.len > 0 ? said : slice_of(english[which]);
}

#define NUMBERS_MAX 3 /* in one phrase */

static void
say(struct buf *out, const struct results *r, enum search_phrase which)
{
	struct slice text = phrase(r, which);
	unsigned numbers = 0;

	while (text.len > 0) {
		char c =
		    text.len > 2 && text.data[0] == '{' && text.data[2] == '}'
			? text.data[1]
			: '\0';
		int number = (c == 'n' || c == 'k' || c == 'm') &&
			     numbers++ < NUMBERS_MAX;

		if (number)
			buf_printf(out, "%u",
				   c == 'n'   ? r->ranking.total
				   : c == 'k' ? r->ranking.words
					      : r->query.nwords);
		else
			buf_char(out, text.data[0]);
		text.data += number ? 3 : 1;
		text.len -= number ? 3 : 1;
	}
}

static enum search_phrase
count(const struct results *r)
{
	const struct ranking *found = &r->ranking;

	if (r->query.nwords == 0)
		return SAY_NO_WORDS;
	if (found->total == 0)
		return SAY_NONE;
	if (found->words < r->query.nwords)
		return found->total == 1 ? SAY_SOME_ONE : SAY_SOME;
	return found->total == 1 ? SAY_ONE : SAY_MANY;
}

/* What a reader seldom sees is said in English. */
static void
write_summary(struct buf *out, const struct results *r)
{
	if (r->query.kind == QUERY_NONE)
		return;
	if (r->query.kind == QUERY_BAD) {
		buf_str(out, "<p lang=\"en\">This query cannot be read: it is "
			     "not written in UTF-8, or not encoded as a form "
			     "is.</p>\n");
	} else {
		buf_str(out, "<p>");
		say(out, r, count(r));
		buf_str(out, "</p>\n");
	}
	if (r->query.cut)
		buf_printf(out,
			   "<p lang=\"en\">The query is long: only its first "
			   "%d bytes and %d words were looked for.</p>\n",
			   QUERY_MAX, QUERY_WORDS_MAX);
	if (r->ranking.bounded)
		buf_str(out, "<p lang=\"en\">These words begin too many "
			     "others: not all were looked for. Longer words "
			     "find more.</p>\n");
}

static void
write_before(struct buf *out, const struct results *r)
{
	unsigned first = (r->query.page - 1) * RANK_PAGE + 1;

	if (r->ranking.n > 0)
		buf_printf(out, "<ol class=\"posts results\" start=\"%u\">\n",
			   first);
}

static void
write_link(struct buf *out, const struct results *r, unsigned page,
	   const char *rel, enum search_phrase text)
{
	buf_str(out, "<a rel=\"");
	buf_str(out, rel);
	buf_str(out, "\" href=\"?q=");
	encode(out, query_text(r));
	buf_printf(out, "&amp;page=%u\">", page);
	say(out, r, text);
	buf_str(out, "</a>\n");
}

static void
write_after(struct buf *out, const struct results *r)
{
	unsigned page = r->query.page;
	int more =
	    r->ranking.total > page * RANK_PAGE && page < QUERY_PAGES_MAX;

	if (r->ranking.n > 0)
		buf_str(out, "</ol>\n");
	if (!more && page == 1)
		return;
	buf_str(out, "<nav class=\"pages\" aria-label=\"");
	say(out, r, SAY_PAGES);
	buf_str(out, "\">\n");
	if (page > 1)
		write_link(out, r, page - 1, "prev", SAY_PREVIOUS);
	if (more)
		write_link(out, r, page + 1, "next", SAY_MORE);
	buf_str(out, "</nav>\n");
}

static void
write_texts(struct buf *out, struct results *r)
{
	size_t start = out->len;

	if (r->query.kind == QUERY_ASKED)
		escape(out, query_text(r));
	r->shown = since(out, start);
	start = out->len;
	write_summary(out, r);
	r->summary = since(out, start);
	start = out->len;
	write_before(out, r);
	r->before = since(out, start);
	start = out->len;
	write_after(out, r);
	r->after = since(out, start);
}

/* ---- the plan ---- */

/* An empty part would hide the end of the body from HTTP/2. */
static void
add_part(struct plan *p, struct slice part, int generated)
{
	if (part.len == 0 || p->nparts == PLAN_PARTS)
		return;
	if (generated)
		p->generated |= (uint64_t)1 << p->nparts;
	p->part[p->nparts++] = part;
}

static void
add_list(struct plan *p, struct results *r)
{
	if (r->lists++ > 0)
		return;
	add_part(p, r->before, 1);
	for (unsigned i = 0; i < r->ranking.n; i++)
		add_part(p, search_snippet(r->ix, r->ranking.docs[i]), 0);
	add_part(p, r->after, 1);
}

static void
fill_gap(struct plan *p, struct results *r, uint32_t gap)
{
	if (gap == SEARCH_GAP_QUERY && r->query_gaps++ < QUERY_GAPS_MAX)
		add_part(p, r->shown, 1);
	else if (gap == SEARCH_GAP_SUMMARY)
		add_part(p, r->summary, 1);
	else if (gap == SEARCH_GAP_RESULTS)
		add_list(p, r);
}

/* The most parts: each piece and what is behind it, and the list's own. */
_Static_assert(PLAN_PARTS >= 2 * SEARCH_PIECES_MAX + RANK_PAGE + 2,
	       "a page of results needs more parts");

static void
add_parts(struct plan *p, struct results *r)
{
	struct slice page = r->ix->page;

	for (uint32_t i = 0; i < r->ix->head.npieces; i++) {
		struct search_piece piece = search_piece(r->ix, i);

		add_part(p, (struct slice){page.data, piece.len}, 0);
		page.data += piece.len;
		fill_gap(p, r, piece.gap);
	}
}

static void
finish(const struct exchange *x, struct results *r)
{
	struct buf *lines = &x->memory->lines;
	size_t start = lines->len;
	struct slice hsts = hsts_line(x);
	struct plan *p = x->plan;

	p->status = r->query.kind == QUERY_BAD ? 400 : 200;
	p->from_snapshot = 1;
	add_parts(p, r);
	buf_add(lines, hsts.data, hsts.len);
	buf_printf(lines, "Content-Length: %llu\r\n",
		   (unsigned long long)plan_length(p));
	p->fields[0] = r->ix->fields;
	p->fields[1] = since(lines, start);
	if (x->method == METHOD_HEAD)
		p->nparts = 0;
}

void
plan_results(const struct exchange *x, const struct search_index *ix,
	     struct slice query)
{
	struct results r = {.ix = ix};

	buf_clear(&x->memory->lines);
	query_parse(&r.query, query);
	if (r.query.nwords > 0)
		rank(ix, &r.query, &r.ranking);
	write_texts(&x->memory->lines, &r);
	finish(x, &r);
}
