/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TEST_GITLOG_H
#define BLOGD_TEST_GITLOG_H

#include "gitrepo.h"

/*
 * The judge of history.c is git itself: the lines of
 * `git log --topo-order --reverse --no-renames -c --name-status` give the first
 * and the last date of each path, by a computation that shares nothing with
 * history.c.
 */

/* Checks the dates of all files of these revisions, one revision after the
 * other, with one history for all of them and with a new one for each. */
void check_revisions(const struct gitrepo *r, const char *const *revs,
		     size_t n);

/* A commit for gitrepo_import: mark, author date, parents ("1 2", "" for none);
 * its files follow, for a merge all of them.  It is branch c<mark>. */
void import_commit(struct buf *b, unsigned mark, long date,
		   const char *parents);

#endif
