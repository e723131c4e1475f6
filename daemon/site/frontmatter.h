/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_FRONTMATTER_H
#define BLOGD_FRONTMATTER_H

#include "../buf.h"
#include "severity.h"

/*
 * The header of an article.  Canopy's grammar:
 *
 *	---			may be missing
 *	title: Operating systems
 *	author: hannes
 *	tags: overview, mirageos
 *	---			ends it
 *	Markdown
 *
 * A value begins behind the first ": "; only a line of its own, three or more
 * hyphens, ends the header.  CR LF, a byte order mark and blank lines are no
 * matter.  Unknown keys are nobody's business; of a key that comes twice the
 * first counts.
 */
enum frontmatter_kind {
	FRONTMATTER_NONE,    /* left out; the reason was reported */
	FRONTMATTER_ARTICLE, /* title and author are not empty */
	FRONTMATTER_REDIRECT
};

/* Views into the text; missing ones are empty. */
struct frontmatter {
	struct slice title, author, author_url, tags, abstract;
	struct slice redirect;
	struct slice content; /* type: "markdown" or empty */
	size_t redirect_line; /* from 1 */
	struct slice body;    /* what follows the header */
	size_t body_line;     /* its first line, from 1 */
};

/* line and column count from 1, columns in characters. */
typedef void frontmatter_report_fn(void *ctx, enum severity severity,
				   size_t line, size_t column,
				   const char *message);

enum frontmatter_kind frontmatter_parse(struct slice text,
					struct frontmatter *f,
					frontmatter_report_fn *report,
					void *ctx);

/* Reports what an author surely did not mean but what does no harm: bytes that
 * are not UTF-8 anywhere, "###Heading" without a blank in the body. */
void frontmatter_lint(struct slice text, const struct frontmatter *f,
		      frontmatter_report_fn *report, void *ctx);

/* The text without blanks, CR and LF at both ends. */
struct slice trim(struct slice s);

#endif
