/* SPDX-License-Identifier: ISC */
#include "record.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static char failure[512]; /* of the last update; "": it went well */

static uint64_t
now(void)
{
	return (uint64_t)time(NULL);
}

void
record_start(void)
{
	struct site_counters *site = counters_change();

	site->started = now();
	site->generation = 1;
	counters_changed();
}

void
record_reload(int good)
{
	struct site_counters *site = counters_change();

	count_add(good ? &site->generation : &site->reload_failures, 1);
	counters_changed();
}

void
record_restart(enum role role)
{
	struct site_counters *site = counters_change();

	count_add(&site->restarts[role], 1);
	counters_changed();
}

void
record_render(void)
{
	struct site_counters *site = counters_change();

	count_add(&site->renders, 1);
	counters_changed();
}

void
record_fetch(long long ms)
{
	struct site_counters *site = counters_change();

	site->fetch_ms = (uint64_t)ms;
	counters_changed();
}

void
record_update(enum update_result result, long long ms, const char *text)
{
	struct site_counters *site = counters_change();

	count_add(&site->updates[result], 1);
	site->result = result;
	site->updated = now();
	site->update_ms = (uint64_t)ms;
	counters_changed();
	snprintf(failure, sizeof(failure), "%s", text != NULL ? text : "");
}

void
record_published(const char *commit, uint32_t articles, uint32_t pages,
		 uint32_t problems)
{
	struct site_counters *site = counters_change();

	snprintf(site->commit, sizeof(site->commit), "%s", commit);
	site->published = now();
	site->articles = articles;
	site->pages = pages;
	site->problems = problems;
	counters_changed();
}

void
record_status(struct status *s)
{
	memset(s, 0, sizeof(*s));
	s->now = now();
	s->failure = failure;
	if (counters_shared() != NULL)
		counters_read(counters_shared(), &s->serve, &s->site);
}
