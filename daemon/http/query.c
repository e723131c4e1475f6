/* SPDX-License-Identifier: ISC */
#include "query.h"

#include "../utf8.h"
#include "field.h"

/* ---- decoding ---- */

/* The byte at *at, which moves behind it.  -1: not to be decoded. */
static int
take_byte(struct slice raw, size_t *at)
{
	char c = raw.data[(*at)++], hi, lo;

	if (c == '+')
		return ' ';
	if (c != '%')
		return (unsigned char)c;
	if (raw.len - *at < 2)
		return -1;
	hi = raw.data[(*at)++];
	lo = raw.data[(*at)++];
	if (!field_is(hi, CLASS_HEX) || !field_is(lo, CLASS_HEX))
		return -1;
	return (int)(field_hex(hi) << 4 | field_hex(lo));
}

/* How many bytes of text are whole characters, when more bytes came behind. */
static size_t
whole_chars(const char *text, size_t len)
{
	size_t n = len;

	while (n > 0 && len - n < 4 &&
	       ((unsigned char)text[n - 1] & 0xc0) == 0x80)
		n--;
	if (n == 0 || (unsigned char)text[n - 1] < 0xc0)
		return len;
	n--;
	return utf8_char_len((const unsigned char *)text + n, len - n) ==
		       len - n
		   ? len
		   : n;
}

/* All of it is looked at; what is beyond QUERY_MAX is not kept. */
static int
decode(struct query *q, struct slice raw)
{
	size_t at = 0;
	int c;

	while (at < raw.len) {
		c = take_byte(raw, &at);
		if (c <= 0)
			return -1;
		if (q->len < QUERY_MAX)
			q->text[q->len++] = (char)c;
		else
			q->cut = 1;
	}
	if (q->cut)
		q->len = whole_chars(q->text, q->len);
	return utf8_valid(q->text, q->len) ? 0 : -1;
}

/* A number of at most three digits; anything else is the first page. */
static unsigned
parse_page(struct slice value)
{
	unsigned n = 0;

	if (value.len == 0 || field_span(value, CLASS_DIGIT) != value.len)
		return 1;
	for (size_t i = 0; i < value.len && n <= QUERY_PAGES_MAX; i++)
		n = n * 10 + (unsigned)(value.data[i] - '0');
	if (n == 0)
		return 1;
	return n < QUERY_PAGES_MAX ? n : QUERY_PAGES_MAX;
}

/* ---- words ---- */

static void
add_word(void *ctx, struct slice word)
{
	struct query *q = ctx;
	struct query_word *w;

	for (unsigned i = 0; i < q->nwords; i++)
		if (q->words[i].len == word.len &&
		    memcmp(q->words[i].text, word.data, word.len) == 0)
			return;
	if (q->nwords == QUERY_WORDS_MAX) {
		q->cut = 1;
		return;
	}
	w = &q->words[q->nwords++];
	w->len = (unsigned)word.len;
	memcpy(w->text, word.data, word.len);
}

static void
find_words(struct query *q)
{
	struct words w;

	words_begin(&w, add_word, q, 1);
	words_text(&w, (struct slice){q->text, q->len});
	words_end(&w);
}

/* ---- the whole ---- */

/* The first q and the first page count. */
static void
take_pair(struct query *q, struct slice pair, int *has_q, int *has_page)
{
	struct slice name, value;

	field_cut(pair, '=', &name, &value);
	if (slice_is(name, "q") && !(*has_q)++) {
		if (decode(q, value) == -1)
			q->kind = QUERY_BAD;
		else if (q->len > 0)
			q->kind = QUERY_ASKED;
	} else if (slice_is(name, "page") && !(*has_page)++) {
		q->page = parse_page(value);
	}
}

void
query_parse(struct query *q, struct slice encoded)
{
	int has_q = 0, has_page = 0;

	q->kind = QUERY_NONE;
	q->cut = 0;
	q->page = 1;
	q->len = 0;
	q->nwords = 0;
	while (encoded.len > 0) {
		struct slice pair, rest;

		field_cut(encoded, '&', &pair, &rest);
		take_pair(q, pair, &has_q, &has_page);
		encoded = rest;
	}
	if (q->kind == QUERY_ASKED)
		find_words(q);
}
