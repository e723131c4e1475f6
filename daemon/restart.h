/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_RESTART_H
#define BLOGD_RESTART_H

#include <event2/event.h>

/* When to start an ended process again: at once the first time, then after
 * 0.1 s, doubled up to 30 s while it does not live for 10 s. */
struct restart {
	struct event *timer;
	long long started_ms; /* monotonic */
	unsigned failures;
};

/* fn(arg) is called when the time has come. */
void restart_init(struct restart *r, struct event_base *base,
		  void (*fn)(evutil_socket_t, short, void *), void *arg);
void restart_free(struct restart *r);
void restart_began(struct restart *r); /* the process was started */
void restart_plan(struct restart *r);  /* it has ended: sets the timer */

/* Sets a timer, in milliseconds from now. */
void timer_set(struct event *timer, long long ms);

#endif
