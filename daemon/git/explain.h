/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_EXPLAIN_H
#define BLOGD_GIT_EXPLAIN_H

#include "../err.h"
#include "../settings.h"

/*
 * libgit2's messages are for programmers.  Turns one into a sentence for the
 * operator: "URL: what happened; what to do".  Text of the remote is quoted up
 * to its first line's end.  Always -1.
 */
int explain(const struct git_settings *s, const char *libgit2_says,
	    struct err *err);

#endif
