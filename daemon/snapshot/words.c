/* SPDX-License-Identifier: ISC */
#include "words.h"

#include <stdint.h>
#include <utf8proc.h>

#include "../ascii.h"

#define FOLD_OPTIONS                                              \
	(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | \
	 UTF8PROC_CASEFOLD | UTF8PROC_IGNORE)
/* The longest decomposition of Unicode has 18 characters. */
#define FOLDED_MAX 20

/* ---- what a character is ---- */

enum kind {
	KIND_END, /* ends a word */
	KIND_WORD,
	KIND_MARK, /* belongs to what is before it */
	KIND_DROPPED,
	KIND_SPACELESS
};

struct interval {
	int32_t first, last;
};

static int
is_in(int32_t c, const struct interval *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c >= list[i].first && c <= list[i].last)
			return 1;
	return 0;
}

/* Accents, points and vowel signs that people leave out when they type. */
static int
is_dropped(int32_t c)
{
	static const struct interval marks[] = {
	    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05c7},
	    {0x0610, 0x061a}, {0x064b, 0x065f}, {0x0670, 0x0670},
	    {0x06d6, 0x06ed}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
	    {0x20d0, 0x20ff}, {0xfe20, 0xfe2f}};

	return is_in(c, marks, sizeof(marks) / sizeof(marks[0]));
}

static int
is_spaceless(int32_t c)
{
	static const struct interval scripts[] = {
	    {0x0e00, 0x0eff}, /* Thai, Lao */
	    {0x1000, 0x109f}, /* Myanmar */
	    {0x1780, 0x17ff}, /* Khmer */
	    {0x3005, 0x3007},	{0x3040, 0x30ff},  {0x31f0, 0x31ff},
	    {0x3400, 0x4dbf},	{0x4e00, 0x9fff},  {0xf900, 0xfaff},
	    {0x1b000, 0x1b16f}, {0x20000, 0x323af}};

	return is_in(c, scripts, sizeof(scripts) / sizeof(scripts[0]));
}

static enum kind
kind_of(int32_t c)
{
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
		return is_dropped(c) ? KIND_DROPPED : KIND_MARK;
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
		return is_spaceless(c) ? KIND_SPACELESS : KIND_WORD;
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return is_spaceless(c) ? KIND_SPACELESS : KIND_WORD;
	default:
		return KIND_END;
	}
}

/* ---- words ---- */

void
words_begin(struct words *w, word_fn *fn, void *ctx, int query)
{
	w->fn = fn;
	w->ctx = ctx;
	w->query = query;
	w->pair = 0;
	w->spaceless = 0;
	w->len = 0;
}

static void
emit(struct words *w, size_t from)
{
	memset(w->text + w->len, 0, 8);
	w->fn(w->ctx, (struct slice){w->text + from, w->len - from});
}

void
words_end(struct words *w)
{
	if (w->len == 0)
		return;
	emit(w, 0);
	if (w->pair > 0 && !w->query)
		emit(w, w->pair);
	w->len = 0;
	w->pair = 0;
	w->spaceless = 0;
}

static void
append(struct words *w, const char *bytes, size_t n)
{
	if (n > WORD_MAX - w->len)
		return;
	memcpy(w->text + w->len, bytes, n);
	w->len += n;
}

/* What is in text is one character, or two of which the first has been seen
 * with its neighbour before. */
static void
append_spaceless(struct words *w, const char *bytes, size_t n)
{
	if (w->len > 0 && !w->spaceless)
		words_end(w);
	if (w->pair > 0) {
		emit(w, 0);
		w->len -= w->pair;
		memmove(w->text, w->text + w->pair, w->len);
	}
	w->spaceless = 1;
	w->pair = (unsigned)w->len;
	append(w, bytes, n);
}

static void
append_kind(struct words *w, enum kind kind, const char *bytes, size_t n)
{
	switch (kind) {
	case KIND_DROPPED:
		return;
	case KIND_END:
		words_end(w);
		return;
	case KIND_MARK:
		/* Few bytes of them, so that a pair always has room. */
		if (w->len > 0 && (!w->spaceless || w->len - w->pair < 24))
			append(w, bytes, n);
		return;
	case KIND_SPACELESS:
		append_spaceless(w, bytes, n);
		return;
	case KIND_WORD:
		if (w->spaceless)
			words_end(w);
		append(w, bytes, n);
	}
}

/* ---- folding ---- */

/* Letters with a stroke or a tie, which people type without. */
static const char *
latin_base(int32_t c)
{
	switch (c) {
	case 0xe6:
		return "ae";
	case 0xf8:
		return "o";
	case 0xf0:
	case 0x111:
		return "d";
	case 0xfe:
		return "th";
	case 0x127:
		return "h";
	case 0x131:
		return "i";
	case 0x142:
		return "l";
	case 0x153:
		return "oe";
	case 0x167:
		return "t";
	default:
		return NULL;
	}
}

static void
append_folded(struct words *w, int32_t c)
{
	const char *base = c < 0x180 ? latin_base(c) : NULL;
	utf8proc_uint8_t bytes[4];
	utf8proc_ssize_t n;

	if (base != NULL) {
		append_kind(w, KIND_WORD, base, strlen(base));
		return;
	}
	n = utf8proc_encode_char(c, bytes);
	append_kind(w, kind_of(c), (const char *)bytes, (size_t)n);
}

