/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_TREE_H
#define BLOGD_GIT_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "../buf.h"
#include "../source.h"
#include "store.h"

/*
 * The files of one commit.  Names are hostile until checked here.
 *
 * Left out, each with a report: symbolic links, submodules, Git LFS pointers,
 * names that are ".git" or "git~1" in any case, "." or "..", names with a
 * slash, a byte below 0x20, 0x7f or invalid UTF-8, paths longer than max_path
 * or deeper than max_depth, all but the first entry of a name in one tree.  Too
 * many entries or bytes (max_files, max_source) fail the whole list.
 */

/* One line "path:1:1: left out: reason".  The path may hold any byte but NUL.
 */
typedef void git_report_fn(void *ctx, const char *line);

struct file_list {
	struct source_item *items; /* in no particular order; dates unset */
	size_t n;
	uint32_t left_out;
	struct buf paths; /* where the items' paths are */
};

/* Fills a zeroed list.  0, or -1 with err and the list empty. */
int file_list_read(struct file_list *list, struct store *s,
		   const git_oid *commit, const struct git_settings *settings,
		   git_report_fn *report, void *ctx, struct err *err);
void file_list_free(struct file_list *list);

#endif
