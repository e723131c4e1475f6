/* SPDX-License-Identifier: ISC */
#include "entry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../snapshot/headers.h"
#include "accept.h"
#include "conditional.h"

/* What is known of the variant that was chosen. */
struct chosen {
	const struct snapshot_entry *entry;
	enum encoding enc;
	struct snapshot_run run;
	char etag[ETAG_MAX]; /* not made for every answer */
};

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

static void
send_whole(const struct exchange *x, const struct chosen *c)
{
	struct plan *p = x->plan;

	p->status = c->entry->status;
	/* The run's head ends with the empty line. */
	p->fields[0] = (struct slice){c->run.start, c->run.head - 2};
	p->fields[1] = hsts_line(x);
	if (x->method == METHOD_HEAD || c->run.body_len == 0)
		return;
	p->part[0] = (struct slice){c->run.body, c->run.body_len};
	p->nparts = 1;
}

static void
send_not_modified(const struct exchange *x, const struct chosen *c)
{
	x->plan->status = 304;
	x->plan->fields[0] = (struct slice){c->run.start, c->run.common};
	x->plan->fields[1] = hsts_line(x);
}

/* -------------------------------------------------------------- ranges -- */

static void
add_content_range(struct buf *lines, const struct range *r, uint64_t of)
{
	buf_printf(lines,
		   "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64
		   "\r\n",
		   r->first, r->first + r->len - 1, of);
}

static void
add_last_modified(struct buf *lines, int64_t modified)
{
	char date[HTTP_DATE_LEN + 1];

	if (modified == 0)
		return;
	http_date(modified, date);
	buf_printf(lines, "Last-Modified: %s\r\n", date);
}

static struct slice
content_of(const struct chosen *c, const struct range *r)
{
	return (struct slice){c->run.body + r->first, r->len};
}

/* Appends what ends the fields of each 206; fields[1] begins at `from`. */
static void
finish_partial(const struct exchange *x, size_t from, uint64_t length)
{
	struct buf *lines = &x->memory->lines;
	struct slice hsts = hsts_line(x);

	buf_printf(lines, "Content-Length: %" PRIu64 "\r\n", length);
	buf_add(lines, hsts.data, hsts.len);
	x->plan->fields[1] =
	    (struct slice){lines->data + from, lines->len - from};
	x->plan->status = 206;
}

static void
send_range(const struct exchange *x, const struct chosen *c,
	   const struct range *r)
{
	struct plan *p = x->plan;

	buf_clear(&x->memory->lines);
	add_content_range(&x->memory->lines, r, c->run.body_len);
	p->fields[0] = (struct slice){c->run.start, c->run.typed};
	finish_partial(x, 0, r->len);
	p->part[0] = content_of(c, r);
	p->nparts = 1;
}

/* The line of Content-Type, with which the typed fields begin. */
static struct slice
content_type(const struct chosen *c)
{
	static const char name[] = "Content-Type: ";
	struct slice s = {c->run.start + c->run.common,
			  c->run.typed - c->run.common};
	const char *end;

	if (s.len < sizeof(name) || memcmp(s.data, name, sizeof(name) - 1) != 0)
		return (struct slice){NULL, 0};
	end = memchr(s.data, '\n', s.len);
	s.len = end != NULL ? (size_t)(end - s.data) + 1 : 0;
	return s;
}

/* Appends the heads of all parts and what ends the last one; at[i] is where the
 * i-th begins, at[n] the end, at[n + 1] what comes behind. */
static void
add_part_heads(struct buf *lines, const struct chosen *c,
	       const struct ranges *all, struct slice boundary,
	       size_t at[RANGES_MAX + 2])
{
	struct slice type = content_type(c);

	for (unsigned i = 0; i < all->n; i++) {
		at[i] = lines->len;
		buf_printf(lines, "%s--%.*s\r\n", i > 0 ? "\r\n" : "",
			   (int)boundary.len, boundary.data);
		buf_add(lines, type.data, type.len);
		add_content_range(lines, &all->range[i], c->run.body_len);
		buf_str(lines, "\r\n");
	}
	at[all->n] = lines->len;
	buf_printf(lines, "\r\n--%.*s--\r\n", (int)boundary.len, boundary.data);
	at[all->n + 1] = lines->len;
}

