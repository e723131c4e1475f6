/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_AUTHOR_INDEX_H
#define BLOGD_AUTHOR_INDEX_H

#include "author_tree.h"

/*
 * The files that are staged (git's index): what a commit would have that is
 * made now.  What is left out is so with the same words as in a directory.
 */

/* Looks, as author_tree_look: every file is read. */
int author_index_look(struct author_tree *t, git_report_fn *report, void *ctx,
		      uint32_t *left_out, struct err *err);

#endif
