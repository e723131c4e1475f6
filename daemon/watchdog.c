/* SPDX-License-Identifier: ISC */
#include "watchdog.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "notify.h"
#include "restart.h"

/* A manager that wants to hear more often than this gets it. */
#define SHORTEST_MS 10
#define LONGEST_US  (365LL * 24 * 3600 * 1000000)

static struct {
	struct event *timer;
	long long interval_ms;
	int (*well)(void *arg);
	void *arg;
	int silent;
} dog;

long long
watchdog_interval(const char *usec, const char *pid)
{
	char own[16];
	long long us;
	char *end;

	snprintf(own, sizeof(own), "%ld", (long)getpid());
	if (usec == NULL || (pid != NULL && strcmp(pid, own) != 0) ||
	    usec[strspn(usec, "0123456789")] != '\0')
		return 0;
	us = strtoll(usec, &end, 10);
	if (us <= 0 || us > LONGEST_US)
		return 0;
	us /= 2000;
	return us < SHORTEST_MS ? SHORTEST_MS : us;
}

static void
tell(evutil_socket_t fd, short what, void *arg)
{
	int well = dog.well(dog.arg);

	(void)fd, (void)what, (void)arg;
	if (well)
		notify("WATCHDOG=1");
	else if (!dog.silent)
		log_err("no serve process answers: the service manager's "
			"watchdog is told nothing");
	dog.silent = !well;
	timer_set(dog.timer, dog.interval_ms);
}

void
watchdog_start(struct event_base *base, int (*well)(void *arg), void *arg)
{
	dog.interval_ms =
	    watchdog_interval(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"));
	if (dog.interval_ms == 0 || !notify_is_on())
		return;
	dog.well = well;
	dog.arg = arg;
	dog.timer = evtimer_new(base, tell, NULL);
	if (dog.timer == NULL)
		fatalx("out of memory (timer)");
	timer_set(dog.timer, dog.interval_ms);
}

void
watchdog_stop(void)
{
	if (dog.timer != NULL)
		event_free(dog.timer);
	dog.timer = NULL;
}
