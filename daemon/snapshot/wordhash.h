/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_WORDHASH_H
#define BLOGD_WORDHASH_H

#include <stdint.h>

#include "../buf.h"

/*
 * A hash for tables of words, 8 bytes at a time.  Whoever writes articles could
 * look for words that share one; he pays with his own post's budget, and tables
 * are bounded.  Nothing that is written depends on it.
 */
static inline uint32_t
word_hash(struct slice word)
{
	uint64_t h = word.len, part;
	size_t at = 0;

	for (; word.len - at >= 8; at += 8) {
		memcpy(&part, word.data + at, 8);
		h = (h ^ part) * 0x9e3779b97f4a7c15u;
		h ^= h >> 29;
	}
	part = 0;
	for (size_t i = 0; i < word.len - at; i++)
		part |= (uint64_t)(unsigned char)word.data[at + i] << 8 * i;
	h = (h ^ part) * 0x9e3779b97f4a7c15u;
	h ^= h >> 32;
	return (uint32_t)(h * 0x2545f491u);
}

#endif
