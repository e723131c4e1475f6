/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HIGHLIGHT_TABLE_H
#define BLOGD_HIGHLIGHT_TABLE_H

#include <stdint.h>

/*
 * What lang/compile.awk makes of lang/NAME.lang (lang/README.md).  All of it is
 * constant; one thing refers to another by its number.
 *
 * The lists of numbers here stand in patterns.awk and compile.awk too, in the
 * same order.
 */
enum hl_class {
	HL_PLAIN,
	HL_KEYWORD,
	HL_TYPE,
	HL_STRING,
	HL_NUMBER,
	HL_COMMENT,
	HL_FUNCTION,
	HL_BUILTIN,
	HL_ATTRIBUTE,
	HL_VARIABLE,
	HL_PROMPT,
	HL_DELETED,
	HL_INSERTED,
	HL_HEADING,
	HL_LISTED, /* what the word lists say; never of a token */
	HL_CALL	   /* HL_FUNCTION before "(", else plain; never of a token */
};

/* An operation of a pattern; behind some of them stand a set and the longest
 * repetition (0: any). */
enum hl_op {
	HL_END,
	HL_SET,	   /* set */
	HL_OPTION, /* set */
	HL_STAR,   /* set, longest */
	HL_PLUS,   /* set, longest */
	HL_BOL,
	HL_EOL,
	HL_BEGIN,  /* no byte of a word before */
	HL_FINISH, /* no byte of a word behind */
	HL_BLANK,  /* a blank before */
	HL_LOOK,   /* the rest up to HL_BACK is looked at, not taken */
	HL_BACK,
	HL_NOT, /* set that the next byte is not in */
	HL_OPEN,
	HL_CLOSE, /* what stood between is captured */
	HL_SAME,  /* as what was captured */
	HL_DIGITS
};

enum hl_verb { HL_STAY, HL_PUSH, HL_POP, HL_BECOME, HL_EMBED, HL_EMBED_NAMED };

struct hl_rule {
	uint16_t ops;	 /* where its pattern begins in hl_ops */
	uint16_t target; /* state */
	uint8_t class;
	uint8_t verb;
	uint8_t until; /* in hl_untils; an empty text: to the line's end */
};

struct hl_state {
	uint16_t dispatch[2]; /* within a line, at its beginning */
	uint8_t lang;
	uint8_t class; /* of what no rule matches */
};

struct hl_word {
	uint16_t at; /* in hl_text */
	uint8_t len; /* 0: no word */
	uint8_t class;
};

#define HL_UNLISTED_CALL  1
#define HL_UNLISTED_CAP	  2
#define HL_UNLISTED_UPPER 4

struct hl_lang {
	uint16_t words;	 /* its hash table in hl_words */
	uint16_t nwords; /* a power of two */
	uint16_t start;	 /* state */
	uint8_t unlisted;
	uint8_t fold; /* case does not matter */
};

struct hl_name {
	char name[16];
	uint8_t lang;
};

#define HL_NO_STATE 0 /* no rule, plain: of a language that is not known */
#define HL_NO_RULE  UINT16_MAX
#define HL_UNTIL    15 /* longest of hl_untils */

extern const struct hl_rule hl_rules[];
extern const struct hl_state hl_states[];
/* Lists of rules to try, each with HL_NO_RULE at its end. */
extern const uint16_t hl_lists[];
/* For each byte (those from 128 on are one) the list that begins there. */
extern const uint16_t hl_dispatch[][129];
extern const uint8_t hl_sets[][32];
extern const uint8_t hl_ops[];
extern const char hl_untils[][HL_UNTIL + 1];
extern const struct hl_word hl_words[];
extern const char hl_text[];
extern const struct hl_lang hl_langs[];
extern const struct hl_name hl_names[];
extern const unsigned hl_nnames;

#endif
