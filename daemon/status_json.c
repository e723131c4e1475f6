/* SPDX-License-Identifier: ISC */
#include "status.h"

#include <inttypes.h>
#include <stdio.h>

#include "site/escape.h"

/* A member's name, behind a comma if it is not the first one. */
static void
name(struct buf *out, const char *text)
{
	if (out->data[out->len - 1] != '{')
		buf_char(out, ',');
	buf_printf(out, "\"%s\":", text);
}

static void
number(struct buf *out, const char *text, uint64_t n)
{
	name(out, text);
	buf_printf(out, "%" PRIu64, n);
}

static void
boolean(struct buf *out, const char *text, int value)
{
	name(out, text);
	buf_str(out, value ? "true" : "false");
}

static void
string(struct buf *out, const char *text, const char *value)
{
	struct buf clean = {0};

	name(out, text);
	buf_char(out, '"');
	status_clean(&clean, value);
	escape_add(out, ESCAPE_JSON, (struct slice){clean.data, clean.len});
	buf_char(out, '"');
	buf_free(&clean);
}

static void
open_object(struct buf *out, const char *text)
{
	name(out, text);
	buf_char(out, '{');
}

static uint64_t
age(const struct status *s, uint64_t when)
{
	return when != 0 && s->now > when ? s->now - when : 0;
}

static void
site(struct buf *out, const struct status *s)
{
	const struct site_counters *c = &s->site;

	open_object(out, "site");
	string(out, "commit", c->commit);
	number(out, "published", c->published);
	number(out, "age_s", age(s, c->published));
	number(out, "articles", c->articles);
	number(out, "addresses", c->pages);
	number(out, "problems", c->problems);
	buf_char(out, '}');
}

static void
updates(struct buf *out, const struct status *s)
{
	const struct site_counters *c = &s->site;

	open_object(out, "last_update");
	string(out, "result", status_result(c->result));
	string(out, "reason", s->failure);
	number(out, "ended", c->updated);
	number(out, "age_s", age(s, c->updated));
	number(out, "fetch_ms", c->fetch_ms);
	number(out, "update_ms", c->update_ms);
	buf_char(out, '}');
	open_object(out, "updates");
	for (unsigned i = UPDATE_OK; i < UPDATE__MAX; i++)
		number(out, status_result(i), c->updates[i]);
	buf_char(out, '}');
	number(out, "renders", c->renders);
}

static void
requests(struct buf *out, const struct status *s)
{
	char status[16];

	open_object(out, "requests");
	for (unsigned p = 0; p < COUNTED__PROTOCOLS; p++) {
		open_object(out, status_protocol(p));
		for (unsigned i = 0; i <= STATUS_MAX - STATUS_MIN; i++) {
			if (s->serve.requests[p][i] == 0)
				continue;
			snprintf(status, sizeof(status), "%u", i + STATUS_MIN);
			number(out, status, s->serve.requests[p][i]);
		}
		buf_char(out, '}');
	}
	buf_char(out, '}');
}

static void
processes(struct buf *out, const struct status *s)
{
	name(out, "processes");
	buf_char(out, '[');
	for (unsigned i = 0; i < s->nprocesses; i++) {
		const struct status_process *p = &s->process[i];

		buf_str(out, i > 0 ? ",{" : "{");
		string(out, "role", role_name(p->role));
		number(out, "pid", (uint64_t)p->pid);
		number(out, "age_s", p->age_s);
		boolean(out, "ready", p->ready);
		boolean(out, "ending", p->ending);
		string(out, "jail", p->jail);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

void
status_write_json(struct buf *out, const struct status *s)
{
	buf_char(out, '{');
	string(out, "version", PACKAGE_VERSION);
	boolean(out, "good", status_good(s));
	number(out, "time", s->now);
	number(out, "started", s->site.started);
	number(out, "generation", s->site.generation);
	number(out, "reload_failures", s->site.reload_failures);
	site(out, s);
	updates(out, s);
	open_object(out, "readers");
	for (const struct status_counter *c = status_counters; c->name; c++)
		number(out, c->name, status_counter(s, c));
	buf_char(out, '}');
	requests(out, s);
	open_object(out, "restarts");
	for (unsigned r = ROLE_PARENT + 1; r < ROLE__MAX; r++)
		number(out, role_name(r), s->site.restarts[r]);
	buf_char(out, '}');
	processes(out, s);
	buf_str(out, "}\n");
}
