/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_MATHTREE_H
#define BLOGD_MATHTREE_H

#include <stdint.h>

#include "../buf.h"
#include "arena.h"

/*
 * What the parts of the conversion of TeX to MathML share: mathtable.c knows
 * the commands, mathparse.c reads TeX into a tree, with mathscript.c for
 * scripts, mathsymbol.c, mathfence.c for \left and \right, mathcommand.c for
 * what takes arguments and mathenv.c for environments, mathspace.c sets TeX's
 * spaces, mathwrite.c writes the tree as MathML Core (W3C), with mathfont.c for
 * mathematical alphabets.  The nodes live in an arena and are given back to it
 * when the formula is done.
 */
#define MATH_DEPTH_MAX	 32 /* groups, arguments, environments inside others */
#define MATH_COLUMNS_MAX 32 /* of an array's specification */

enum math_element {
	MATH_ROW,
	MATH_MI,
	MATH_MN,
	MATH_MO,
	MATH_MTEXT,
	MATH_MSPACE,
	MATH_MFRAC,
	MATH_MSQRT,
	MATH_MROOT,
	MATH_MSUB,
	MATH_MSUP,
	MATH_MSUBSUP,
	MATH_MUNDER,
	MATH_MOVER,
	MATH_MUNDEROVER,
	MATH_MSTYLE,
	MATH_MPHANTOM,
	MATH_MPADDED,
	MATH_MTABLE,
	MATH_MTR,
	MATH_MTD
};

/* What a node is to its neighbours, as TeX has it. */
enum math_class {
	MATH_ORDINARY,
	MATH_FUNCTION, /* a name such as sin */
	MATH_OPERATOR, /* a sign such as a sum's */
	MATH_BINARY,
	MATH_RELATION,
	MATH_OPENING,
	MATH_CLOSING,
	MATH_PUNCTUATION,
	MATH_INNER,
	MATH_NO_CLASS /* a space */
};

/* An alphabet; each but the first is asked for by a command. */
enum math_font {
	MATH_NO_FONT, /* what a letter has by itself */
	MATH_NORMAL,
	MATH_BOLD,
	MATH_ITALIC,
	MATH_BOLD_ITALIC,
	MATH_SCRIPT,
	MATH_FRAKTUR,
	MATH_DOUBLE,
	MATH_SANS,
	MATH_MONO
};

enum math_limits { MATH_SCRIPTS, MATH_LIMITS };

/* What a table's cell has beside its content. */
enum math_cell {
	MATH_CELL_LEFT = 1,
	MATH_CELL_RIGHT = 2,
	MATH_CELL_LEFT_LINE = 4,
	MATH_CELL_RIGHT_LINE = 8,
	MATH_CELL_LINE_ABOVE = 16,
	MATH_CELL_LINE_BELOW = 32
};

/* How a token's text is meant. */
enum math_text {
	MATH_PLAIN,	/* letters, digits: as they are, in the font */
	MATH_NAME_TEXT, /* of \operatorname */
	MATH_TEXT_TEXT	/* of \text */
};

struct math_node {
	struct math_node *next;		/* sibling */
	struct math_node *made;		/* the one made before it */
	struct math_node *first, *last; /* its children */
	const char *attributes[2];	/* with a space before each; or NULL */
	struct slice text;		/* of a token; empty: the code point */
	uint32_t cp;
	uint8_t element, class, font, limits, text_kind, cell;
	const char *tag; /* "b" or "i" in mtext, or NULL */
};

/* ---- commands (mathtable.c) ---- */

enum math_kind {
	/* Symbols; value is the code point. */
	MATH_K_LETTER,	/* takes a font, italic without */
	MATH_K_UPRIGHT, /* takes a font, upright without */
	MATH_K_SIGN,	/* <mi>, no font */
	MATH_K_ORD,	/* <mo> without spaces */
	MATH_K_BIN,
	MATH_K_REL,
	MATH_K_OPEN,
	MATH_K_CLOSE,
	MATH_K_PUNCT,
	MATH_K_DOTS,  /* without spaces */
	MATH_K_CDOTS, /* with small ones */
	MATH_K_BIG,
	MATH_K_INTEGRAL,
	/* Names; text, or the command's own name. */
	MATH_K_FUNCTION,
	MATH_K_LIMIT,
	/* text is the width. */
	MATH_K_SPACE,
	/* With arguments. */
	MATH_K_ACCENT, /* value over the argument */
	MATH_K_OVER,   /* the same, as wide as the argument */
	MATH_K_UNDER,  /* below it */
	MATH_K_BRACE,  /* over it; its scripts are limits */
	MATH_K_UNDERBRACE,
	MATH_K_ARROW, /* value, as wide as the arguments over and below it */
	MATH_K_FONT,  /* value is an enum math_font */
	MATH_K_TEXT,  /* text is an element inside, or NULL */
	MATH_K_FRAC,  /* text is a style */
	MATH_K_BINOM,
	MATH_K_SQRT,
	MATH_K_OVERSET,
	MATH_K_UNDERSET,
	MATH_K_PHANTOM,
	MATH_K_BOXED,
	MATH_K_NAME, /* \operatorname */
	MATH_K_NOT,
	MATH_K_MOD,
	MATH_K_SUBSTACK,
	MATH_K_CLASS,  /* value is a class */
	MATH_K_BIGGER, /* value is a class, text the size */
	MATH_K_LEFT,
	MATH_K_BEGIN,
	MATH_K_NOTHING,
	/* They stand in certain places only. */
	MATH_K_STYLE,  /* text is the attributes */
	MATH_K_SWITCH, /* value is an enum math_font */
	MATH_K_MIDDLE,
	MATH_K_LIMITS, /* value 1: limits, 0: scripts */
	MATH_K_RIGHT,
	MATH_K_END,
	MATH_K_NEWLINE,
	MATH_K_LINE /* \hline */
};

