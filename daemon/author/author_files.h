/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_AUTHOR_FILES_H
#define BLOGD_AUTHOR_FILES_H

#include "../settings.h"

/*
 * The process that reads an author's files, with the author's rights: it does
 * for the parent what git does in the daemon, and speaks like it.  Forked
 * before the parent gives those rights up.
 */
void author_files_init(const char *dir, const char *revision,
		       const struct git_settings *set);

/* For child_start_function. */
void author_files_main(void);

#endif
