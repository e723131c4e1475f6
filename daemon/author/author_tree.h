/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_AUTHOR_TREE_H
#define BLOGD_AUTHOR_TREE_H

#include <sys/stat.h>

#include "../git/tree.h"
#include "author_repo.h"

/*
 * The files of a directory as an author has them now: committed or not, but
 * neither .git nor what git ignores.  What a push would leave out is left out
 * with the same words: symbolic links (none is followed, not even to a
 * directory), repositories within, sizes and paths beyond the limits.  A file
 * that is as it was at the last look is not read again.
 */
struct tree_file {
	char *path;
	size_t len;
	struct stat st;
	uint8_t blob[OID_MAX];
	struct buf data; /* when it was read at this look */
	int was_read;
};

struct author_tree {
	const char *dir;
	const struct git_settings *set;
	struct author_repo *repo;
	struct tree_file *files; /* by path */
	size_t n;
	char **dirs; /* that were looked into, below dir; "" for itself */
	size_t ndirs;
	int64_t
	    looked; /* when, Unix time in ns: younger files are read again */
};

/* The file that tells a directory that `blogd export` wrote; such a one is no
 * part of a site. */
#define EXPORT_MARK ".blogd-export"

/* Looks.  -1 with err, and what was known is forgotten. */
int author_tree_look(struct author_tree *t, git_report_fn *report, void *ctx,
		     uint32_t *left_out, struct err *err);

/* The bytes of a file, exactly its size.  -1 with err when it has changed
 * meanwhile. */
int author_tree_read(const struct author_tree *t, const struct tree_file *f,
		     void *into, struct err *err);

/* What was read is not needed any more. */
void author_tree_drop(struct author_tree *t);
void author_tree_free(struct author_tree *t);

#endif
