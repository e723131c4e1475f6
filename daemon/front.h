/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_FRONT_H
#define BLOGD_FRONT_H

#include "child.h"
#include "conf.h"
#include "listen.h"
#include "published.h"

/*
 * The front: one generation of serve processes, with keys (signing.h) and the
 * access log (logging.h), and the configuration, sockets and certificates they
 * were started with.  A reload starts a second generation beside the first;
 * when it is at work the old one drains.  Within a generation a process that
 * ends is started again.
 */
struct front;

struct front_ops {
	/* Every process has started and is jailed: the first time only. */
	void (*ready)(struct front *f);
	/* One could not be started with this configuration; text says why. */
	void (*failed)(struct front *f, const char *text);
	/* All serve processes have taken what front_show gave them (0), or one
	 * refused it (-1, already logged). */
	void (*shown)(struct front *f, int result);
	void (*hook)(struct front *f);
	/* A drained or killed front has no process left: front_free it. */
	void (*gone)(struct front *f);
};

/* Opens certificates and keys (as root, at the first start) and takes over
 * *listeners.  NULL with err. */
struct front *front_new(const struct conf *conf, struct listeners *listeners,
			struct event_base *base, const struct front_ops *ops,
			struct err *err);

/* The keys of session tickets, which live as long as the front; to be called
 * before front_launch, and whenever they have changed. */
void front_tickets(struct front *f, const struct msg_tickets *keys);

const struct conf *front_conf(const struct front *f);
const struct listeners *front_listeners(const struct front *f);

/* Starts the processes, once the parent has dropped its rights.  What is shown
 * already is there before the first reader. */
void front_launch(struct front *f);

/* Serve p from now on, also from processes started later; p stays the caller's
 * and must live until something else is shown.  shown() is called, perhaps
 * at once. */
void front_show(struct front *f, const struct published *p);

/* Opens the access log anew. */
void front_reopen(struct front *f);

int front_is_running(const struct front *f); /* ready() was called */
/* Has a serve process answered since this was called last?  Yes as well when
 * none was there to be asked.  Asks them anew. */
int front_is_well(struct front *f);
int front_shows(const struct front *f, const struct published *p);

/* No new connections, sockets that keep (or NULL) has not are closed; ends when
 * the readers have gone or after ms.  idle_too: connections between two
 * requests are closed at once.  Once more: what is asked for last holds. */
void front_drain(struct front *f, const struct front *keep, int idle_too,
		 long long ms);
/* At once; keep as above. */
void front_kill(struct front *f, const struct front *keep);
void front_free(struct front *f);

#endif
