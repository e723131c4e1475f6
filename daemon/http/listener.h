/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_LISTENER_H
#define BLOGD_LISTENER_H

#include "conn.h"

/*
 * Accepts connections.  When the limit is reached, or the system is out of
 * descriptors, an idle connection makes room; when none is idle, accepting
 * pauses and the queue in the kernel waits.
 */
struct listener {
	struct conn_pool *pool;
	struct event event;
	struct event pause;
	int fd;
	enum listener_kind kind;
};

/* fd must not block; it stays open until listener_close. */
void listener_open(struct listener *l, struct conn_pool *pool, int fd,
		   enum listener_kind kind);
void listener_close(struct listener *l);

#endif
