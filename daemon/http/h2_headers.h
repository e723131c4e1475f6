/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_H2_HEADERS_H
#define BLOGD_H2_HEADERS_H

#include "h2_turn.h"

/*
 * Field blocks (RFC 9113 section 4.3): requests, which are answered unless a
 * body follows, and trailers.  A block of several frames is gathered, up to
 * max-header bytes and H2_CONTINUATIONS frames (CVE-2024-27316 and its like).
 */
#define H2_CONTINUATIONS 16

h2_take_fn h2_take_headers, h2_take_continuation;

/* Is a block under way that this frame does not continue? */
int h2_interrupts(const struct h2 *h, const struct h2_frame *f);

void h2_block_free(struct h2 *h);

#endif
