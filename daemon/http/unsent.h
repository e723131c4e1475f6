/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_UNSENT_H
#define BLOGD_UNSENT_H

#include <stdint.h>

#include "output.h"

/*
 * What one connection owns when its client reads slower than we write: the
 * rest of an output, and how fast it has been taken.
 */
struct unsent {
	char *data; /* NULL: nothing waits */
	size_t off, len;
	int64_t since;	/* ms: the client has not kept up since; 0: it does */
	uint64_t taken; /* bytes since then */
	uint64_t seen;	/* of them, when it was last asked for its pace */
	int64_t moved;	/* ms: there were more then than before */
};

/* Writes the output to the socket and keeps what it does not take.  0 all sent,
 * 1 something is kept, -1 the peer is gone.  What of o->sent counts as taken is
 * the caller's to say. */
int unsent_flush(struct unsent *u, struct output *o, int fd);

/* Writes what was kept, with the same results. */
int unsent_send(struct unsent *u, int fd);

/* The client keeps up, or does not, from now (ms) on. */
void unsent_clear(struct unsent *u);
void unsent_begin(struct unsent *u, int64_t now);

/* Has it taken nothing for longer than grace ms, or less than rate bytes/s for
 * as long?  Who takes a byte now and then makes progress, and holds memory for
 * ever: so there is a least rate beside the write timeout.  Who takes nothing
 * may still say something that is waited for, and so begin the wait anew. */
int unsent_too_slow(struct unsent *u, int64_t now, int64_t grace,
		    uint32_t rate);

void unsent_free(struct unsent *u);

#endif
