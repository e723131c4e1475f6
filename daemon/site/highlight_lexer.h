/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HIGHLIGHT_LEXER_H
#define BLOGD_HIGHLIGHT_LEXER_H

#include "../buf.h"
#include "highlight_table.h"

/*
 * Cuts code into tokens.  The lexer is in a state; a state has rules, tried in
 * their order at each byte that one of them can begin with; a rule takes what
 * its pattern matches and may enter a state, leave it, or hand a region over to
 * another language.  The memory is fixed, the code is only looked at.
 *
 * Linear, whatever the code: each step takes a byte or leaves a state that
 * taking a byte entered; a pattern that can fail looks at a bounded number of
 * bytes (lang/patterns.awk sees to that), and a region is searched for its end
 * once in each of the HL_DEPTH languages that it can be nested in.
 */
#define HL_DEPTH 32 /* states entered; deeper ones are counted alone */

struct hl_frame {
	size_t begin, end; /* region of the code that is its language's */
	size_t captured;   /* where, in the code */
	uint16_t ncaptured;
	uint16_t state;
	uint8_t embedded; /* the region's first frame: left at its end alone */
};

struct hl_lexer {
	const unsigned char *code;
	size_t pos;
	size_t lost;  /* states entered beyond HL_DEPTH */
	size_t steps; /* operations and bytes looked at, for tests */
	/* of the match under way */
	size_t next, captured, ncaptured;
	unsigned depth;
	struct hl_frame stack[HL_DEPTH];
};

struct hl_token {
	uint8_t class; /* enum hl_class */
	size_t end;    /* it begins where the one before ended */
};

/* The number of a language, -1 when there is none of this name. */
int hl_find(struct slice name);

void hl_start(struct hl_lexer *lx, int lang, struct slice code);

/* 1 and the next token, never an empty one; or 0 at the end. */
int hl_next(struct hl_lexer *lx, struct hl_token *token);

/* Does the pattern match at lx->pos?  Sets next, and what was captured. */
int hl_match(struct hl_lexer *lx, const struct hl_frame *f, uint16_t ops);

/* The class of a word that a rule with HL_LISTED or HL_CALL took. */
uint8_t hl_word_class(const struct hl_lexer *lx, const struct hl_frame *f,
		      uint8_t class);

#endif
