/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_WORDS_H
#define BLOGD_WORDS_H

#include "../buf.h"

/*
 * Text to the words it can be found by: what render writes into the search
 * index and what serve makes of a query are the same words because both come
 * from here.
 *
 * Characters are folded by NFKD and full case folding (Unicode Standard Annex
 * 15, and section 3.13 of the standard, by utf8proc), a few letters that
 * Unicode does not decompose become their Latin base, and the marks of Latin,
 * Greek, Cyrillic, Hebrew and Arabic are dropped: "Ärger" is "arger".  Letters,
 * numbers and the marks of other scripts make words; anything else, and bytes
 * that are no UTF-8, ends one.
 *
 * "C++", "C#" and "1.31" are words, beside "C", "1" and "31" where they stand
 * in a text: see take_sign.
 *
 * Scripts that write no spaces (Han, kana, Thai, Lao, Khmer, Myanmar) are cut
 * into pairs of neighbours, and the last character of a run stands alone as
 * well: a single character is then found as the beginning of a pair.
 *
 * No allocation, no locale: memory is the struct, and a table that remembers
 * what characters below U+0600 fold to.
 */
#define WORD_MAX 64 /* bytes; what is longer is cut there */

/* The word is valid until the function returns; 8 bytes behind it can be read.
 */
typedef void word_fn(void *ctx, struct slice word);

struct words {
	word_fn *fn;
	void *ctx;
	int query;     /* no single character behind a pair */
	unsigned pair; /* text is a character of `pair` bytes and another, or
			  its last part begins there */
	int spaceless; /* text is of such a script */
	size_t len;
	char text[WORD_MAX + 8];
};

void words_begin(struct words *w, word_fn *fn, void *ctx, int query);
/* A word goes on from one text to the next, but for signs as in "C++". */
void words_text(struct words *w, struct slice text);
/* Whatever comes next is another word. */
void words_end(struct words *w);

#endif
