/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_AUTHOR_REPO_H
#define BLOGD_AUTHOR_REPO_H

#include <git2.h>

#include "../buf.h"
#include "../git/history.h"
#include "../git/store.h"

/*
 * The Git repository that an author's directory is in: which files it ignores,
 * which are as they were committed, and when those were written.  The user's
 * own repository, opened with the user's rights; a hook's environment
 * (GIT_DIR, GIT_OBJECT_DIRECTORY, GIT_ALTERNATE_OBJECT_DIRECTORIES) counts, so
 * that a commit can be looked at before it is let in.
 */
struct author_file { /* of the head commit */
	struct slice path;
	git_oid blob;
};

struct author_repo {
	git_repository *git; /* NULL: there is none */
	git_index *index;    /* NULL: it has none */
	char *prefix;	     /* the directory's path in it: "" or "site/" */
	git_oid head;
	int has_head;
	int shallow; /* there is no history to take dates from */
	/* of the head, once author_repo_head was called */
	struct git_settings set;
	struct store *store;
	struct history *history;
	struct author_file *files; /* below prefix, by path */
	size_t nfiles, cap;
	struct buf paths;
	int64_t head_date;
};

/* Once in a process, before the others. */
int author_repo_library(struct err *err);

/* 1: dir is in a repository; 0: it is in none; -1 with err.  bare: one without
 * a working tree will do, and the environment of a hook names it. */
int author_repo_open(struct author_repo *r, const char *dir, int bare,
		     const struct git_settings *set, struct err *err);
void author_repo_close(struct author_repo *r);

/* The commit that a revision (git-rev-parse(1)) names. */
int author_repo_resolve(struct author_repo *r, const char *revision,
			git_oid *id, struct err *err);

/* Reads what HEAD is now, when it is another than before: its files and the
 * history.  A repository without a commit has none.  -1 with err. */
int author_repo_head(struct author_repo *r, struct err *err);

/* The rest is about paths below dir. */

/* Does git ignore it?  What is committed or staged never is. */
int author_repo_ignores(struct author_repo *r, struct slice path, int is_dir);

/* 1 when the head has this content at this path, and its dates; -1 when it has
 * another one, and the dates of that; 0 when it has no such file. */
int author_repo_dates(const struct author_repo *r, struct slice path,
		      const uint8_t *blob, int64_t *created, int64_t *updated);

#endif
