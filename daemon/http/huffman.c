/* SPDX-License-Identifier: ISC */
#include "huffman.h"

#include <string.h>

#define SYMBOLS	   257 /* all bytes and EOS */
#define EOS	   256
#define LONGEST	   30 /* bits of a code */
#define QUICK_BITS 12 /* looked up at once: most pairs of text have fewer */

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

/* What the next bits are: one symbol or two; bits 0: a long code. */
static struct pair {
	uint8_t symbol[2];
	uint8_t first; /* bits of the first one's code */
	uint8_t bits;  /* of both, or of the only one */
} quick[1 << QUICK_BITS];

/* Codes are compared as numbers whose highest bit of 32 is the first of the
 * code. */
struct code {
	uint16_t symbol;
	uint8_t bits;
};
static uint16_t by_code[SYMBOLS]; /* symbols in the order of codes */
static struct {
	uint64_t first, end; /* codes of this many bits */
	unsigned rank;	     /* the first one's place in by_code */
} of_length[LONGEST + 1];

static struct code
find_code(uint64_t code)
{
	unsigned bits = 1;

	while (code >= of_length[bits].end)
		bits++;
	code = (code - of_length[bits].first) >> (32 - bits);
	return (struct code){by_code[of_length[bits].rank + code],
			     (uint8_t)bits};
}

static void
fill_quick(void)
{
	for (uint32_t i = 0; i < 1 << QUICK_BITS; i++) {
		uint32_t next = i << (32 - QUICK_BITS);
		struct code c = find_code(next), d = find_code(next << c.bits);

		if (c.bits > QUICK_BITS)
			continue;
		quick[i].symbol[0] = (uint8_t)c.symbol;
		quick[i].first = quick[i].bits = c.bits;
		if (c.bits + d.bits > QUICK_BITS)
			continue;
		quick[i].symbol[1] = (uint8_t)d.symbol;
		quick[i].bits += d.bits;
	}
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
			code += (uint64_t)1 << (32 - bits);
		}
		of_length[bits].end = code;
	}
	fill_quick();
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

static void
skip(struct bits *b, unsigned n)
{
	b->waiting <<= n;
	b->n -= n;
}

static int
padding_valid(const struct bits *b)
{
	return b->n < 8 && b->waiting >> 56 == (0xff00U >> b->n & 0xff);
}

/* Takes the next symbol, or two when both are quick.  How many; 0 at the end,
 * where less than a code is left. */
static unsigned
take(struct bits *b, uint16_t symbol[2])
{
	struct pair p;
	struct code c;

	if (b->n < LONGEST)
		refill(b);
	p = quick[b->waiting >> (64 - QUICK_BITS)];
	symbol[0] = p.symbol[0];
	symbol[1] = p.symbol[1];
	if (p.bits > 0 && p.bits <= b->n) {
		skip(b, p.bits);
		return 1 + (p.bits > p.first);
	}
	c = find_code(b->waiting >> 32);
	if (c.bits > b->n)
		return 0;
	symbol[0] = c.symbol;
	skip(b, c.bits);
	return 1;
}

int
huffman_decode(struct slice in, char *out, size_t room, size_t *len)
{
	const unsigned char *data = (const unsigned char *)in.data;
	struct bits b = {data, data + in.len, 0, 0};
	uint16_t symbol[2];
	unsigned taken;
	size_t n = 0;

	while ((taken = take(&b, symbol)) > 0) {
		if (symbol[0] == EOS)
			return 0;
		if (n < room)
			out[n] = (char)symbol[0];
		if (n + 1 < room)
			out[n + 1] = (char)symbol[1];
		n += taken;
	}
	*len = n;
	return padding_valid(&b);
}
