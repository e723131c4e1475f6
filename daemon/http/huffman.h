/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HUFFMAN_H
#define BLOGD_HUFFMAN_H

#include <stdint.h>

#include "../buf.h"

/* The Huffman code of HPACK: RFC 7541 section 5.2 and appendix B. */

/* Makes the tables; once is enough, again does no harm. */
void huffman_init(void);

/* Decodes all of `in`, of which at most `room` bytes are written to out; *len
 * is how many there are.  0 for what no encoder writes: EOS, or padding that is
 * longer than 7 bits or not of ones. */
int huffman_decode(struct slice in, char *out, size_t room, size_t *len);

#endif
