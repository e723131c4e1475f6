/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_PUBLISHED_H
#define BLOGD_PUBLISHED_H

#include "child.h"
#include "snapshot/snapshot.h"

/*
 * A site as render has left it: the descriptors of its sealed memory, which are
 * handed to whoever serves or continues it.  Whoever has the struct owns them.
 */
struct published {
	int fds[1 + SEGMENTS_MAX]; /* as snapshot_finish made them */
	unsigned nfds;
	uint64_t size[1 + SEGMENTS_MAX];
	int catalogue; /* -1: taken back from fdstore.h, not continued */
	char commit[65];
};

/* Takes the descriptors of a MSG_RENDERED, once all are found to be sealed.
 * NULL with err: they stay the message's. */
struct published *published_take(struct ipc_msg *msg, struct err *err);
void published_free(struct published *p);

/* For a render that continues it; NULL is nothing. */
void published_give(const struct published *p, struct child *render);

#endif
