/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_AUTHOR_SOURCE_H
#define BLOGD_AUTHOR_SOURCE_H

#include "author_tree.h"

/*
 * The source (source.h) of an author's site: what git would hand to render if
 * it were pushed now, or what is staged, or a commit of the repository at hand.
 *
 * From a working tree an unchanged file has the dates of its history; a changed
 * one is updated, a new one created, when it was written to.
 */
struct author_source;

struct author_sourced {
	int fd; /* sealed memfd, the caller's */
	uint32_t files;
	uint32_t left_out;
	git_oid commit; /* of a changed tree: a hash of it */
	int64_t time;	/* of the commit, or the newest file */
};

/* As a revision: what is staged.  Git knows none of this name. */
#define AUTHOR_STAGED ":"

/* revision NULL: the working tree of dir.  Lives as long as the process.  NULL
 * with err. */
struct author_source *author_source_new(const char *dir, const char *revision,
					const struct git_settings *set,
					struct err *err);

/* 1: a source was made; 0: it is as the last one was, and full was not asked
 * for; -1 with err.  Files that the source before had come without their bytes,
 * unless full is asked for.  What is left out is reported. */
int author_source_make(struct author_source *a, int full, git_report_fn *report,
		       void *ctx, struct author_sourced *made, struct err *err);

/* What to watch for changes: the directories of the last look, below dir, and
 * where the repository keeps what tells of a commit (NULL: there is none). */
const struct author_tree *author_source_tree(const struct author_source *a);
const char *author_source_git_dir(const struct author_source *a);

/* 1: the repository has no history to take dates from. */
int author_source_shallow(const struct author_source *a);

#endif
