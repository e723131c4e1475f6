/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_QUEUES_H
#define BLOGD_QUEUES_H

#include "child.h"
#include "listen.h"

/*
 * Who accepts from which listening socket.  Each serve process has sockets of
 * its own, and the kernel goes on filling them when it does not accept: it has
 * ended, or it is stuck.  Another one then accepts for it, its heir, until it
 * works again.
 */
struct queues {
	const struct listeners *listeners;
	unsigned n; /* serve processes */
	struct owner {
		struct child *child;
		unsigned heir; /* n: none */
		int asked;     /* whether it works; no answer so far */
		int stuck;
	} owner[PROCESSES_MAX];
	struct event *watch;
};

/* For n processes; the caller sets owner[].child.  Nothing is sent yet. */
void queues_init(struct queues *q, const struct listeners *l, unsigned n,
		 struct event_base *base);
void queues_free(struct queues *q);

/* Gives process i, which is being started, its sockets. */
void queues_give(struct queues *q, unsigned i);

/* From now on they are watched over. */
void queues_start(struct queues *q);
void queues_stop(struct queues *q);

/* A process has become ready or has ended: finds heirs, dismisses others. */
void queues_mind(struct queues *q);

/* MSG_PONG came from process i. */
void queues_pong(struct queues *q, unsigned i);

#endif
