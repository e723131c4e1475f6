/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HPACK_MEMO_H
#define BLOGD_HPACK_MEMO_H

#include "hpack_common.h"

/*
 * Lines that were encoded lately, beside what they were encoded to: the head of
 * a page is the same at every request, and a copy costs a tenth of its
 * encoding.  Bounded, and shared by all connections.  All zero: empty.
 */
#define HPACK_MEMO_SLOTS 64
#define HPACK_MEMO_LINES 1024 /* longer ones are not kept */

struct hpack_memo {
	struct {
		char *lines; /* and the block behind them */
		size_t lines_len, block_len;
		struct hpack_told told; /* when it was encoded */
	} slot[HPACK_MEMO_SLOTS];
	struct hpack_common common;
};
void hpack_memo_free(struct hpack_memo *m);

/* As hpack_common_put_lines.  Found by the lines' address, but compared by what
 * they say, so they may change or go. */
void hpack_memo_put_lines(struct hpack_memo *m, struct hpack_told *told,
			  struct buf *out, struct slice lines);

#endif
