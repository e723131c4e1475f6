/* SPDX-License-Identifier: ISC */
#include "escape.h"

#include <string.h>

#include "../utf8.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

size_t
utf8_encode(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

size_t
utf8_check(struct slice text)
{
	const unsigned char *p = (const unsigned char *)text.data;
	size_t i = 0, n;

	while (i < text.len) {
		if (p[i] < 0x80) {
			i++;
			continue;
		}
		n = utf8_char_len(p + i, text.len - i);
		if (n == 0)
			break;
		i += n;
	}
	return i;
}

void
escape_start(struct escape *e, enum escape_mode mode, struct slice in)
{
	e->p = (const unsigned char *)in.data;
	e->end = in.len > 0 ? e->p + in.len : e->p;
	e->mode = mode;
}

/* What an ASCII byte becomes in text; NULL: itself. */
static const char *
text_reference(unsigned char c)
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
	case '\t':
	case '\n':
		return NULL;
	default:
		return c < 0x20 ? "" : NULL;
	}
}

static const char *
json_reference(unsigned char c)
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		return c < 0x20 ? "" : NULL; /* the code, see json_code */
	}
}

static const char *
reference(enum escape_mode mode, unsigned char c)
{
	return mode == ESCAPE_JSON ? json_reference(c) : text_reference(c);
}

/* U+FFFE and U+FFFF: well-formed UTF-8, but no characters. */
static int
is_nonchar(const unsigned char *p, size_t len)
{
	return len == 3 && p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe;
}

/* The most common bytes, which stand for themselves in every text: all of ASCII
 * but controls, the last, and what has a reference somewhere. */
static int
is_ordinary(unsigned char c)
{
	static const uint64_t special[2] = {
	    0xffffffff | 1ULL << '"' | 1ULL << '&' | 1ULL << '\'' |
		1ULL << '<' | 1ULL << '>',
	    1ULL << ('\\' - 64) | 1ULL << (0x7f - 64)};

	return c < 0x80 && !(special[c / 64] >> c % 64 & 1);
}

/* Length of the run at p that can be copied as it is. */
static size_t
text_run(enum escape_mode mode, const unsigned char *p,
	 const unsigned char *end)
{
	const unsigned char *start = p;
	size_t n;

	while (p < end) {
		if (is_ordinary(*p)) {
			p++;
			continue;
		}
		if (*p < 0x80 && reference(mode, *p) != NULL)
			break;
		n = utf8_char_len(p, (size_t)(end - p));
		if (n == 0 || is_nonchar(p, n))
			break;
		p += n;
	}
	return (size_t)(p - start);
}

static void
json_code(struct escape *e, struct slice *piece)
{
	static const char hex[] = "0123456789abcdef";

	memcpy(e->octet, "\\u00", 4);
	e->octet[4] = hex[*e->p >> 4];
	e->octet[5] = hex[*e->p & 15];
	*piece = (struct slice){e->octet, 6};
}

static void
next_text(struct escape *e, struct slice *piece)
{
	size_t n = text_run(e->mode, e->p, e->end);

	piece->data = (const char *)e->p;
	piece->len = n;
	if (n == 0 && *e->p < 0x80) {
		*piece = slice_of(reference(e->mode, *e->p));
		if (piece->len == 0 && e->mode == ESCAPE_JSON)
			json_code(e, piece);
		n = 1;
	} else if (n == 0) {
		*piece = slice_of(REPLACEMENT);
		n = utf8_char_len(e->p, (size_t)(e->end - e->p));
		n = n > 0 ? n : 1;
	}
	e->p += n;
}

static int
is_hex(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	       (c >= 'A' && c <= 'F');
}

/* Is the byte a letter, a digit or one of the marks?  Only ASCII is. */
static int
is_among(unsigned char c, const uint64_t set[2])
{
	return c < 0x80 && set[c / 64] >> c % 64 & 1;
}

/* Bits of the bytes from 0x00 and from 0x40 on. */
#define BIT(c)	(1ULL << (c) % 64)
#define DIGITS	(0x3ffULL << '0')
#define LETTERS (0x3ffffffULL << ('A' - 64) | 0x3ffffffULL << ('a' - 64))

/* -._~/!$()*+,;=:@ */
static const uint64_t path_safe[2] = {
    DIGITS | BIT('-') | BIT('.') | BIT('/') | BIT('!') | BIT('$') | BIT('(') |
	BIT(')') | BIT('*') | BIT('+') | BIT(',') | BIT(';') | BIT('=') |
	BIT(':'),
    LETTERS | BIT('_') | BIT('~') | BIT('@')};

/* The same, and ?#[] */
static const uint64_t whole_safe[2] = {
    DIGITS | BIT('-') | BIT('.') | BIT('/') | BIT('!') | BIT('$') | BIT('(') |
	BIT(')') | BIT('*') | BIT('+') | BIT(',') | BIT(';') | BIT('=') |
	BIT(':') | BIT('?') | BIT('#'),
    LETTERS | BIT('_') | BIT('~') | BIT('@') | BIT('[') | BIT(']')};

/* Does the byte at p stand for itself in this kind of URL? */
static int
url_safe(const struct escape *e, const unsigned char *p)
{
	if (e->mode == ESCAPE_PATH)
		return is_among(*p, path_safe);
	if (*p == '%')
		return e->end - p > 2 && is_hex(p[1]) && is_hex(p[2]);
	if (*p == '&')
		return e->mode == ESCAPE_URL;
	return is_among(*p, whole_safe);
}

static void
next_url(struct escape *e, struct slice *piece)
{
	static const char hex[] = "0123456789ABCDEF";
	const unsigned char *start = e->p;

	while (e->p < e->end && url_safe(e, e->p))
		e->p++;
	piece->data = (const char *)start;
	piece->len = (size_t)(e->p - start);
	if (piece->len > 0)
		return;
	if (*e->p == '&' && e->mode == ESCAPE_HREF) {
		*piece = slice_of("&amp;");
	} else if ((*e->p < 0x20 || *e->p == 0x7f) && e->mode != ESCAPE_PATH) {
		*piece = slice_of("");
	} else {
		e->octet[0] = '%';
		e->octet[1] = hex[*e->p >> 4];
		e->octet[2] = hex[*e->p & 15];
		*piece = (struct slice){e->octet, 3};
	}
	e->p++;
}

int
escape_next(struct escape *e, struct slice *piece)
{
	if (e->p == e->end)
		return 0;
	if (e->mode == ESCAPE_TEXT || e->mode == ESCAPE_JSON)
		next_text(e, piece);
	else
		next_url(e, piece);
	return 1;
}

void
escape_add(struct buf *out, enum escape_mode mode, struct slice in)
{
	struct escape e;
	struct slice piece;

	escape_start(&e, mode, in);
	while (escape_next(&e, &piece))
		buf_add(out, piece.data, piece.len);
}
