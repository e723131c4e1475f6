/* SPDX-License-Identifier: ISC */
#include "huffman.h"

#include <string.h>

#define SYMBOLS	   257 /* all bytes and EOS */
#define EOS	   256
#define LONGEST	   30 /* bits of a code */
#define QUICK_BITS 8  /* all that is common in text has a code this short */

/* Bits of the code of each symbol.  Appendix B lists codes as well, but these
 * follow: the code is canonical, codes in the order of their lengths and, of
 * the same length, of their symbols. */
static const uint8_t lengths[SYMBOLS] = {
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28,
    28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, 6,  10, 10, 12, 13, 6,
    8,	11, 10, 10, 8,	11, 8,	6,  6,	6,  5,	5,  5,	6,  6,	6,  6,	6,  6,
    6,	7,  8,	15, 6,	12, 10, 13, 6,	7,  7,	7,  7,	7,  7,	7,  7,	7,  7,
    7,	7,  7,	7,  7,	7,  7,	7,  7,	7,  7,	7,  8,	7,  8,	13, 19, 13, 14,
    6,	15, 5,	6,  5,	6,  5,	6,  6,	6,  5,	7,  7,	6,  6,	6,  5,	6,  7,
    6,	5,  5,	6,  7,	7,  7,	7,  7,	15, 11, 14, 13, 28, 20, 22, 20, 20, 22,
    22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23,
    23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22,
    24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22,
    22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19,
    21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21,
    22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27,
    27, 27, 28, 27, 27, 27, 27, 27, 26, 30};

/* Codes are compared as numbers whose highest bit of 32 is the first of the
 * code. */
struct code {
	uint16_t symbol;
	uint8_t bits;
};
static struct code quick[1 << QUICK_BITS]; /* by the next bits; bits 0: long */
static uint16_t by_code[SYMBOLS];	   /* symbols in the order of codes */
static struct {
	uint64_t first, end; /* codes of this many bits */
	unsigned rank;	     /* the first one's place in by_code */
} of_length[LONGEST + 1];

static void
fill_quick(uint16_t symbol, unsigned bits, uint64_t code)
{
	size_t from = (size_t)(code >> (32 - QUICK_BITS));

	for (size_t i = 0; i < (size_t)1 << (QUICK_BITS - bits); i++)
		quick[from + i] = (struct code){symbol, (uint8_t)bits};
}

void
huffman_init(void)
{
	uint64_t code = 0;
	unsigned rank = 0;

	for (unsigned bits = 1; bits <= LONGEST; bits++) {
		of_length[bits].first = code;
		of_length[bits].rank = rank;
		for (uint16_t s = 0; s < SYMBOLS; s++) {
			if (lengths[s] != bits)
				continue;
			by_code[rank++] = s;
			if (bits <= QUICK_BITS)
				fill_quick(s, bits, code);
			code += (uint64_t)1 << (32 - bits);
		}
		of_length[bits].end = code;
	}
}

/* Bits that wait to be decoded: the first one is the highest. */
struct bits {
	const unsigned char *next, *end;
	uint64_t waiting;
	unsigned n;
};

static void
refill(struct bits *b)
{
	while (b->n <= 56 && b->next < b->end) {
		b->waiting |= (uint64_t)*b->next++ << (56 - b->n);
		b->n += 8;
	}
}

static struct code
long_code(uint64_t waiting)
{
	uint64_t code = waiting >> 32;
	unsigned bits = QUICK_BITS + 1;

	while (code >= of_length[bits].end)
		bits++;
	code = (code - of_length[bits].first) >> (32 - bits);
	return (struct code){by_code[of_length[bits].rank + code],
			     (uint8_t)bits};
}

static int
padding_valid(const struct bits *b)
{
	return b->n < 8 && b->waiting >> 56 == (0xff00U >> b->n & 0xff);
}

int
huffman_decode(struct slice in, char *out, size_t room, size_t *len)
{
	const unsigned char *data = (const unsigned char *)in.data;
	struct bits b = {data, data + in.len, 0, 0};
	size_t n = 0;

	for (;;) {
		struct code c;

		if (b.n < LONGEST)
			refill(&b);
		c = quick[b.waiting >> (64 - QUICK_BITS)];
		if (c.bits == 0)
			c = long_code(b.waiting);
		if (c.bits > b.n)
			break;
		if (c.symbol == EOS)
			return 0;
		if (n < room)
			out[n] = (char)c.symbol;
		n++;
		b.waiting <<= c.bits;
		b.n -= c.bits;
	}
	*len = n;
	return padding_valid(&b);
}
