/* SPDX-License-Identifier: ISC */
#include "schedule.h"

#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "log.h"
#include "restart.h"

#define RETRY_FIRST_MS	 2000
#define RETRY_LONGEST_MS 300000
/* The clock that people read can be set: it is looked at so often. */
#define LOOK_S	       600
#define CHANGE_RETRY_S 60

/* --------------------------------------------------------------- polls -- */

/* A tenth more or less, so that a fleet does not ask in step. */
static void
poll_again(struct schedule *s)
{
	long long ms = (long long)s->poll_s * 1000;

	if (ms > 0)
		timer_set(s->poll, ms * 9 / 10 + rand() % (ms / 5 + 1));
	else
		event_del(s->poll);
}

static void
poll_is_due(evutil_socket_t fd, short what, void *arg)
{
	struct schedule *s = arg;

	(void)fd, (void)what;
	s->due(s->owner, "poll");
	poll_again(s);
}

/* --------------------------------------------------------------- hooks -- */

void
schedule_hook(struct schedule *s)
{
	long long least = (long long)s->hook_interval_s * 1000;
	long long wait = s->last_hook_ms + least - clock_ms();

	if (evtimer_pending(s->hook, NULL))
		return;
	if (wait > 0) {
		timer_set(s->hook, wait);
		return;
	}
	s->last_hook_ms = clock_ms();
	s->due(s->owner, "hook");
}

static void
hook_is_due(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	schedule_hook(arg);
}

/* ------------------------------------------------------------- retries -- */

void
schedule_retry(struct schedule *s)
{
	long long ms = (long long)RETRY_FIRST_MS << s->retries;

	if (ms > RETRY_LONGEST_MS)
		ms = RETRY_LONGEST_MS;
	else
		s->retries++;
	timer_set(s->retry, ms);
}

static void
retry_is_due(evutil_socket_t fd, short what, void *arg)
{
	struct schedule *s = arg;

	(void)fd, (void)what;
	s->due(s->owner, "retry");
}

void
schedule_begun(struct schedule *s)
{
	event_del(s->retry);
}

void
schedule_succeeded(struct schedule *s)
{
	s->retries = 0;
}

/* ------------------------------------------------------------- changes -- */

static void
wait_for_change(struct schedule *s)
{
	struct timespec now;
	long long ms = LOOK_S * 1000LL;

	clock_gettime(CLOCK_REALTIME, &now);
	if (s->change_at - now.tv_sec < LOOK_S)
		ms = (s->change_at - now.tv_sec) * 1000 - now.tv_nsec / 1000000;
	timer_set(s->change, ms > 0 ? ms : 0);
}

static void
change_is_due(evutil_socket_t fd, short what, void *arg)
{
	struct schedule *s = arg;

	(void)fd, (void)what;
	if (time(NULL) >= s->change_at)
		s->changes(s->owner);
	else
		wait_for_change(s);
}

void
schedule_change_at(struct schedule *s, int64_t t)
{
	s->change_at = t;
	event_del(s->change);
	if (t != INT64_MIN)
		wait_for_change(s);
}

void
schedule_change_retry(struct schedule *s)
{
	schedule_change_at(s, (int64_t)time(NULL) + CHANGE_RETRY_S);
}

/* -------------------------------------------------------- life and end -- */

static void
set_times(struct schedule *s, const struct conf_site *site)
{
	s->poll_s = site->poll_s;
	s->hook_interval_s = site->hook_interval_s;
}

void
schedule_init(struct schedule *s, const struct conf_site *site,
	      struct event_base *base)
{
	set_times(s, site);
	s->retries = 0;
	s->last_hook_ms = -(long long)UINT32_MAX * 1000; /* never */
	s->poll = evtimer_new(base, poll_is_due, s);
	s->hook = evtimer_new(base, hook_is_due, s);
	s->retry = evtimer_new(base, retry_is_due, s);
	s->change = evtimer_new(base, change_is_due, s);
	if (s->poll == NULL || s->hook == NULL || s->retry == NULL ||
	    s->change == NULL)
		fatalx("out of memory (timers)");
}

void
schedule_start(struct schedule *s)
{
	srand((unsigned)clock_ms());
	poll_again(s);
}

void
schedule_change(struct schedule *s, const struct conf_site *site)
{
	set_times(s, site);
	poll_again(s);
}

void
schedule_stop(struct schedule *s)
{
	event_del(s->poll);
	event_del(s->hook);
	event_del(s->retry);
	event_del(s->change);
}
