/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TIMEOUTS_H
#define BLOGD_TIMEOUTS_H

#include <stdint.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "protocol.h"

/*
 * Deadlines of connections.  All that wait for the same thing wait equally
 * long, so each kind is a queue in order of its deadlines: to wait, or to wait
 * again, is to go to the end.  One timer looks at the heads.  The head of a
 * queue is also the one that has waited longest.
 */
struct waiter {
	struct waiter *next, *prev; /* NULL: in no queue */
	int64_t deadline;	    /* ms of clock_ms */
	enum wait_kind kind;
};

struct timeouts {
	struct waiter queue[WAIT__MAX]; /* ring heads */
	uint32_t n[WAIT__MAX];		/* how many wait */
	int64_t ms[WAIT__MAX];
	struct event timer;
	int64_t armed; /* when the timer goes off; 0: it does not */
	void (*expired)(struct waiter *w); /* must wait for another thing, or
					      leave */
};

void timeouts_init(struct timeouts *t, struct event_base *base,
		   const int64_t ms[WAIT__MAX],
		   void (*expired)(struct waiter *w));

/* Starts to wait, or to wait again. */
void timeouts_wait(struct timeouts *t, struct waiter *w, enum wait_kind kind);
/* The same, but one that waits for this already keeps its deadline. */
void timeouts_keep(struct timeouts *t, struct waiter *w, enum wait_kind kind);
void timeouts_leave(struct timeouts *t, struct waiter *w);

/* Who has waited longest, or NULL. */
struct waiter *timeouts_oldest(struct timeouts *t, enum wait_kind kind);

/* Whose end hurts least, or NULL when nobody waits: one that lingers, else of
 * the kind that most wait for the one that has waited longest.  A flood makes
 * its own kind the greatest, and so displaces itself and nobody else; all kinds
 * before the first answer count together for that. */
struct waiter *timeouts_victim(struct timeouts *t);

#endif
