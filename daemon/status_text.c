/* SPDX-License-Identifier: ISC */
#include "status.h"

#include <inttypes.h>

#define MINUTE 60
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* Every line has its name in front, so that grep and awk find it. */
static void
begin(struct buf *out, const char *name)
{
	buf_printf(out, "%-12s", name);
}

/* The two greatest units. */
static void
duration(struct buf *out, uint64_t s)
{
	if (s < MINUTE)
		buf_printf(out, "%" PRIu64 " s", s);
	else if (s < HOUR)
		buf_printf(out, "%" PRIu64 " min %" PRIu64 " s", s / MINUTE,
			   s % MINUTE);
	else if (s < DAY)
		buf_printf(out, "%" PRIu64 " h %" PRIu64 " min", s / HOUR,
			   s % HOUR / MINUTE);
	else
		buf_printf(out, "%" PRIu64 " d %" PRIu64 " h", s / DAY,
			   s % DAY / HOUR);
}

/* A clock that was set back makes nothing happen in the future. */
static void
ago(struct buf *out, const struct status *s, uint64_t when)
{
	duration(out, s->now > when ? s->now - when : 0);
}

static void
daemon_line(struct buf *out, const struct status *s)
{
	begin(out, "blogd");
	buf_str(out, PACKAGE_VERSION ", running for ");
	ago(out, s, s->site.started);
	buf_printf(out,
		   ", generation %" PRIu64 ", %" PRIu64 " failed reloads\n",
		   s->site.generation, s->site.reload_failures);
}

static void
site_lines(struct buf *out, const struct status *s)
{
	begin(out, "site");
	if (s->site.published == 0) {
		buf_str(out, "none yet\n");
		return;
	}
	buf_printf(out, "%u articles, %u addresses, %u problems\n",
		   s->site.articles, s->site.pages, s->site.problems);
	begin(out, "commit");
	status_clean(out, s->site.commit);
	buf_char(out, '\n');
	begin(out, "published");
	status_time(out, s->site.published);
	buf_str(out, ", ");
	ago(out, s, s->site.published);
	buf_str(out, " ago\n");
}

static void
update_lines(struct buf *out, const struct status *s)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < UPDATE__MAX; i++)
		total += s->site.updates[i];
	begin(out, "last update");
	buf_str(out, status_result(s->site.result));
	if (s->site.updated != 0) {
		buf_str(out, ", ");
		ago(out, s, s->site.updated);
		buf_printf(out,
			   " ago, fetched in %" PRIu64 " ms, done in %" PRIu64
			   " ms",
			   s->site.fetch_ms, s->site.update_ms);
	}
	buf_char(out, '\n');
	if (s->failure[0] != '\0') {
		begin(out, "reason");
		status_clean(out, s->failure);
		buf_char(out, '\n');
	}
	begin(out, "updates");
	buf_printf(out,
		   "%" PRIu64 ", %" PRIu64 " new, %" PRIu64
		   " unchanged, %" PRIu64 " rendered\n",
		   total, s->site.updates[UPDATE_OK],
		   s->site.updates[UPDATE_UNCHANGED], s->site.renders);
}

static void
reader_lines(struct buf *out, const struct status *s)
{
	const struct serve_counters *c = &s->serve;

	begin(out, "connections");
	buf_printf(out,
		   "%" PRIu64 " open, %" PRIu64 " accepted, %" PRIu64
		   " timed out, %" PRIu64 " evicted, %" PRIu64 " flooded\n",
		   c->open, c->connections, c->timeouts, c->evicted, c->abuses);
	begin(out, "handshakes");
	buf_printf(
	    out, "%" PRIu64 " full, %" PRIu64 " resumed, %" PRIu64 " failed\n",
	    c->handshakes, c->resumptions, c->handshake_failures);
	begin(out, "bodies");
	buf_printf(out, "%" PRIu64 " bytes\n", c->body_bytes);
	begin(out, "access log");
	buf_printf(out, "%" PRIu64 " lines dropped\n", c->log_dropped);
}

static void
request_line(struct buf *out, const struct status *s,
	     enum counted_protocol protocol)
{
	const uint64_t *n = s->serve.requests[protocol];
	uint64_t total = 0;

	for (unsigned i = 0; i <= STATUS_MAX - STATUS_MIN; i++)
		total += n[i];
	begin(out, status_protocol(protocol));
	buf_printf(out, "%" PRIu64 " requests", total);
	for (unsigned i = 0; i <= STATUS_MAX - STATUS_MIN; i++)
		if (n[i] != 0)
			buf_printf(out, ", %u: %" PRIu64, i + STATUS_MIN, n[i]);
	buf_char(out, '\n');
}

static void
restart_line(struct buf *out, const struct status *s)
{
	uint64_t total = 0;

	for (unsigned r = 0; r < ROLE__MAX; r++)
		total += s->site.restarts[r];
	begin(out, "restarts");
	buf_printf(out, "%" PRIu64, total);
	for (unsigned r = 0; r < ROLE__MAX; r++)
		if (s->site.restarts[r] != 0)
			buf_printf(out, ", %s: %" PRIu64, role_name(r),
				   s->site.restarts[r]);
	buf_char(out, '\n');
}

static void
process_line(struct buf *out, const struct status_process *p)
{
	begin(out, role_name(p->role));
	buf_printf(out, "%ld, ", p->pid);
	duration(out, p->age_s);
	buf_str(out, p->ending	 ? ", ending: "
		     : !p->ready ? ", starting: "
				 : ": ");
	status_clean(out, p->jail);
	buf_char(out, '\n');
}

void
status_write_text(struct buf *out, const struct status *s)
{
	daemon_line(out, s);
	site_lines(out, s);
	update_lines(out, s);
	reader_lines(out, s);
	for (unsigned p = 0; p < COUNTED__PROTOCOLS; p++)
		request_line(out, s, p);
	restart_line(out, s);
	for (unsigned i = 0; i < s->nprocesses; i++)
		process_line(out, &s->process[i]);
}
