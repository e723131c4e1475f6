/* SPDX-License-Identifier: ISC */
#include "restart.h"

#include "clock.h"
#include "log.h"

#define LIVED_MS   10000
#define FIRST_MS   100
#define LONGEST_MS 30000

void
timer_set(struct event *timer, long long ms)
{
	struct timeval tv = {ms / 1000, (ms % 1000) * 1000};

	if (evtimer_add(timer, &tv) == -1)
		fatalx("out of memory (timer)");
}

void
restart_init(struct restart *r, struct event_base *base,
	     void (*fn)(evutil_socket_t, short, void *), void *arg)
{
	r->failures = 0;
	r->timer = evtimer_new(base, fn, arg);
	if (r->timer == NULL)
		fatalx("out of memory (timer)");
}

void
restart_free(struct restart *r)
{
	if (r->timer != NULL)
		event_free(r->timer);
	r->timer = NULL;
}

void
restart_began(struct restart *r)
{
	r->started_ms = clock_ms();
}

void
restart_plan(struct restart *r)
{
	long long ms = 0;

	if (clock_ms() - r->started_ms >= LIVED_MS)
		r->failures = 0;
	if (r->failures > 0)
		ms = r->failures > 9 ? LONGEST_MS
				     : FIRST_MS << (r->failures - 1);
	r->failures++;
	timer_set(r->timer, ms < LONGEST_MS ? ms : LONGEST_MS);
}
