/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_BODY_H
#define BLOGD_BODY_H

#include <stddef.h>
#include <stdint.h>

#include "request.h"

/*
 * Finds the end of an HTTP/1.1 request body whose bytes nobody wants (RFC 9112
 * sections 6 and 7).  Chunk extensions and trailer fields are errors: no client
 * of a blog sends them, and readers that disagree on them can be played against
 * each other.
 */
struct body {
	int chunked;
	int step;      /* of the chunk grammar */
	uint64_t left; /* of the body or of the chunk */
	uint64_t room; /* until it is too long */
	unsigned digits;
};

/* 1 when the request has a body to be read, with *b set up; max in bytes. */
int body_begin(struct body *b, const struct request_framing *f, uint64_t max);

#define BODY_MORE 0
#define BODY_DONE 1

/* Takes *used of the len bytes.  BODY_MORE, BODY_DONE, or the status to answer
 * with before closing: 400, 413. */
int body_take(struct body *b, const char *data, size_t len, size_t *used);

#endif
