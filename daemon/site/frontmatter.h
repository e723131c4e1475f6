/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_FRONTMATTER_H
#define BLOGD_FRONTMATTER_H

#include <stdint.h>

#include "../buf.h"
#include "items.h"
#include "severity.h"

/*
 * The header of an article, in one of three grammars.  The first line that is
 * not blank decides:
 *
 *	+++	TOML (frontmatter_toml.c) up to the next such line
 *	---	lines (below) up to the next line of three or more hyphens or
 *		of three dots, or YAML 1.1 (frontmatter_yaml.c) when one of
 *		these lines needs it
 *	key:	lines without an opening fence
 *	else	there is no header
 *
 * A line needs YAML when it is indented, begins with "- ", "{", "[", "]", "}"
 * or a quote, or when its value is as a whole a quoted string, a list in
 * brackets, a map in braces, or the sign of a block ("|", ">").  All other
 * lines are Canopy's: "key: value", the value from the first ": " to the end of
 * the line, whatever it holds; "#" begins a line of comment.  Where such a line
 * means something in YAML it means the same, but for a "#" inside.
 *
 * CR LF, a byte order mark and blank lines are no matter.  Keys and their
 * synonyms are the table in frontmatter_keys.c.
 */
enum frontmatter_kind {
	FRONTMATTER_NONE,    /* left out; the reason was reported */
	FRONTMATTER_ARTICLE, /* it has a title */
	FRONTMATTER_REDIRECT
};

#define FRONTMATTER_MAX (64 * 1024) /* bytes of a header */

/* What a file's name says; title is empty when it says nothing. */
struct frontmatter_name {
	struct slice title;
	int jekyll; /* in a string of tags without a comma, blanks part them */
	int markdown;  /* whoever named it so meant an article */
	int furniture; /* nobody misses it if it has no header */
};

/* Texts are views into the file or the region; missing ones are empty.  Lists
 * are as in items.h, times DATE_NONE when they are not said. */
struct frontmatter {
	struct slice title, author_url, abstract, lang, image;
	struct slice slug, permalink, redirect;
	struct slice content; /* type: "markdown" or empty */
	struct slice authors, tags, categories, aliases;
	int64_t created, updated, publish, expires, weight;
	int64_t created_zone, updated_zone; /* seconds ahead of UTC */
	int64_t draft;		  /* 1: not to be shown */
	int64_t toc;		  /* 0, 1, or -1: not said */
	size_t redirect_line;	  /* from 1 */
	int redirects_in_dialect; /* by redirect_to: a title is no matter */
	int fenced;	   /* it began with a fence: author may be missing */
	struct slice body; /* what follows the header */
	size_t body_line;  /* its first line, from 1 */
};

/* line and column count from 1, columns in characters. */
typedef void frontmatter_report_fn(void *ctx, enum severity severity,
				   size_t line, size_t column,
				   const char *message);

enum frontmatter_kind frontmatter_parse(struct region *r, struct slice text,
					const struct frontmatter_name *name,
					struct frontmatter *f,
					frontmatter_report_fn *report,
					void *ctx);
/* The header alone, without judging what it makes of the file: of a section's
 * _index.md.  0: there is none. */
int frontmatter_read(struct region *r, struct slice text, struct frontmatter *f,
		     frontmatter_report_fn *report, void *ctx);

/* Reports what an author surely did not mean but what does no harm: bytes that
 * are not UTF-8 anywhere, "###Heading" without a blank in the body. */
void frontmatter_lint(struct slice text, const struct frontmatter *f,
		      frontmatter_report_fn *report, void *ctx);

/* The text without blanks, CR and LF at both ends. */
struct slice trim(struct slice s);

#endif
