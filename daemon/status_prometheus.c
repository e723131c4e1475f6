/* SPDX-License-Identifier: ISC */
#include "status.h"

#include <inttypes.h>
#include <string.h>

/* A metric is a counter if its name says so (the naming conventions of
 * Prometheus), else a gauge. */
static void
describe(struct buf *out, const char *metric, const char *help)
{
	size_t len = strlen(metric), end = sizeof("_total") - 1;
	int counter = len > end && strcmp(metric + len - end, "_total") == 0;

	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", metric, help, metric,
		   counter ? "counter" : "gauge");
}

static void
number(struct buf *out, const char *metric, const char *help, uint64_t n)
{
	describe(out, metric, help);
	buf_printf(out, "%s %" PRIu64 "\n", metric, n);
}

static void
seconds(struct buf *out, const char *metric, const char *help, uint64_t ms)
{
	describe(out, metric, help);
	buf_printf(out, "%s %" PRIu64 ".%03" PRIu64 "\n", metric, ms / 1000,
		   ms % 1000);
}

static void
labelled(struct buf *out, const char *metric, const char *label,
	 const char *value, uint64_t n)
{
	buf_printf(out, "%s{%s=\"%s\"} %" PRIu64 "\n", metric, label, value, n);
}

static void
about_daemon(struct buf *out, const struct status *s)
{
	describe(out, "blogd_build_info", "The version that runs.");
	labelled(out, "blogd_build_info", "version", PACKAGE_VERSION, 1);
	number(out, "blogd_start_time_seconds", "When blogd was started.",
	       s->site.started);
	number(out, "blogd_generation",
	       "1, and one more with each reload of the configuration.",
	       s->site.generation);
	number(out, "blogd_reload_failures_total",
	       "Reloads that kept the old configuration.",
	       s->site.reload_failures);
	describe(out, "blogd_process_restarts_total",
		 "Processes that ended by themselves.");
	for (unsigned r = ROLE_PARENT + 1; r < ROLE__MAX; r++)
		labelled(out, "blogd_process_restarts_total", "role",
			 role_name(r), s->site.restarts[r]);
}

/* Nothing but hexadecimal digits stands in a commit, but a label would have to
 * be escaped. */
static void
about_site(struct buf *out, const struct status *s)
{
	const struct site_counters *c = &s->site;

	if (c->published == 0)
		return;
	describe(out, "blogd_snapshot_info", "The commit that is served.");
	buf_str(out, "blogd_snapshot_info{commit=\"");
	for (const char *p = c->commit; *p != '\0'; p++)
		buf_char(out,
			 strchr("0123456789abcdef", *p) != NULL ? *p : '?');
	buf_str(out, "\"} 1\n");
	number(out, "blogd_snapshot_timestamp_seconds",
	       "When it was published.", c->published);
	number(out, "blogd_snapshot_articles", "Articles in it.", c->articles);
	number(out, "blogd_snapshot_addresses", "Addresses in it.", c->pages);
	number(out, "blogd_snapshot_problems",
	       "Files left out of it or over budget.", c->problems);
}

static void
about_updates(struct buf *out, const struct status *s)
{
	const struct site_counters *c = &s->site;

	describe(out, "blogd_updates_total", "Updates that ended so.");
	for (unsigned i = UPDATE_OK; i < UPDATE__MAX; i++)
		labelled(out, "blogd_updates_total", "result", status_result(i),
			 c->updates[i]);
	number(out, "blogd_renders_total", "Renderings begun.", c->renders);
	if (c->updated == 0)
		return;
	number(out, "blogd_last_update_success",
	       "1: the last update went well.",
	       c->result == UPDATE_OK || c->result == UPDATE_UNCHANGED);
	number(out, "blogd_last_update_timestamp_seconds",
	       "When the last update ended.", c->updated);
	seconds(out, "blogd_last_update_duration_seconds", "How long it took.",
		c->update_ms);
	seconds(out, "blogd_last_fetch_duration_seconds",
		"How long its fetch took.", c->fetch_ms);
}

static void
about_requests(struct buf *out, const struct status *s)
{
	describe(out, "blogd_requests_total",
		 "Requests by protocol and status of the answer.");
	for (unsigned p = 0; p < COUNTED__PROTOCOLS; p++)
		for (unsigned i = 0; i <= STATUS_MAX - STATUS_MIN; i++)
			if (s->serve.requests[p][i] != 0)
				buf_printf(out,
					   "blogd_requests_total{protocol=\""
					   "%s\",status=\"%u\"} %" PRIu64 "\n",
					   status_protocol(p), i + STATUS_MIN,
					   s->serve.requests[p][i]);
}

void
status_write_prometheus(struct buf *out, const struct status *s)
{
	about_daemon(out, s);
	about_site(out, s);
	about_updates(out, s);
	about_requests(out, s);
	for (const struct status_counter *c = status_counters; c->name; c++)
		number(out, c->metric, c->help, status_counter(s, c));
}
