/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_REPORTS_H
#define BLOGD_GIT_REPORTS_H

#include <stddef.h>

/*
 * What was said about the files of one commit, so that the next commit's report
 * need not repeat it: a README that is left out is news once.  Zero-initialise.
 *
 * A hostile commit has as much to report as it has files: beyond REPORTS_MAX
 * lines they are only counted.
 */
#define REPORTS_MAX 1000

struct reports {
	char **said; /* of the last round, sorted */
	size_t nsaid;
	char **now;
	size_t nnow;
	size_t cap;  /* of now */
	size_t more; /* of this round, neither kept nor to be logged */
};

/* Notes the line; 1 if it is news: the last round did not have it, and this one
 * has no more than REPORTS_MAX. */
int reports_add(struct reports *r, const char *line);

/* Ends a round.  Those of a commit that was published become what was said; of
 * another they are forgotten. */
void reports_end(struct reports *r, int published);

#endif
