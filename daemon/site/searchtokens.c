/* SPDX-License-Identifier: ISC */
#include "searchtokens.h"

#include "../snapshot/wordhash.h"

/* ---- HTML to words ---- */

/* Elements that stand within a line. */
static int
is_inline(struct slice name)
{
	static const char *const names[] = {
	    "a",   "span", "em",    "strong", "code", "del", "sub",
	    "sup", "b",	   "i",	    "s",      "u",    "ins", "mark",
	    "kbd", "abbr", "small", "cite",   "q",    "wbr", "bdi"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_is(name, names[i]))
			return 1;
	return 0;
}

static size_t
name_length(struct slice tag)
{
	size_t n = 0;

	while (n < tag.len && ((tag.data[n] >= 'a' && tag.data[n] <= 'z') ||
			       (tag.data[n] >= '0' && tag.data[n] <= '9')))
		n++;
	return n;
}

/* What is between "<" and ">". */
static void
take_tag(struct words *w, struct slice tag, int *heading)
{
	int ends = tag.len > 0 && tag.data[0] == '/';
	struct slice name = {tag.data + ends, tag.len - (size_t)ends};

	name.len = name_length(name);
	if (is_inline(name))
		return;
	words_end(w);
	if (name.len == 2 && name.data[0] == 'h' && name.data[1] >= '1' &&
	    name.data[1] <= '6')
		*heading = !ends;
}

/* Text without tags.  A reference that we write stands for what is no letter,
 * and so do those that are left of other HTML, mostly. */
static void
take_text(struct words *w, struct slice text)
{
	while (text.len > 0) {
		const char *amp = memchr(text.data, '&', text.len), *end;
		size_t n = amp != NULL ? (size_t)(amp - text.data) : text.len;

		words_text(w, (struct slice){text.data, n});
		text.data += n;
		text.len -= n;
		if (text.len == 0)
			return;
		words_end(w);
		end = memchr(text.data, ';', text.len < 10 ? text.len : 10);
		n = end != NULL ? (size_t)(end - text.data) + 1 : 1;
		text.data += n;
		text.len -= n;
	}
}

/* How much stands before the TeX of a formula, which is in MathML as well: so
 * much is not counted.  *none: there is no more of it, and nobody looks again.
 */
static size_t
before_tex(struct slice tag, struct slice behind, int *none)
{
	const char *tex;

	if (*none || !slice_is(tag, "semantics"))
		return 0;
	tex = memmem(behind.data, behind.len, "<annotation ", 12);
	*none = tex == NULL;
	return tex != NULL ? (size_t)(tex - behind.data) : 0;
}

void
html_words(struct words *w, struct slice html, int *heading)
{
	int no_tex = 0;

	while (html.len > 0) {
		const char *lt = memchr(html.data, '<', html.len), *gt;
		size_t n = lt != NULL ? (size_t)(lt - html.data) : html.len;
		struct slice tag;

		take_text(w, (struct slice){html.data, n});
		html.data += n;
		html.len -= n;
		if (html.len == 0)
			break;
		gt = memchr(html.data, '>', html.len);
		n = gt != NULL ? (size_t)(gt - html.data) : html.len;
		tag = (struct slice){html.data + 1, n - 1};
		take_tag(w, tag, heading);
		n += gt != NULL;
		n += before_tex(
		    tag, (struct slice){html.data + n, html.len - n}, &no_tex);
		html.data += n;
		html.len -= n;
	}
	words_end(w);
}

/* ---- counting ---- */

#define SLOTS_MAX (2 * TOKENS_MAX)
/* Words that were made to collide: those beyond are not found. */
#define PROBES_MAX 1024

struct slot {
	uint32_t hash;
	uint32_t at; /* of the word in out; 0: free */
};

struct counter {
	char *out;
	size_t room, len;
	uint32_t nwords, ndifferent;
	uint32_t mask; /* slots in use, less one */
	int heading;
};

static struct slot slots[SLOTS_MAX];

static void
count_again(struct counter *c, char *counts)
{
	unsigned n = (unsigned char)*counts;
	unsigned text = n & 15, headings = n >> 4;

	if (c->heading)
		headings += headings < TOKENS_HEADING_MAX;
	else
		text += text < TOKENS_TEXT_MAX;
	*counts = (char)(headings << 4 | text);
}

static void
add_word(struct counter *c, struct slot *slot, uint32_t hash, struct slice word)
{
	char *at = c->out + c->len;

	if (c->ndifferent >= TOKENS_MAX || c->room - c->len < 2 + word.len)
		return;
	c->ndifferent++;
	slot->hash = hash;
	slot->at = (uint32_t)c->len;
	at[0] = (char)word.len;
	at[1] = 0;
	memcpy(at + 2, word.data, word.len);
	c->len += 2 + word.len;
	count_again(c, at + 1);
}

static void
count_word(void *ctx, struct slice word)
{
	struct counter *c = ctx;
	uint32_t hash = word_hash(word), i = hash & c->mask;

	c->nwords++;
	for (int n = 0; slots[i].at != 0; i = (i + 1) & c->mask) {
		char *at = c->out + slots[i].at;

		if (++n > PROBES_MAX)
			return;
		if (slots[i].hash == hash && (unsigned char)at[0] == word.len &&
		    memcmp(at + 2, word.data, word.len) == 0) {
			count_again(c, at + 1);
			return;
		}
	}
	add_word(c, &slots[i], hash, word);
}

/* Twice as many as there can be words in so much HTML, or TOKENS_MAX. */
static uint32_t
slots_for(size_t len)
{
	uint32_t n = 64;

	while (n < len && n < SLOTS_MAX)
		n *= 2;
	return n;
}

size_t
tokens_write(struct slice html, char *out, size_t room)
{
	struct counter c = {.out = out, .len = sizeof(c.nwords)};
	struct words w;

	if (html.len > TOKENS_HTML_MAX)
		html.len = TOKENS_HTML_MAX;
	if (room < sizeof(c.nwords))
		return 0;
	c.room = room < UINT32_MAX ? room : UINT32_MAX;
	c.mask = slots_for(html.len) - 1;
	memset(slots, 0, (c.mask + 1) * sizeof(slots[0]));
	words_begin(&w, count_word, &c, 0);
	html_words(&w, html, &c.heading);
	memcpy(out, &c.nwords, sizeof(c.nwords));
	return c.len;
}

/* ---- reading ---- */

uint32_t
tokens_length(struct slice *tokens)
{
	uint32_t n;

	if (tokens->len < sizeof(n)) {
		tokens->len = 0;
		return 0;
	}
	memcpy(&n, tokens->data, sizeof(n));
	tokens->data += sizeof(n);
	tokens->len -= sizeof(n);
	return n;
}

int
tokens_next(struct slice *tokens, struct token *t)
{
	size_t len;
	unsigned counts;

	if (tokens->len < 2)
		return 0;
	len = (unsigned char)tokens->data[0];
	counts = (unsigned char)tokens->data[1];
	if (len == 0 || len > WORD_MAX || len > tokens->len - 2)
		return 0;
	t->text = (struct slice){tokens->data + 2, len};
	t->in_text = counts & 15;
	t->in_headings = counts >> 4;
	tokens->data += 2 + len;
	tokens->len -= 2 + len;
	return 1;
}
