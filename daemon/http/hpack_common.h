/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HPACK_COMMON_H
#define BLOGD_HPACK_COMMON_H

#include "hpack.h"

/*
 * Lines that most answers have, such as policies: two thirds of the bytes of a
 * head.  Each peer is told such a line once, for its dynamic table, and from
 * then on by a number of one byte (RFC 7541 section 2.3.2).
 *
 * The lines are learnt as they come, from a few names whose values are the
 * site's and never the client's (section 7.1), and then stay.  As all of them
 * fit into the smallest table that is used, nothing is ever evicted, and all
 * that a connection has to remember is where each line went.
 */
#define HPACK_COMMON	   15
#define HPACK_COMMON_BYTES HPACK_TABLE_MAX /* as tables count */

/* Of all connections.  All zero: none are known yet. */
struct hpack_common {
	struct slice line[HPACK_COMMON]; /* owned */
	unsigned n;
	size_t size;
};
void hpack_common_free(struct hpack_common *c);

/* Of one connection.  All zero: nothing was told. */
struct hpack_told {
	uint8_t place[HPACK_COMMON]; /* 1: the first; 0: not told */
	uint8_t n;
};

/* As hpack_put_lines. */
void hpack_common_put_lines(struct hpack_common *c, struct hpack_told *told,
			    struct buf *out, struct slice lines);

#endif
