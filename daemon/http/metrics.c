/* SPDX-License-Identifier: ISC */
#include "metrics.h"

#include <string.h>
#include <time.h>

#include "../status.h"

/* Every status of every protocol, at 64 bytes a line, and the rest. */
#define TEXT_MAX (80 * 1024)

#define ALLOW "Allow: GET, HEAD\r\n"

void
metrics_init(struct metrics *m, const struct counters *counters)
{
	memset(m, 0, sizeof(*m));
	m->counters = counters;
	buf_reserve(&m->text, TEXT_MAX);
}

static void
write_metrics(struct metrics *m)
{
	static struct status s; /* too large for a stack */

	s.now = (uint64_t)time(NULL);
	s.failure = "";
	counters_read(m->counters, &s.serve, &s.site);
	status_write_prometheus(&m->text, &s);
}

static int
is_metrics(struct slice target)
{
	static const char path[] = "/metrics";
	size_t len = sizeof(path) - 1;

	return target.len >= len && memcmp(target.data, path, len) == 0 &&
	       (target.len == len || target.data[len] == '?');
}

static unsigned
status_for(const struct request *r)
{
	if (r->method == METHOD_UNKNOWN)
		return 501;
	if (!is_metrics(r->target))
		return 404;
	return r->method == METHOD_GET || r->method == METHOD_HEAD ? 200 : 405;
}

/* The fields stand behind the body, which they tell the length of. */
static void
write_fields(struct buf *out, unsigned status, size_t body)
{
	buf_printf(out,
		   "Content-Type: %s\r\n"
		   "Cache-Control: no-store\r\n"
		   "X-Content-Type-Options: nosniff\r\n"
		   "Content-Length: %zu\r\n%s",
		   status == 200 ? PROMETHEUS_TYPE
				 : "text/plain; charset=utf-8",
		   body, status == 405 ? ALLOW : "");
}

void
plan_metrics(struct plan *p, struct metrics *m, const struct request *r)
{
	unsigned status = status_for(r);
	struct buf *text = &m->text;
	size_t body;

	memset(p, 0, sizeof(*p));
	buf_clear(text);
	if (status == 200)
		write_metrics(m);
	else
		buf_printf(text, "%s\n", status_text(status));
	body = text->len;
	write_fields(text, status, body);
	p->status = status;
	p->fields[0] = (struct slice){text->data + body, text->len - body};
	if (r->method == METHOD_HEAD)
		return;
	p->part[0] = (struct slice){text->data, body};
	p->nparts = 1;
	p->generated = 1;
}
