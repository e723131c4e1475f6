/* SPDX-License-Identifier: ISC */
#include "response.h"

#include <stddef.h>
#include <string.h>

#include "accept.h"
#include "conditional.h"
#include "target.h"

/* Until the first site is there. */
#define RETRY_AFTER "Retry-After: 5\r\n"
#define ALLOW_PAGE  "Allow: GET, HEAD, OPTIONS\r\n"
#define ALLOW_HOOK  "Allow: GET, POST, OPTIONS\r\n"

/* What answers made here have in common; their text is never a document. */
static const char generated[] =
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Cache-Control: no-store\r\n"
    "Content-Security-Policy: default-src 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Content-Type-Options: nosniff\r\n";

void
plan_memory_init(struct plan_memory *m, const struct serve_settings *set)
{
	memset(m, 0, sizeof(*m));
	buf_reserve(&m->path, set->max_target);
	/* A Location triples its target at worst. */
	buf_reserve(&m->lines, 3 * (size_t)set->max_target + URL_MAX + 512);
}

void
plan_memory_free(struct plan_memory *m)
{
	buf_free(&m->path);
	buf_free(&m->lines);
}

uint64_t
plan_length(const struct plan *p)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < p->nparts; i++)
		n += p->part[i].len;
	return n;
}

const char *
status_text(unsigned status)
{
	static const struct {
		unsigned status;
		const char *text;
	} texts[] = {
	    {200, "200 OK"},
	    {304, "304 Not Modified"},
	    {301, "301 Moved Permanently"},
	    {404, "404 Not Found"},
	    {202, "202 Accepted"},
	    {204, "204 No Content"},
	    {308, "308 Permanent Redirect"},
	    {400, "400 Bad Request"},
	    {405, "405 Method Not Allowed"},
	    {408, "408 Request Timeout"},
	    {413, "413 Content Too Large"},
	    {414, "414 URI Too Long"},
	    {431, "431 Request Header Fields Too Large"},
	    {501, "501 Not Implemented"},
	    {503, "503 Service Unavailable"},
	    {505, "505 HTTP Version Not Supported"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].status == status)
			return texts[i].text;
	return "500 Internal Server Error";
}

/* ---------------------------------------------------- generated answers -- */

/* All but the parts, of which only the first nparts are looked at. */
static void
plan_clear(struct plan *p)
{
	memset(p, 0, offsetof(struct plan, part));
	p->nparts = 0;
	p->generated = 0;
	p->from_snapshot = p->hook = p->close = 0;
}

/* Ends the lines begun in m->lines: a small text that says the status. */
static void
finish(struct plan *p, unsigned status, enum method method,
       struct plan_memory *m)
{
	const char *text = status_text(status);
	size_t body;

	p->status = status;
	buf_printf(&m->lines, "Content-Length: %zu\r\n", strlen(text) + 1);
	body = m->lines.len;
	buf_printf(&m->lines, "%s\n", text);
	p->fields[0] = (struct slice){generated, sizeof(generated) - 1};
	p->fields[1] = (struct slice){m->lines.data, body};
	if (method == METHOD_HEAD)
		return;
	p->part[0] = (struct slice){m->lines.data + body, m->lines.len - body};
	p->nparts = 1;
	p->generated = 1;
}

static void
generate(struct plan *p, unsigned status, const struct request *r,
	 const char *field, struct plan_memory *m)
{
	buf_clear(&m->lines);
	buf_str(&m->lines, field);
	finish(p, status, r->method, m);
}

/* 308 keeps the method, 301 is what every reader knows. */
static void
redirect(struct plan *p, const struct request *r, const char *base,
	 const struct target *t, struct plan_memory *m)
{
	int safe = r->method == METHOD_GET || r->method == METHOD_HEAD;

	buf_clear(&m->lines);
	buf_str(&m->lines, "Location: ");
	buf_str(&m->lines, base);
	target_write(&m->lines, t);
	buf_str(&m->lines, "\r\n");
	finish(p, safe ? 301 : 308, r->method, m);
}

/* 204 without a body, and without Content-Length (RFC 9110 section 8.6). */
static void
options(struct plan *p, const char *allow)
{
	p->status = 204;
	p->fields[0] = slice_of(allow);
}

void
plan_error(struct plan *p, unsigned status, struct plan_memory *m)
{
	plan_clear(p);
	buf_clear(&m->lines);
	finish(p, status, METHOD_UNKNOWN, m);
	p->close = 1;
}

