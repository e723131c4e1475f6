/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_LISTEN_UNIX_H
#define BLOGD_LISTEN_UNIX_H

#include <sys/types.h>

#include "err.h"
#include "unix_file.h"

/*
 * Listening Unix sockets and their files.  To be called once root is gone: who
 * makes the file has to be able to remove it, and root must not follow what
 * another user put there.
 */

/* A listening Unix socket at path, for those whom its mode lets write.  The
 * file that another process left there is removed if nobody listens on it.
 * The descriptor, and *file; or -1 with err, which begins with the path. */
int listen_unix(const char *path, mode_t mode, int backlog,
		struct unix_file *file, struct err *err);

/* Removes the file, unless somebody else has put another in its place. */
void unlisten_unix(const char *path, const struct unix_file *file);

#endif
