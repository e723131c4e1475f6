/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_REFS_H
#define BLOGD_GIT_REFS_H

#include <stddef.h>

#include <git2.h>

#include "../err.h"

/* Which of the remote's references is published: `branch`, or, if that is "",
 * what the remote's HEAD stands for.  NULL with err: there is none. */
const git_remote_head *refs_choose(const git_remote_head *const *heads,
				   size_t n, const char *branch,
				   struct err *err);

#endif
