/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_AUTHOR_WATCH_H
#define BLOGD_AUTHOR_WATCH_H

#include "author_tree.h"

/*
 * Waits until something below a directory may have changed.  Linux tells by
 * itself (inotify(7)); elsewhere, or when it has no watches left, a look every
 * half second has to do.
 */
struct author_watch;

struct author_watch *author_watch_new(void);

/* Watches the directories of the last look, and the repository's.  1: some were
 * not watched before, and what has happened there since is not told of: look
 * again. */
int author_watch_update(struct author_watch *w, const struct author_tree *t,
			const char *git_dir);

/* anywhere: what is waited for may happen where nothing is watched.  1: look
 * again; 0: there is something to read from fd. */
int author_watch_wait(struct author_watch *w, int fd, int anywhere);

#endif
