/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_FIELD_H
#define BLOGD_FIELD_H

#include "../buf.h"

/*
 * The small grammar that all header fields share: RFC 9110 section 5.6 and the
 * characters of RFC 3986.
 */

/* Character classes; `field_class[byte] & X`. */
enum {
	CLASS_TOKEN = 1,      /* tchar, RFC 9110 section 5.6.2 */
	CLASS_TEXT = 2,	      /* HTAB, SP, VCHAR, obs-text */
	CLASS_UNRESERVED = 4, /* RFC 3986 section 2.3 */
	CLASS_PCHAR = 8,      /* unreserved, sub-delims, ":", "@" */
	CLASS_HOST = 16,      /* unreserved, sub-delims */
	CLASS_LITERAL = 32,   /* hex digits, ":", ".": inside "[...]" */
	CLASS_HEX = 64,
	CLASS_DIGIT = 128
};
extern const unsigned char field_class[256];

static inline int
field_is(char c, int classes)
{
	return field_class[(unsigned char)c] & classes;
}

/* In ASCII; tolower() asks the locale. */
static inline char
field_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* The value of a hexadecimal digit. */
unsigned field_hex(char c);

/* How many leading bytes are of the class. */
size_t field_span(struct slice s, int class);

/* The same for CLASS_TEXT, eight at a time. */
size_t field_text_span(struct slice s);

/* Without optional white space (SP, HTAB) at both ends. */
struct slice field_trim(struct slice s);

/* Equal without regard to ASCII case. */
int field_same(struct slice s, const char *text);
int field_same_bytes(const char *a, const char *b, size_t len);
static inline int
field_same_slice(struct slice a, struct slice b)
{
	return a.len == b.len &&
	       (a.len == 0 || memcmp(a.data, b.data, a.len) == 0 ||
		field_same_bytes(a.data, b.data, a.len));
}

/* Takes the next element of a comma-separated list, trimmed; empty elements
 * are skipped (RFC 9110 section 5.6.1.2).  0 at the end.  Not for lists with
 * quoted strings. */
int field_list_next(struct slice *rest, struct slice *element);

/* Cuts s at the first c: what is before goes to *head (all of it without a c),
 * what is after to *tail ({NULL, 0} without).  1 when there was one. */
int field_cut(struct slice s, char c, struct slice *head, struct slice *tail);

#endif
