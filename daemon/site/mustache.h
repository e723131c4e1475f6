/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_MUSTACHE_H
#define BLOGD_MUSTACHE_H

#include <stdint.h>

#include "../buf.h"

/*
 * Mustache, the specification (github.com/mustache/spec, version 1.4) with all
 * of its core: comments, delimiters, interpolation, inverted sections,
 * partials, sections.  No optional module: no lambdas, no inheritance, no
 * dynamic names; templates cannot compute.
 *
 * A template is compiled once into tokens and rendered many times.  While it is
 * compiled each name becomes a number, so that the data's side is a switch.
 */
#define MUSTACHE_SIZE_MAX    262144 /* bytes of a template */
#define MUSTACHE_NESTING_MAX 32	    /* sections in one another, in one file */
#define MUSTACHE_DEPTH_MAX   64 /* the same while rendering, with partials */
#define MUSTACHE_PARTS_MAX   8	/* names in a dotted one */
#define MUSTACHE_INDENT_MAX  64 /* bytes before each line of a partial */

struct mustache;

/* What a template's names mean; numbers are 0 or more, -1: no such thing,
 * which renders as nothing and is a warning. */
struct mustache_words {
	int (*name)(void *ctx, struct slice name);
	int (*partial)(void *ctx, struct slice name);
	void (*report)(void *ctx, int warning, size_t line, size_t column,
		       const char *message);
	void *ctx;
};

/* text must live as long as the template.  NULL after an error was reported.
 * The caller frees it. */
struct mustache *mustache_compile(struct slice text,
				  const struct mustache_words *words);
void mustache_free(struct mustache *m);

/* What fails within this template is its fault, whatever partial it is in. */
void mustache_blame(struct mustache *m);
/* Does it have this partial in it? */
int mustache_uses(const struct mustache *m, size_t partial);
/* Line and column, from 1, of a place in the text of a template. */
void mustache_place(struct slice text, size_t at, size_t *line, size_t *column);

enum mustache_kind {
	MUSTACHE_NONE,	/* the context has no such name: outer ones are asked */
	MUSTACHE_FALSE, /* there is such a name, but nothing to show */
	MUSTACHE_TRUE,
	MUSTACHE_TEXT,	 /* false when empty */
	MUSTACHE_LIST,	 /* n items */
	MUSTACHE_OBJECT, /* a context: has names */
};

struct mustache_value {
	enum mustache_kind kind;
	uint32_t type; /* the data's own business, as is p */
	const void *p;
	size_t n;
	struct slice text;
};

/* The data, asked while rendering.  What it answers must live until the end of
 * that rendering. */
struct mustache_data {
	/* The value of a name in an object. */
	void (*get)(void *ctx, const struct mustache_value *object, int name,
		    struct mustache_value *out);
	/* An item of a list. */
	void (*item)(void *ctx, const struct mustache_value *list, size_t i,
		     struct mustache_value *out);
	void *ctx;
};

enum mustache_result {
	MUSTACHE_OK,
	MUSTACHE_LONG, /* more than max_output */
	MUSTACHE_SLOW, /* more than max_steps */
	MUSTACHE_DEEP  /* MUSTACHE_DEPTH_MAX */
};

struct mustache_render {
	const struct mustache_data *data;
	const struct mustache *const *partials; /* by number; NULL: nothing */
	size_t npartials;
	size_t max_output; /* bytes */
	size_t max_steps;  /* tokens gone through */
	/* A value, and where it was written verbatim first: its offset in out,
	 * or SIZE_MAX. */
	struct slice watched;
	size_t watched_at;
	/* After a failure: where it was, in the inmost template that is to
	 * blame, or else in the outermost. */
	const struct mustache *failed_in;
	size_t failed_at;
};

/* Appends the template filled with the values of contexts (the last one is
 * asked first); on failure what out got so far is of no use. */
enum mustache_result mustache_run(const struct mustache *m,
				  struct mustache_render *how,
				  const struct mustache_value *contexts,
				  size_t ncontexts, struct buf *out);

/* ---- between mustache_compile.c and mustache.c ---- */

enum mustache_op {
	MUSTACHE_OP_TEXT,
	MUSTACHE_OP_ESCAPED,
	MUSTACHE_OP_VERBATIM,
	MUSTACHE_OP_SECTION,
	MUSTACHE_OP_INVERTED,
	MUSTACHE_OP_PARTIAL
};

struct mustache_token {
	uint32_t at; /* where it is in the text */
	uint8_t op;
	uint8_t line_start; /* an indentation goes before it */
	uint8_t alone;	    /* a partial on a line of its own */
	uint8_t nparts;	    /* of the name; 0: "." */
	uint32_t first;	    /* part; or the partial's number */
	uint32_t off, len;  /* text; or the partial's indentation */
	uint32_t end;	    /* of a section: the token after it */
};

struct mustache {
	struct slice text;
	int blamed; /* see mustache_blame */
	struct mustache_token *tokens;
	size_t ntokens, captokens;
	int32_t *parts;
	size_t nparts, capparts;
};

#endif
