/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HEADERS_H
#define BLOGD_HEADERS_H

#include <stdint.h>

#include "snapshot.h"

/*
 * The header blocks of a snapshot page.  Whatever comes from a repository goes
 * through header_add, which writes a field only if its value has no byte below
 * 0x20 nor 0x7f: nothing can end a line early (RFC 9110 section 5.5).
 */
struct page_headers {
	struct slice content_type; /* empty: none (redirect without body) */
	struct slice location;	   /* redirects: an encoded URL, else empty */
	struct slice cache_control;
	struct slice csp;
	struct slice referrer_policy, opener_policy; /* empty: the defaults */
	struct slice fields; /* complete lines to be added */
	int64_t modified;    /* 0: no Last-Modified */
	int ranges;	     /* may parts of it be asked for? */
	int vary;	     /* is there more than one variant? */
	uint8_t etag[16];
	uint16_t flags; /* of the entry */
};

/* Has the value no control byte?  Bytes above 0x7f may stay (obs-text). */
int header_value_ok(struct slice value);
/* Is it a token (RFC 9110 section 5.1), and not a field by which a message is
 * framed or a connection is steered?  Those are serve's alone. */
int header_name_ok(struct slice name);

/* 0, or -1 when the name or the value may not stand in a header. */
int header_add(struct buf *out, const char *name, struct slice value);

/* Appends what protects readers, on every page. */
void headers_safety(struct buf *out, const struct page_headers *h);

/* Appends the block that 304 shares, and the block of the content. */
void headers_common(struct buf *out, const struct page_headers *h,
		    enum encoding enc);
void headers_typed(struct buf *out, const struct page_headers *h,
		   enum encoding enc);

/* Appends the lines of a run of one encoding as they are for another. */
void headers_recode(struct buf *out, struct slice lines,
		    const struct snapshot_entry *e, enum encoding enc);

/* IMF-fixdate, RFC 9110 section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".  For
 * any time from year 1 to 9999; others are clamped.  No libc time function: it
 * works under the filter and in any zone. */
#define HTTP_DATE_LEN 29
void http_date(int64_t t, char out[HTTP_DATE_LEN + 1]);
/* Parses all three forms of RFC 9110 section 5.6.7; -1 if it is none. */
int http_date_parse(struct slice text, int64_t *t);

#endif
