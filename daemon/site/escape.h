/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_ESCAPE_H
#define BLOGD_ESCAPE_H

#include <stdint.h>

#include "../buf.h"

/*
 * Foreign bytes on their way into HTML, XML, URLs and header fields.  An escape
 * is an iterator over the pieces of its output, so that the same rules serve a
 * growing buffer and the fixed memory of a Markdown worker.
 */
enum escape_mode {
	ESCAPE_TEXT, /* HTML and XML, element content and quoted attributes:
			markup characters become references, what XML 1.0
			section 2.2 forbids and CR are dropped, invalid UTF-8
			becomes U+FFFD */
	ESCAPE_PATH, /* a decoded path: all but RFC 3986's pchar and "/"; "&"
			and "'" as well, so it can stand in an attribute */
	ESCAPE_URL,  /* a whole URL as somebody wrote it: "%XX" and the
			delimiters stay, controls go, the rest is encoded */
	ESCAPE_HREF, /* ESCAPE_URL for an attribute: "&" becomes "&amp;" */
	ESCAPE_JSON  /* the inside of a string of RFC 8259; invalid UTF-8
			becomes U+FFFD */
};

struct escape {
	const unsigned char *p, *end;
	enum escape_mode mode;
	char octet[6]; /* "%XX" or "\\u00XX", valid until the next call */
};

void escape_start(struct escape *e, enum escape_mode mode, struct slice in);

/* 1 and the next piece, or 0 at the end. */
int escape_next(struct escape *e, struct slice *piece);

/* Appends the whole escaped text. */
void escape_add(struct buf *out, enum escape_mode mode, struct slice in);

/* Bytes written to out (room for 4). */
size_t utf8_encode(uint32_t cp, char out[4]);

/* Offset of the first byte that is not part of well-formed UTF-8, or len. */
size_t utf8_check(struct slice text);

#endif
