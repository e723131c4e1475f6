/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_LINT_H
#define BLOGD_LINT_H

#include "frontmatter.h"

/* What the parts of frontmatter_lint share: lint.c, and linttags.c for the tags
 * of other programs. */

/* Zero is outside of any. */
struct lint_fence {
	char c; /* "`" or "~"; 0: we are in none */
	size_t length;
	int inside; /* of a quotation or a list item */
};

/* Follows fenced code blocks: is the line code, or a fence? */
int lint_in_code(struct slice line, struct lint_fence *fence);

/* Tags in the text, that is, outside of code and comments: each name once. */
void lint_tags(const struct frontmatter *f, frontmatter_report_fn *report,
	       void *ctx);

#endif
