/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_CHANGES_H
#define BLOGD_GIT_CHANGES_H

#include "paths.h"
#include "store.h"

/*
 * What a commit changes: the paths where its tree differs from all of its
 * parents' trees.
 */
struct changes {
	uint32_t *paths; /* numbers of all changes of all commits */
	uint32_t n, cap;
	const struct git_settings *set;
	uint64_t bytes_max; /* for paths and changes together */
};

/* Compares trees[0] with trees[1..n-1] and appends the numbers of the paths
 * changed.  A tree that occurs twice among the parents does no harm.  -1 with
 * err, the changes as before. */
int changes_find(struct changes *c, struct paths *paths, struct store *s,
		 const git_oid *trees, size_t n, struct err *err);

#endif
