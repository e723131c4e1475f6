/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_LISTEN_H
#define BLOGD_LISTEN_H

#include <sys/types.h>

#include "conf.h"
#include "err.h"
#include "listen_unix.h"

/*
 * Listening sockets: bound by the parent, accepted on by serve.  An address has
 * one for each serve process (SO_REUSEPORT): the kernel spreads connections
 * over them, and nobody is woken for what another takes.  The parent keeps them
 * all open, so that what waits in a socket outlives who accepts on it.
 */
struct listener {
	struct conf_listen address;
	unsigned n; /* sockets, in the order of the processes */
	int fd[PROCESSES_MAX];
	struct unix_file file; /* of a Unix socket */
};

struct listeners {
	struct listener at[2 * LISTEN_MAX]; /* "*" may be two sockets */
	unsigned n;
};

/* Binds every address of the configuration but Unix sockets, conf->processes
 * times; where not so many can be had, processes will share.  Sockets of `old`
 * (NULL allowed) with the same address are taken over, all of them: their
 * descriptors are then in both.  -1 with err leaves nothing new open.  Logs
 * "listening on https://ADDRESS:PORT". */
int listeners_open(struct listeners *l, const struct conf *conf,
		   const struct listeners *old, struct err *err);

/* Binds those that are Unix sockets, once root is gone: who makes the file has
 * to be able to remove it, and root must not follow what another user put
 * there.  Such an address has one socket, which all processes share: its name
 * can be bound once only.  -1 with err. */
int listeners_open_unix(struct listeners *l, mode_t mode, struct err *err);

/* Closes those of l that are not in keep (NULL: all), and removes their files.
 */
void listeners_close(struct listeners *l, const struct listeners *keep);

/* How many sockets there are. */
unsigned listeners_count(const struct listeners *l);

/* Which sockets process i of n accepts on: its part of them, or, if there are
 * fewer sockets than processes, one that it shares.  Every socket is somebody's
 * and everybody has one.  Writes to fds, returns how many. */
unsigned listener_share(const struct listener *l, unsigned i, unsigned n,
			int fds[PROCESSES_MAX]);

#endif
