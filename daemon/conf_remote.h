/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CONF_REMOTE_H
#define BLOGD_CONF_REMOTE_H

#include <stddef.h>

#include "err.h"
#include "settings.h"

/*
 * Where the repository is, in any of the forms Git users write (git-fetch(1),
 * GIT URLS), with "#branch" behind it:
 *
 *	https://[user@]host[:port]/path		also http, git and ssh
 *	[user@]host:path			ssh, path from the user's home
 *	file:///path, /path, path		a directory; `base` is what a
 *						relative one starts from
 *
 * Fills transport, url, host, port, path, branch and user of *git, and host and
 * port of *dial; nothing else is touched.  url is what libgit2 gets: no user,
 * no password (which is refused), no branch.  -1 with err.
 */
int conf_remote(const char *text, const char *base, struct git_settings *git,
		struct dial_settings *dial, struct err *err);

/* Joins base and a relative path to an absolute one, without looking at the
 * file system; an absolute path stays as it is.  -1 when it does not fit. */
int conf_path(char *out, size_t room, const char *base, const char *path);

#endif
