/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_AUTHOR_NAMES_H
#define BLOGD_AUTHOR_NAMES_H

#include "../snapshot/snapshot.h"

/*
 * The files that stand for a site where a plain web server shows them at the
 * same addresses: a page is NAME/index.html, everything else has its own name,
 * and what has pages below it, index.xml or index.json in a directory of that.
 * Redirects are pages that lead on, and lines in _redirects as well.
 */
struct author_name {
	struct slice path; /* of the file */
	struct slice data; /* its bytes; of a redirect, the names own them */
};

struct author_names {
	struct author_name *list; /* by path */
	size_t n, cap;
	size_t left_out;	       /* addresses that no file can have */
	struct buf redirects, headers; /* _redirects, _headers */
	struct buf below; /* rules with "*", which come after all others */
	char **owned;
	size_t nowned, capowned;
};

void author_names_make(struct author_names *names, const struct snapshot *s);
void author_names_free(struct author_names *names);

#endif