struct math_command {
	const char *name; /* without its backslash */
	uint8_t kind;
	uint32_t value;
	const char *text;
};

extern const struct math_command math_commands[];
extern const size_t math_ncommands;

/* NULL: not known. */
const struct math_command *math_command(struct slice name);
/* What a code point other than a letter or digit of ASCII is; NULL: nothing
 * that we know. */
const struct math_command *math_character(uint32_t cp);
/* The sign for "not ...", or 0. */
uint32_t math_negated(uint32_t cp);

/* ---- reading (mathparse.c) ---- */

struct math_parser {
	const char *p, *end;
	struct arena *arena;
	struct math_node *made; /* the last one */
	unsigned depth;
	uint8_t font;
	int display;
	int bad; /* not TeX that we know: nothing more is read */
};

/* Each of these returns NULL, with p->bad, when it cannot. */

struct math_node *math_node(struct math_parser *p, enum math_element element);
void math_add(struct math_node *parent, struct math_node *child);
struct math_node *math_symbol(struct math_parser *p, enum math_element element,
			      uint32_t cp, enum math_class class);
struct math_node *math_bad(struct math_parser *p);

/* Up to what ends a row: the end, "}", "&", a new line, \right, \middle, \end,
 * or "]" when in_brackets. */
struct math_node *math_row(struct math_parser *p, int in_brackets);
/* A group in braces, or one token and what belongs to it. */
struct math_node *math_argument(struct math_parser *p);
/* What a command stands for; its name has been read. */
struct math_node *math_call(struct math_parser *p,
			    const struct math_command *c);
struct math_node *math_of_command(struct math_parser *p,
				  const struct math_command *c);

void math_skip_space(struct math_parser *p);
/* Is this the next character?  Then it is skipped. */
int math_next_is(struct math_parser *p, char c);
/* The command that comes next, which stays unread; NULL when there is none. */
const struct math_command *math_peek(struct math_parser *p);
/* Reads a command's name, behind its backslash. */
struct slice math_read_name(struct math_parser *p);
/* A group's source, unread: "{...}" without braces inside. */
struct slice math_raw_group(struct math_parser *p);

/* The base with the scripts that follow it (mathscript.c). */
struct math_node *math_with_scripts(struct math_parser *p,
				    struct math_node *base);

/* ---- words (mathtext.c) ---- */

struct math_node *math_text(struct math_parser *p,
			    const struct math_command *c);
struct math_node *math_operator_name(struct math_parser *p);

/* ---- symbols (mathsymbol.c) ---- */

struct math_node *math_operator(struct math_parser *p, uint32_t cp,
				enum math_class class, const char *attributes);
/* A function's name; limits: its scripts stand above and below. */
struct math_node *math_name(struct math_parser *p, struct slice text,
			    int limits);
struct math_node *math_space(struct math_parser *p, const char *attributes);

/* ---- fences (mathfence.c) ---- */

struct math_node *math_left(struct math_parser *p);
struct math_node *math_bigger(struct math_parser *p,
			      const struct math_command *c);

/* ---- environments (mathenv.c) ---- */

struct math_node *math_environment(struct math_parser *p);
/* Rows up to the end or "}", the first cell of them read already. */
struct math_node *math_lines(struct math_parser *p, struct math_node *first,
			     int display);

/* ---- spaces (mathspace.c) ---- */

/* Sets forms and spaces of a row's children. */
void math_space_row(struct math_parser *p, struct math_node *row);
/* A sign alone in its group is a letter to its neighbours. */
void math_no_spaces(struct math_node *node);

/* ---- writing (mathfont.c, mathwrite.c) ---- */

uint32_t math_in_font(enum math_font font, uint32_t cp);

#endif
