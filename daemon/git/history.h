/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_HISTORY_H
#define BLOGD_GIT_HISTORY_H

#include <stdint.h>

#include "../buf.h"
#include "store.h"

/*
 * When was each path created and updated?
 *
 * A commit changes a path when what it has there (mode and id, or nothing)
 * differs from what every one of its parents has there; a commit without
 *parents changes all its paths.  Commits are taken in the order of `git log
 *--topo-order --reverse`: parents before children.
 *
 *	created  author date of the first commit that changes the path
 *	updated  author date of the last one
 *
 * which is what `git log --topo-order --reverse --no-renames -c --name-status`
 * lists.  A side branch counts from its own commits, not from the merge that
 * brings it in; deleted and added again keeps the first date.
 *
 * What a commit changes depends on nothing but the commit, so it is found once
 * and kept.  The order of commits does depend on the head: a merge can move old
 * side branches about.  history_update therefore compares trees only for
 *commits not seen before, but puts all of them in order again, which takes a
 *few milliseconds for 20,000 commits.  Hence the dates after many small
 *updates, force pushes included, are those of one walk from nothing.
 */
struct history;

struct history *history_new(const struct git_settings *settings);
void history_free(struct history *h); /* NULL is fine */

/* Makes head the commit that the functions below tell about.  May be called
 * with another store than before.  -1 with err: they tell nothing useful until
 * an update succeeds; what was found so far is kept for it. */
int history_update(struct history *h, struct store *s, const git_oid *head,
		   struct err *err);

/* Author dates (Unix time) for a path of the head.  -1 when no commit changed
 * it, which only happens to paths beyond max_path or max_depth. */
int history_dates(const struct history *h, struct slice path, int64_t *created,
		  int64_t *updated);

/* Author date of the head; number of commits it reaches; commits whose trees
 * the last update had to compare. */
int64_t history_head_date(const struct history *h);
uint32_t history_commits(const struct history *h);
uint32_t history_compared(const struct history *h);

#endif
