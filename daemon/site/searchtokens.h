/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SEARCHTOKENS_H
#define BLOGD_SEARCHTOKENS_H

#include <stdint.h>

#include "../snapshot/words.h"

/*
 * The words of a rendered text, each once, with how often and where it stands:
 * what a worker says of a body beside its HTML and render keeps until the
 * search index is made.
 *
 *	uint32_t	number of words, with repetitions
 *	then each word:	uint8_t length, uint8_t counts, its bytes
 *
 * counts: how often in text in the lower half, in headings in the upper, both
 * no more than what makes a difference.
 */
#define TOKENS_TEXT_MAX	   12
#define TOKENS_HEADING_MAX 4
/* Different words of one text; later ones are not found. */
#define TOKENS_MAX 16384
/* Bytes of HTML that are looked at. */
#define TOKENS_HTML_MAX ((size_t)2 << 20)

/* Feeds the text of HTML that we made: tags out, references decoded.  A tag of
 * an element that stands in a line does not end a word.  Of a formula its TeX
 * counts, which is what can be typed, and not the MathML. */
void html_words(struct words *w, struct slice html, int *heading);

/* Writes at most room bytes and returns how many: all that fits.  No
 * allocation: it is for workers as well. */
size_t tokens_write(struct slice html, char *out, size_t room);

/* Reads what tokens_write has written, or who knows what.  0 at the end, or
 * where it makes no sense. */
struct token {
	struct slice text;
	unsigned in_text, in_headings;
};
/* The number of words; moves *tokens to the first of them. */
uint32_t tokens_length(struct slice *tokens);
int tokens_next(struct slice *tokens, struct token *t);

#endif
