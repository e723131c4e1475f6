/* SPDX-License-Identifier: ISC */
#include "rest.h"

#include <stdlib.h>
#include <string.h>

#include "../buf.h"

/* Parts behind the first, and the texts among them. */
struct rest_more {
	unsigned n, at;
	struct slice part[PLAN_PARTS];
	char text[];
};

static size_t
text_len(const struct plan *p)
{
	size_t n = 0;

	for (unsigned i = 0; i < p->nparts; i++)
		if (p->generated & (uint64_t)1 << i)
			n += p->part[i].len;
	return n;
}

static void
next_part(struct rest *r)
{
	struct rest_more *more = r->more;

	while (r->now.len == 0 && more != NULL && more->at < more->n)
		r->now = more->part[more->at++];
	if (r->now.len == 0)
		rest_free(r);
}

static struct rest_more *
copy_parts(const struct plan *p)
{
	struct rest_more *more = xmalloc(sizeof(*more) + text_len(p));
	char *text = more->text;

	more->n = p->nparts;
	more->at = 0;
	memcpy(more->part, p->part, p->nparts * sizeof(p->part[0]));
	for (unsigned i = 0; i < p->nparts; i++) {
		if (!(p->generated & (uint64_t)1 << i))
			continue;
		memcpy(text, p->part[i].data, p->part[i].len);
		more->part[i].data = text;
		text += p->part[i].len;
	}
	return more;
}

void
rest_keep(struct rest *r, const struct plan *p, uint64_t done,
	  struct snapshot *s)
{
	*r = (struct rest){.held = p->from_snapshot ? snapshot_ref(s) : NULL};
	if (p->nparts == 1 && p->generated == 0)
		r->now = p->part[0];
	else if (p->nparts > 0)
		r->more = copy_parts(p);
	next_part(r);
	while (done > 0 && r->now.len > 0) {
		size_t n = done < r->now.len ? (size_t)done : r->now.len;

		rest_skip(r, n);
		done -= n;
	}
}

void
rest_skip(struct rest *r, size_t n)
{
	r->now.data += n;
	r->now.len -= n;
	if (r->now.len == 0)
		next_part(r);
}

uint64_t
rest_length(const struct rest *r)
{
	const struct rest_more *more = r->more;
	uint64_t n = r->now.len;

	for (unsigned i = more != NULL ? more->at : 0;
	     more != NULL && i < more->n; i++)
		n += more->part[i].len;
	return n;
}

void
rest_free(struct rest *r)
{
	snapshot_unref(r->held);
	free(r->more);
	*r = (struct rest){{NULL, 0}, NULL, NULL};
}
