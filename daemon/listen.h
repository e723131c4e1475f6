/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_LISTEN_H
#define BLOGD_LISTEN_H

#include <sys/types.h>

#include "conf.h"
#include "err.h"

/* Listening sockets: bound by the parent, accepted on by serve. */
struct listener {
	struct conf_listen address;
	int fd; /* -1: none */
};

struct listeners {
	struct listener at[2 * LISTEN_MAX]; /* "*" may be two sockets */
	unsigned n;
};

/* Binds every address of the configuration but Unix sockets.  A socket of `old`
 * (NULL allowed) with the same address is taken over: its descriptor is then in
 * both.  -1 with err leaves nothing new open.  Logs "listening on
 * https://ADDRESS:PORT". */
int listeners_open(struct listeners *l, const struct conf *conf,
		   const struct listeners *old, struct err *err);

/* Binds those that are Unix sockets, once root is gone: who makes the file has
 * to be able to remove it, and root must not follow what another user put
 * there.  -1 with err. */
int listeners_open_unix(struct listeners *l, mode_t mode, struct err *err);

/* Closes those of l that are not in keep (NULL: all), and removes their files.
 */
void listeners_close(struct listeners *l, const struct listeners *keep);

#endif
