/* SPDX-License-Identifier: ISC */
#include "generated.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "../snapshot/format.h"
#include "results.h"

/* The lines of a range answer: a dozen short fields and part heads. */
#define LINES_MAX 4096
/* What comes before a target in a Location: the site's address, or where a
 * directory is redirected to. */
#define BASE_MAX SNAPSHOT_BASE_MAX
_Static_assert(URL_MAX <= BASE_MAX, "the site's address is the shorter one");

/* What answers made here have in common; their text is never a document. */
static const char common[] = "Content-Type: text/plain; charset=utf-8\r\n"
			     "Cache-Control: no-store\r\n"
			     "Content-Security-Policy: default-src 'none'\r\n"
			     "Referrer-Policy: no-referrer\r\n"
			     "X-Content-Type-Options: nosniff\r\n";

void
plan_memory_init(struct plan_memory *m, const struct serve_settings *set)
{
	memset(m, 0, sizeof(*m));
	buf_reserve(&m->path, set->max_target);
	/* A Location triples its target at worst; a page of results needs no
	 * more than the other. */
	buf_reserve(&m->lines, 3 * (size_t)set->max_target + BASE_MAX +
				   LINES_MAX + RESULTS_TEXT_MAX);
	if (set->hsts_s > 0)
		buf_printf(&m->hsts,
			   "Strict-Transport-Security: max-age=%" PRIu32 "\r\n",
			   set->hsts_s);
}

void
plan_memory_free(struct plan_memory *m)
{
	buf_free(&m->path);
	buf_free(&m->lines);
	buf_free(&m->hsts);
}

/* All but the parts, of which only the first nparts are looked at. */
void
plan_clear(struct plan *p)
{
	memset(p, 0, offsetof(struct plan, part));
	p->nparts = 0;
	p->generated = 0;
	p->from_snapshot = p->hook = p->close = 0;
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
	    {206, "206 Partial Content"},
	    {302, "302 Found"},
	    {303, "303 See Other"},
	    {307, "307 Temporary Redirect"},
	    {202, "202 Accepted"},
	    {204, "204 No Content"},
	    {308, "308 Permanent Redirect"},
	    {400, "400 Bad Request"},
	    {405, "405 Method Not Allowed"},
	    {408, "408 Request Timeout"},
	    {412, "412 Precondition Failed"},
	    {413, "413 Content Too Large"},
	    {414, "414 URI Too Long"},
	    {416, "416 Range Not Satisfiable"},
	    {417, "417 Expectation Failed"},
	    {421, "421 Misdirected Request"},
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

struct slice
hsts_line(const struct exchange *x)
{
	const struct buf *hsts = &x->memory->hsts;

	return (struct slice){hsts->data, x->view->plain ? 0 : hsts->len};
}

/* Ends the lines begun in the memory. */
static void
finish(const struct exchange *x, unsigned status)
{
	const char *text = status_text(status);
	struct buf *lines = &x->memory->lines;
	struct slice hsts = hsts_line(x);
	struct plan *p = x->plan;
	size_t body;

	p->status = status;
	buf_add(lines, hsts.data, hsts.len);
	buf_printf(lines, "Content-Length: %zu\r\n", strlen(text) + 1);
	body = lines->len;
	buf_printf(lines, "%s\n", text);
	p->fields[0] = (struct slice){common, sizeof(common) - 1};
	p->fields[1] = (struct slice){lines->data, body};
	if (x->method == METHOD_HEAD)
		return;
	p->part[0] = (struct slice){lines->data + body, lines->len - body};
	p->nparts = 1;
	p->generated = 1;
}

void
generate(const struct exchange *x, unsigned status, const char *field)
{
	buf_clear(&x->memory->lines);
	buf_str(&x->memory->lines, field);
	finish(x, status);
}

static void
redirect(const struct exchange *x, unsigned status, struct slice base,
	 const struct target *t)
{
	struct buf *lines = &x->memory->lines;

	buf_clear(lines);
	buf_str(lines, "Location: ");
	buf_add(lines, base.data, base.len);
	target_write(lines, t);
	buf_str(lines, "\r\n");
	finish(x, status);
}

void
generate_redirect(const struct exchange *x, const char *base,
		  const struct target *t)
{
	int safe = x->method == METHOD_GET || x->method == METHOD_HEAD;

	redirect(x, safe ? 301 : 308, slice_of(base), t);
}

/* rest begins behind a slash, so it has none at its beginning that could make
 * it a host: a path here has no two slashes in a row. */
void
generate_redirect_below(const struct exchange *x, unsigned status,
			struct slice base, const struct target *t,
			struct slice rest)
{
	struct target to = *t;

	to.path = rest;
	redirect(x, status, base, &to);
}

/* Without a body, and without Content-Length (RFC 9110 section 8.6). */
void
generate_options(const struct exchange *x, const char *allow)
{
	x->plan->status = 204;
	x->plan->fields[0] = slice_of(allow);
	x->plan->fields[1] = hsts_line(x);
}

void
plan_error(struct plan *p, unsigned status, const struct site_view *view,
	   enum method method, struct plan_memory *m)
{
	struct exchange x = {p, view, NULL, method, m};

	plan_clear(p);
	generate(&x, status, "");
	p->close = 1;
}
