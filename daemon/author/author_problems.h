/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_AUTHOR_PROBLEMS_H
#define BLOGD_AUTHOR_PROBLEMS_H

#include <stddef.h>
#include <stdio.h>

#include "../site/severity.h"
#include "author.h"

/* What was reported while a site was made, and how it is shown. */
struct author_problem {
	enum severity severity;
	char *file; /* "": about the whole */
	unsigned long line, column;
	char *message;
};

struct author_problems {
	struct author_problem *list;
	size_t n, cap;
};

/* text is "path:line:col: message", or a message alone. */
void author_problems_add(struct author_problems *p, enum severity severity,
			 const char *text);
void author_problems_clear(struct author_problems *p);

/* By file, line and column; none is there twice. */
void author_problems_sort(struct author_problems *p);
size_t author_problems_count(const struct author_problems *p,
			     enum severity severity);

/* text: "path:line:col: error: message"; github: its workflow commands.
 * Nothing a file's name or a message holds can be taken for more than that. */
void author_problems_print(const struct author_problems *p,
			   enum author_format format, int colour, FILE *out);

/* The object that --format json prints; without problems it has an empty
 * list. */
void author_problems_json(const struct author_problems *p, size_t articles,
			  FILE *out);

/* "12 articles, 1 error, 2 warnings". */
void author_problems_summary(const struct author_problems *p, size_t articles,
			     FILE *out);

/* Is it a terminal that is to have colours (no-color.org)? */
int author_colour(FILE *out);

#endif
