/* SPDX-License-Identifier: ISC */
#include "author_once.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "../clock.h"
#include "../log.h"
#include "../restart.h"

/* What takes longer than this is told of, on a terminal. */
#define PATIENCE_MS 1000
#define AGAIN_MS    200

struct run {
	struct author_once *once;
	struct event_base *base;
	struct event *timer;
	int64_t began_ms;
	int terminal; /* is what says errors */
	int told;
};

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct run *run = arg;
	int64_t ms = clock_ms() - run->began_ms;

	(void)fd, (void)what;
	fprintf(stderr, "\r\033[Krendering: %" PRId64 ".%" PRId64 " s",
		ms / 1000, ms / 100 % 10);
	run->told = 1;
	timer_set(run->timer, AGAIN_MS);
}

static void
be_patient(struct run *run)
{
	run->began_ms = clock_ms();
	if (!run->terminal)
		return;
	run->timer = evtimer_new(run->base, on_timer, run);
	if (run->timer != NULL)
		timer_set(run->timer, PATIENCE_MS);
}

static void
end(struct run *run)
{
	if (run->timer != NULL)
		event_free(run->timer);
	if (run->told)
		fputs("\r\033[K", stderr);
	event_base_loopbreak(run->base);
}

static void
on_problem(void *ctx, enum severity severity, const char *text)
{
	struct run *run = ctx;

	author_problems_add(&run->once->problems, severity, text);
}

static void
on_rendered(void *ctx, struct published *p, const struct msg_rendered *counts,
	    int64_t ms)
{
	struct run *run = ctx;

	(void)ms;
	run->once->made = p;
	run->once->counts = *counts;
	end(run);
}

static void
on_failed(void *ctx, const char *why)
{
	struct run *run = ctx;

	author_problems_add(&run->once->problems, SEVERITY_ERROR, why);
	end(run);
}

static void
on_shallow(void *ctx)
{
	struct run *run = ctx;

	run->once->shallow = 1;
}

static const struct author_site_ops ops = {on_problem, on_rendered, on_failed,
					   on_shallow};

void
author_once(struct author_once *once, const struct conf *conf,
	    const struct author_options *o, enum author_now now,
	    void (*before)(struct event_base *base))
{
	struct run run = {.once = once,
			  .base = author_loop(),
			  .terminal = isatty(STDERR_FILENO)};
	struct author_site *site;

	if (before != NULL)
		before(run.base);
	site = author_site_new(&conf->site, o->dir, o->revision, &ops, &run);
	author_site_now(site, now);
	author_jail(conf);
	be_patient(&run);
	author_site_make(site, NULL, 0);
	event_base_dispatch(run.base);
	author_site_stop(site);
	author_problems_sort(&once->problems);
}

void
author_once_free(struct author_once *once)
{
	published_free(once->made);
	author_problems_clear(&once->problems);
}
