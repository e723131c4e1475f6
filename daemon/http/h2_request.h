/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_H2_REQUEST_H
#define BLOGD_H2_REQUEST_H

#include "hpack.h"
#include "request.h"

/*
 * A request from the fields of an HTTP/2 field block (RFC 9113 section 8).  As
 * strict as the reader of HTTP/1.1 heads: what could be understood in two ways,
 * here or behind a gateway to HTTP/1.1, is malformed.
 */
#define H2_MALFORMED (-1) /* RFC 9113 section 8.1.1: PROTOCOL_ERROR */

struct h2_request {
	struct request r;
	/* There was a content-length: the DATA must come to it exactly. */
	int has_length;

	/* Of the building alone. */
	int status; /* REQUEST_OK until something is wrong */
	unsigned fields;
	unsigned pseudo; /* those that have come */
	int regular;	 /* the pseudo-header fields are over */
	int connect;
	int has_host;
	struct slice scheme, host;
};

void h2_request_begin(struct h2_request *q);

/* A hpack_field_fn; the request keeps the slices. */
void h2_request_field(void *q, const struct hpack_field *f);

/* All fields have come; end_stream: no body follows.  REQUEST_OK: q->r is
 * filled.  Otherwise H2_MALFORMED or the status to answer with: 400, 414,
 * 431, 501. */
int h2_request_end(struct h2_request *q, const struct request_limits *lim,
		   int end_stream);

/* The same for trailers, which are checked and thrown away: *malformed, an int
 * that starts as 0, becomes 1 at a field that may not be there. */
void h2_trailer_field(void *malformed, const struct hpack_field *f);

#endif