static void
append_any(struct words *w, int32_t c)
{
	utf8proc_int32_t out[FOLDED_MAX];
	int boundary = 0;
	utf8proc_ssize_t n = utf8proc_decompose_char(c, out, FOLDED_MAX,
						     FOLD_OPTIONS, &boundary);

	if (n > FOLDED_MAX)
		n = FOLDED_MAX;
	for (utf8proc_ssize_t i = 0; i < n; i++)
		append_folded(w, out[i]);
}

/* Most characters of most alphabets are one letter, or one with marks that are
 * dropped: what such become is remembered. */
#define KNOWN 0x600

enum known { KNOWN_NOT_YET, KNOWN_PLAIN, KNOWN_END, KNOWN_OTHER };

struct plain {
	uint8_t known, len;
	char text[6];
};

static struct plain known[KNOWN];

/* Is everything that it becomes of a word, or dropped, and short? */
static void
learn(struct plain *p, int32_t c)
{
	struct words w;
	utf8proc_int32_t out[FOLDED_MAX];
	int boundary = 0, ends = 0, words = 0;
	utf8proc_ssize_t n = utf8proc_decompose_char(c, out, FOLDED_MAX,
						     FOLD_OPTIONS, &boundary);

	p->known = KNOWN_OTHER;
	if (n < 1 || n > FOLDED_MAX)
		return;
	words_begin(&w, NULL, NULL, 0);
	for (utf8proc_ssize_t i = 0; i < n; i++) {
		enum kind kind = kind_of(out[i]);

		ends += kind == KIND_END;
		words += kind == KIND_WORD;
		if (kind == KIND_WORD || kind == KIND_DROPPED)
			append_folded(&w, out[i]);
		else if (kind != KIND_END)
			return;
	}
	if (ends == n)
		p->known = KNOWN_END;
	else if (ends == 0 && words > 0 && w.len <= sizeof(p->text)) {
		p->known = KNOWN_PLAIN;
		p->len = (uint8_t)w.len;
		memcpy(p->text, w.text, w.len);
	}
}

static void
append_char(struct words *w, int32_t c)
{
	struct plain *p;

	if (c >= KNOWN) {
		append_any(w, c);
		return;
	}
	p = &known[c];
	if (p->known == KNOWN_NOT_YET)
		learn(p, c);
	if (p->known == KNOWN_PLAIN)
		append_kind(w, KIND_WORD, p->text, p->len);
	else if (p->known == KNOWN_END)
		words_end(w);
	else
		append_any(w, c);
}

/* What an ASCII letter or digit becomes; 0 for what ends a word. */
static char
ascii_word(unsigned char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		return (char)c;
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : 0;
}

/* ASCII from at on; returns where it ends. */
static size_t
take_ascii(struct words *w, struct slice text, size_t at)
{
	size_t len = w->len;
	char c;

	while (at < text.len &&
	       (c = ascii_word((unsigned char)text.data[at]))) {
		if (len < WORD_MAX)
			w->text[len++] = c;
		at++;
	}
	w->len = len;
	return at;
}

/* How many bytes there belong to a word such as "C++" or "C#". */
static size_t
sign_at(const struct words *w, struct slice text, size_t at)
{
	if (w->len == 0 || w->spaceless)
		return 0;
	if (text.data[at] == '#')
		return w->len == 1;
	return text.len - at >= 2 && memcmp(text.data + at, "++", 2) == 0 ? 2
									  : 0;
}

static int
is_point(const struct words *w, struct slice text, size_t at)
{
	return text.data[at] == '.' && text.len - at >= 2 &&
	       ascii_is_digit(text.data[at + 1]) && w->len > 0 &&
	       ascii_is_digit(w->text[w->len - 1]) && !w->spaceless &&
	       WORD_MAX - w->len >= 2;
}

/* "1.31" is a word: who asks for this version does not want all that have a 1
 * and a 31 somewhere.  In a text its parts are words as well. */
static void
take_point(struct words *w)
{
	if (!w->query)
		emit(w, w->pair);
	append(w, ".", 1);
	if (!w->query)
		w->pair = (unsigned)w->len;
}

/* What is no letter of ASCII ends most words; returns where to go on.  With its
 * sign one is a word of its own: who asks for "C++" does not mean "C", but who
 * asks for "C" may mean both. */
static size_t
take_sign(struct words *w, struct slice text, size_t at)
{
	size_t n = sign_at(w, text, at);

	if (is_point(w, text, at)) {
		take_point(w);
		return at + 1;
	}
	if (n == 0 || n > WORD_MAX - w->len) {
		words_end(w);
		return at + 1;
	}
	if (!w->query)
		emit(w, 0);
	append(w, text.data + at, n);
	words_end(w);
	return at + n;
}

void
words_text(struct words *w, struct slice text)
{
	size_t at = 0;

	while (at < text.len) {
		unsigned char c = (unsigned char)text.data[at];
		utf8proc_int32_t wide;
		utf8proc_ssize_t n;

		if (ascii_word(c) != 0) {
			if (w->spaceless)
				words_end(w);
			at = take_ascii(w, text, at);
			continue;
		}
		if (c < 0x80) {
			at = take_sign(w, text, at);
			continue;
		}
		n = utf8proc_iterate((const utf8proc_uint8_t *)text.data + at,
				     (utf8proc_ssize_t)(text.len - at), &wide);
		if (n <= 0) {
			words_end(w);
			at++;
			continue;
		}
		append_char(w, wide);
		at += (size_t)n;
	}
}
