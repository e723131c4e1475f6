/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_H1_REQUEST_H
#define BLOGD_H1_REQUEST_H

#include "request.h"

/*
 * A request from the head of an HTTP/1.1 message (RFC 9112).  The reader is a
 * pure function on a byte buffer: it allocates nothing, all slices point into
 * the buffer.  Whatever two readers could understand in two ways is an error
 * (request smuggling): bare CR or LF, folded lines, white space before a colon,
 * control bytes, repeated or odd Content-Length, and so on.
 */

/* What is known of a head that has not come whole: zero it for each request.
 * A sender of single bytes costs one look at each byte. */
struct h1_scan {
	size_t start; /* 2 after an empty line before the request */
	size_t seen;
	size_t line; /* where the line at `seen` begins */
	unsigned lines;
	int checked; /* the request line was found good */
};

/*
 * Reads the head at data[0..len).  data must hold the same bytes as in the
 * last call with this scan, and more.  REQUEST_OK: *r is filled, and the head
 * took *head_len bytes.  Otherwise REQUEST_INCOMPLETE or the status to answer
 * with before closing: 400, 414, 431, 505.
 */
int h1_request_read(const char *data, size_t len,
		    const struct request_limits *lim, struct h1_scan *scan,
		    struct request *r, size_t *head_len);

#endif
