/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_LOCAL_H
#define BLOGD_GIT_LOCAL_H

#include "store.h"

/*
 * A remote that is a directory: copies what is reachable from its branch and
 * missing in the store.  The only part of git/ that opens files; it opens them
 * for reading, below path.
 *
 * path is where to look (a bare repository, a work tree, or its .git
 * directory); shown is what messages call it.  branch: "" for HEAD, a branch's
 * name, or a whole reference (refs/...).  The head commit goes to *tip; the
 * store's own tip is left to the caller.  Honours the store's limits, deadline
 * and progress function.  0, or -1 with err and the store as it was.
 */
int local_fetch(struct store *s, const char *path, const char *shown,
		const char *branch, git_oid *tip, struct err *err);

/* How much of what the tip reaches is copied. */
enum local_extent {
	LOCAL_ALL,
	LOCAL_FILES,   /* the files of the tip alone: dates can be told */
	LOCAL_HISTORY, /* no file at all, for the same */
	LOCAL_TIP      /* the tip alone with its files: no dates */
};

/* The same from a repository that is open, whose commit is known. */
int local_copy(struct store *s, git_repository *repo, const char *shown,
	       const git_oid *tip, enum local_extent extent, struct err *err);

#endif
