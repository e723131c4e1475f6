/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_AUTHOR_LOOK_H
#define BLOGD_AUTHOR_LOOK_H

#include "author_tree.h"

/* What author_tree.c (directories) and author_look.c (files) share while they
 * look at a working tree, and author_index.c at what is staged. */
struct look {
	struct author_tree *t;
	struct tree_file *files;
	size_t n, cap;
	char **dirs;
	size_t ndirs, capdirs;
	git_report_fn *report;
	void *ctx;
	uint32_t left_out;
	uint64_t entries, bytes;
	struct buf path; /* of the entry being looked at */
	unsigned depth;
	struct err *err;
};

/* Reports the entry at path. */
void look_leave_out(struct look *l, const char *reason);

/* Takes a file of the directory, unless it is something else.  -1 with err. */
int look_take_file(struct look *l, int dir, const char *name);

/* Counts one more entry, or bytes.  -1 with err: that is too many. */
int look_count_entry(struct look *l);
int look_count_bytes(struct look *l, off_t size);

/* Why the last name of the path, at the look's depth, is not taken; or NULL. */
const char *look_bad_name(const struct look *l, const char *name);

/* Adds the file at path; it stays until the next one is added. */
struct tree_file *look_add_file(struct look *l, const struct stat *st);

/* What was found takes the place of what the tree had, unless the result is
 * -1.  Returns the result. */
int look_finish(struct look *l, int result, uint32_t *left_out);

/* Of struct tree_file. */
int look_by_path(const void *a, const void *b);

#endif