/* ------------------------------------------------ from the snapshot -- */

static enum encoding
choose(const struct snapshot_entry *e, const struct request *r)
{
	unsigned available = 0;

	for (int enc = 0; enc < ENC__MAX; enc++)
		if (e->variant[enc].segment != SEGMENT_NONE)
			available |= 1U << enc;
	/* Most pictures and redirects: nothing to choose from. */
	if (available == 1U << ENC_IDENTITY)
		return ENC_IDENTITY;
	return accept_encoding(r, available);
}

static int
fresh(const struct snapshot_entry *e, enum encoding enc,
      const struct request *r)
{
	char etag[ETAG_MAX];

	if (r->nkept == 0 || e->status != 200)
		return 0;
	snapshot_etag(e, enc, etag);
	return conditional_fresh(r, slice_of(etag), e->modified);
}

static void
plan_entry(struct plan *p, const struct snapshot *s,
	   const struct snapshot_entry *e, const struct request *r,
	   struct plan_memory *m)
{
	enum encoding enc = choose(e, r);
	struct snapshot_run run;

	if (!snapshot_run(s, e, enc, &run)) {
		generate(p, 500, r, "", m);
		return;
	}
	p->from_snapshot = 1;
	if (fresh(e, enc, r)) {
		p->status = 304;
		p->fields[0] = (struct slice){run.start, run.common};
		return;
	}
	p->status = e->status;
	/* The run's head ends with the empty line. */
	p->fields[0] = (struct slice){run.start, run.head - 2};
	if (r->method == METHOD_HEAD || run.body_len == 0)
		return;
	p->part[0] = (struct slice){run.body, run.body_len};
	p->nparts = 1;
}

static void
plan_not_found(struct plan *p, const struct snapshot *s,
	       const struct request *r, struct plan_memory *m)
{
	const struct snapshot_entry *e = snapshot_not_found(s);

	if (e != NULL)
		plan_entry(p, s, e, r, m);
	else
		generate(p, 404, r, "", m);
}

/* ------------------------------------------------------- the decision -- */

static void
plan_hook(struct plan *p, const struct request *r, struct plan_memory *m)
{
	if (r->method == METHOD_OPTIONS) {
		options(p, ALLOW_HOOK);
	} else if (r->method == METHOD_GET || r->method == METHOD_POST) {
		p->hook = 1;
		generate(p, 202, r, "", m);
	} else {
		generate(p, 405, r, ALLOW_HOOK, m);
	}
}

static void
plan_page(struct plan *p, const struct snapshot *s, const struct request *r,
	  const struct target *t, struct plan_memory *m)
{
	const struct snapshot_entry *e =
	    snapshot_find(s, t->path.data, t->path.len);

	/* Other spellings lead to pages that exist, not from 301 to 404. */
	if (e == NULL)
		plan_not_found(p, s, r, m);
	else if (!t->canonical)
		redirect(p, r, "", t, m);
	else if (r->method == METHOD_OPTIONS)
		options(p, ALLOW_PAGE);
	else if (r->method != METHOD_GET && r->method != METHOD_HEAD)
		generate(p, 405, r, ALLOW_PAGE, m);
	else
		plan_entry(p, s, e, r, m);
}

/* "*": RFC 9110 section 9.3.7, about the server as a whole. */
static void
plan_asterisk(struct plan *p)
{
	options(p, ALLOW_PAGE);
}

void
plan_response(struct plan *p, const struct site_view *view,
	      const struct request *r, struct plan_memory *m)
{
	const struct serve_settings *set = view->settings;
	struct target t;

	plan_clear(p);
	if (r->method == METHOD_UNKNOWN) {
		generate(p, 501, r, "", m);
	} else if (slice_is(r->target, "*")) {
		plan_asterisk(p);
	} else if (target_parse(r->target, &m->path, &t) == -1) {
		generate(p, 400, r, "", m);
		p->close = 1;
	} else if (view->plain && set->https_url[0] != '\0') {
		redirect(p, r, set->https_url, &t, m);
	} else if (set->hook[0] != '\0' && slice_is(t.path, set->hook)) {
		if (t.canonical)
			plan_hook(p, r, m);
		else
			redirect(p, r, "", &t, m);
	} else if (view->snapshot == NULL) {
		generate(p, 503, r, RETRY_AFTER, m);
	} else {
		plan_page(p, view->snapshot, r, &t, m);
	}
}