static void
add_parts(const struct exchange *x, const struct chosen *c,
	  const struct ranges *all, const size_t at[RANGES_MAX + 2])
{
	const char *lines = x->memory->lines.data;
	struct plan *p = x->plan;

	for (unsigned i = 0; i <= all->n; i++) {
		p->generated |= (uint64_t)1 << p->nparts;
		p->part[p->nparts++] =
		    (struct slice){lines + at[i], at[i + 1] - at[i]};
		if (i < all->n)
			p->part[p->nparts++] = content_of(c, &all->range[i]);
	}
}

/* multipart/byteranges, RFC 9110 section 14.6.  The boundary is the entity tag:
 * a part of a hash of the content, so that no content can be made that has it.
 */
static void
send_ranges(const struct exchange *x, const struct chosen *c,
	    const struct ranges *all)
{
	struct slice boundary = {c->etag + 1, strlen(c->etag) - 2};
	struct buf *lines = &x->memory->lines;
	size_t at[RANGES_MAX + 2], fields;
	uint64_t length;

	buf_clear(lines);
	add_part_heads(lines, c, all, boundary, at);
	fields = lines->len;
	length = fields;
	for (unsigned i = 0; i < all->n; i++)
		length += all->range[i].len;
	buf_printf(lines,
		   "Content-Type: multipart/byteranges; boundary=%.*s\r\n",
		   (int)boundary.len, boundary.data);
	add_last_modified(lines, c->entry->modified);
	x->plan->fields[0] = (struct slice){c->run.start, c->run.common};
	finish_partial(x, fields, length);
	add_parts(x, c, all, at);
}

static void
refuse_range(const struct exchange *x, const struct chosen *c)
{
	char field[64];

	snprintf(field, sizeof(field), "Content-Range: bytes */%" PRIu64 "\r\n",
		 c->run.body_len);
	x->plan->from_snapshot = 0;
	generate(x, 416, field);
}

/* 0: the field is to be ignored.  Several ranges of something compressed are of
 * use to nobody. */
static int
send_partial(const struct exchange *x, const struct chosen *c)
{
	struct ranges all;
	struct slice value;

	if (!request_single(x->request, FIELD_RANGE, &value) ||
	    !conditional_if_range(x->request, slice_of(c->etag)))
		return 0;
	switch (ranges_parse(value, c->run.body_len, &all)) {
	case RANGES_UNSATISFIABLE:
		refuse_range(x, c);
		return 1;
	case RANGES_FOUND:
		break;
	case RANGES_IGNORED:
		return 0;
	}
	if (all.n == 1)
		send_range(x, c, &all.range[0]);
	else if (c->enc == ENC_IDENTITY)
		send_ranges(x, c, &all);
	else
		return 0;
	return 1;
}

/* ------------------------------------------------------ the decision -- */

/* 1 when the request's own fields have decided.  Range is for GET alone (RFC
 * 9110 section 14.2). */
static int
send_as_asked(const struct exchange *x, struct chosen *c, unsigned asked)
{
	enum conditional result;

	snapshot_etag(c->entry, c->enc, c->etag);
	result = conditional_check(x->request, slice_of(c->etag),
				   c->entry->modified);
	if (result == CONDITIONAL_FRESH) {
		send_not_modified(x, c);
		return 1;
	}
	if (result == CONDITIONAL_FAILED) {
		x->plan->from_snapshot = 0;
		generate(x, 412, "");
		return 1;
	}
	return x->method == METHOD_GET && asked & 1U << FIELD_RANGE &&
	       send_partial(x, c);
}

void
plan_entry(const struct exchange *x, const struct snapshot_entry *e)
{
	struct chosen c = {.entry = e, .enc = choose(e, x->request)};
	unsigned asked = 0;

	if (!snapshot_run(x->view->snapshot, e, c.enc, &c.run)) {
		generate(x, 500, "");
		return;
	}
	x->plan->from_snapshot = 1;
	/* Section 13.2.1: not for what would not be a 200 anyway. */
	if (e->status == 200)
		asked = request_fields(x->request) &
			(CONDITIONAL_FIELDS | 1U << FIELD_RANGE);
	if (asked == 0 || !send_as_asked(x, &c, asked))
		send_whole(x, &c);
}
