/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_QUERY_H
#define BLOGD_QUERY_H

#include "../snapshot/words.h"

/*
 * What a form or an OpenSearch client asks for: q and page of a query in
 * application/x-www-form-urlencoded (URL Standard, section 5.1), and the words
 * in it, folded as the index's are.  All limits are of what is used: the rest
 * is left out, and said to be.
 */
#define QUERY_MAX	200 /* bytes of q, decoded */
#define QUERY_WORDS_MAX 12
#define QUERY_PAGES_MAX 25

enum query_kind {
	QUERY_NONE, /* no q, or nothing in it */
	QUERY_BAD,  /* broken percent-encoding, no UTF-8, or NUL */
	QUERY_ASKED
};

struct query {
	enum query_kind kind;
	int cut;       /* longer than QUERY_MAX, or more words */
	unsigned page; /* from 1 to QUERY_PAGES_MAX */
	size_t len;
	char text[QUERY_MAX];
	unsigned nwords; /* may be none */
	struct query_word {
		unsigned len;
		char text[WORD_MAX];
	} words[QUERY_WORDS_MAX]; /* no two are equal */
};

void query_parse(struct query *q, struct slice encoded);

#endif
