/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "headers.h"

/*
 * Everything here is written by render, which is less trusted than serve: each
 * number is compared before it is used, and sums cannot wrap because both parts
 * were compared with the size of a mapping first.
 */

size_t
snapshot_length_line(uint64_t body_len, char out[LENGTH_LINE_MAX])
{
	return (size_t)snprintf(out, LENGTH_LINE_MAX,
				"Content-Length: %" PRIu64 "\r\n\r\n",
				body_len);
}

int
snapshot_path_ok(struct slice path)
{
	return path.len <= SNAPSHOT_PATH_MAX &&
	       (path.len == 0 || path.data[0] == '/' ||
		snapshot_is_below(path));
}

int
snapshot_is_below(struct slice path)
{
	return path.len >= 2 && path.data[0] == '*' && path.data[1] == '/' &&
	       path.data[path.len - 1] == '/';
}

static int
begins(struct slice s, const char *with)
{
	size_t n = strlen(with);

	return s.len >= n && memcmp(s.data, with, n) == 0;
}

int
snapshot_base_ok(struct slice base)
{
	size_t i;

	if (base.len == 0 || base.len > SNAPSHOT_BASE_MAX ||
	    base.data[base.len - 1] != '/')
		return 0;
	for (i = 0; i < base.len; i++)
		if (base.data[i] <= ' ' || base.data[i] == 0x7f ||
		    base.data[i] == '\\')
			return 0;
	if (base.data[0] == '/')
		return base.len == 1 || base.data[1] != '/';
	return (begins(base, "https://") && base.data[8] != '/' &&
		base.len > 8) ||
	       (begins(base, "http://") && base.len > 7 && base.data[7] != '/');
}

int
snapshot_is_redirect(unsigned status)
{
	return (status >= 301 && status <= 303) || status == 307 ||
	       status == 308;
}

int
snapshot_status_ok(unsigned status)
{
	return status == 200 || status == 404 || snapshot_is_redirect(status);
}

static int
head_numbers_ok(const struct snapshot_maps *m, const struct snapshot_head *h)
{
	size_t room = m->index_size - sizeof(*h);

	return memcmp(h->magic, SNAPSHOT_MAGIC, sizeof(h->magic)) == 0 &&
	       h->size == m->index_size && h->nsegments == m->nsegments &&
	       h->nentries > 0 &&
	       h->nentries <= room / sizeof(struct snapshot_entry);
}

static int
segments_ok(const struct snapshot_maps *m, const struct snapshot_head *h)
{
	unsigned i;

	for (i = 0; i < m->nsegments; i++)
		if (h->segment_size[i] != m->segment_size[i])
			return 0;
	for (; i < SEGMENTS_MAX; i++)
		if (h->segment_size[i] != 0)
			return 0;
	return 1;
}

static int
texts_ok(const struct snapshot_head *h)
{
	return memchr(h->commit, '\0', sizeof(h->commit)) != NULL &&
	       memchr(h->root, '\0', sizeof(h->root)) != NULL;
}

/*
 * The lines seen last, by their place in a run: most runs say the same there,
 * and comparing is several times faster than looking at each byte, which serve
 * would do between two requests.
 */
#define LINES_KNOWN 16

struct progress {
	uint64_t left; /* bytes of all segments not yet claimed by a run */
	struct slice known[LINES_KNOWN];
};

/* The length of the "Name: value\r\n" line at p, 0 if it is none. */
static size_t
line_length(const char *p, size_t len)
{
	const char *lf = memchr(p, '\n', len);
	struct slice name = {p, 0}, value;
	const char *colon;

	if (lf == NULL || lf == p || lf[-1] != '\r')
		return 0;
	colon = memchr(p, ':', (size_t)(lf - p));
	if (colon == NULL || colon + 2 > lf - 1 || colon[1] != ' ')
		return 0;
	name.len = (size_t)(colon - p);
	value = (struct slice){colon + 2, (size_t)(lf - 1 - (colon + 2))};
	if (!header_name_ok(name) || !header_value_ok(value))
		return 0;
	return (size_t)(lf - p) + 1;
}

/* Whole lines, maybe none; *nth counts them within the run. */
static int
lines_ok(struct progress *g, const char *p, size_t len, unsigned *nth)
{
	while (len > 0) {
		struct slice *known = &g->known[(*nth)++ % LINES_KNOWN];
		size_t n = known->len;

		if (n == 0 || n > len || memcmp(p, known->data, n) != 0) {
			n = line_length(p, len);
			if (n == 0)
				return 0;
			*known = (struct slice){p, n};
		}
		p += n;
		len -= n;
	}
	return 1;
}

int
snapshot_lines_ok(struct slice lines)
{
	struct progress g = {.left = 0};
	unsigned nth = 0;

	return lines_ok(&g, lines.data, lines.len, &nth);
}

static int
run_inside(const struct snapshot_maps *m, const struct snapshot_variant *v)
{
	uint64_t size;

	if (v->segment >= m->nsegments)
		return 0;
	size = m->segment_size[v->segment];
	return v->offset <= size && v->head <= SNAPSHOT_HEAD_MAX &&
	       v->head <= size - v->offset &&
	       v->body_len <= size - v->offset - v->head &&
	       v->common <= v->typed && v->typed <= v->head;
}

static int
run_ok(const struct snapshot_maps *m, const struct snapshot_variant *v,
       struct progress *g)
{
	const char *run = m->segment[v->segment] + v->offset;
	char line[LENGTH_LINE_MAX];
	size_t n = snapshot_length_line(v->body_len, line);
	unsigned nth = 0;

	return v->head - v->typed == n &&
	       memcmp(run + v->typed, line, n) == 0 &&
	       lines_ok(g, run, v->common, &nth) &&
	       lines_ok(g, run + v->common, v->typed - v->common, &nth);
}

/* Runs do not overlap as render writes them, so there is no more to check than
 * the segments hold. */
static int
variant_ok(const struct snapshot_maps *m, const struct snapshot_variant *v,
	   struct progress *g)
{
	if (!run_inside(m, v) || v->head + v->body_len > g->left)
		return 0;
	g->left -= v->head + v->body_len;
	return run_ok(m, v, g);
}

static int
variants_ok(const struct snapshot_maps *m, const struct snapshot_entry *e,
	    struct progress *g)
{
	int i;

	if (e->variant[ENC_IDENTITY].segment == SEGMENT_NONE)
		return 0;
	for (i = 0; i < ENC__MAX; i++)
		if (e->variant[i].segment != SEGMENT_NONE &&
		    !variant_ok(m, &e->variant[i], g))
			return 0;
	return 1;
}

/* The path of an entry; data is NULL when it does not lie behind the table. */
static struct slice
checked_path(const struct snapshot_maps *m, const struct snapshot_head *h,
	     const struct snapshot_entry *e)
{
	size_t table = sizeof(*h) + h->nentries * sizeof(*e);

	if (e->path_off < table || e->path_off > m->index_size ||
	    e->path_len > m->index_size - e->path_off)
		return (struct slice){NULL, 0};
	return (struct slice){m->index + e->path_off, e->path_len};
}

/* The redirect of what is below: a base, or a location of its own. */
static int
below_ok(const struct snapshot_maps *m, const struct snapshot_entry *e,
	 struct slice path)
{
	const struct snapshot_variant *v = &e->variant[ENC_IDENTITY];
	struct slice base;

	if (!snapshot_is_below(path))
		return 1;
	if (!snapshot_is_redirect(e->status))
		return 0;
	base.data = m->segment[v->segment] + v->offset + v->head;
	base.len = (size_t)v->body_len;
	return base.len == 0 || snapshot_base_ok(base);
}

static int
entry_ok(const struct snapshot_maps *m, const struct snapshot_entry *e,
	 struct slice path, struct progress *g)
{
	return path.data != NULL && snapshot_path_ok(path) &&
	       snapshot_status_ok(e->status) &&
	       (e->flags & ~(ENTRY_COMPRESSED | ENTRY_QUICK)) == 0 &&
	       (path.len > 0 || e->status == 404) && variants_ok(m, e, g) &&
	       below_ok(m, e, path);
}

/* The run is inside its segment, and the index in it holds. */
static int
check_search(const struct snapshot_maps *m, const struct snapshot_search *s,
	     struct err *err)
{
	struct search_index ix;
	uint64_t size;

	if (s->segment == SEGMENT_NONE)
		return 0;
	if (s->segment >= m->nsegments)
		return err_set(err, "the snapshot's search index is nowhere");
	size = m->segment_size[s->segment];
	if (s->offset > size || s->len > size - s->offset ||
	    search_open(&ix, (struct slice){m->segment[s->segment] + s->offset,
					    (size_t)s->len}) == -1)
		return err_set(err, "the snapshot's search index is cut off");
	return search_check(&ix, err);
}

static int
check_entries(const struct snapshot_maps *m, const struct snapshot_head *h,
	      struct err *err)
{
	const struct snapshot_entry *e =
	    (const struct snapshot_entry *)(m->index + sizeof(*h));
	struct slice path, last = {NULL, 0};
	struct progress g = {.left = 0};
	uint32_t i;

	for (i = 0; i < m->nsegments; i++)
		g.left += m->segment_size[i];
	for (i = 0; i < h->nentries; i++) {
		path = checked_path(m, h, &e[i]);
		if (!entry_ok(m, &e[i], path, &g))
			return err_set(
			    err, "the snapshot's entry %" PRIu32 " is damaged",
			    i);
		if (i > 0 && slice_cmp(last, path) >= 0)
			return err_set(err,
				       "the snapshot's entry %" PRIu32
				       " is out of order",
				       i);
		last = path;
	}
	return 0;
}

int
snapshot_check(const struct snapshot_maps *m, struct err *err)
{
	const struct snapshot_head *h = (const struct snapshot_head *)m->index;

	if (m->index_size < sizeof(*h))
		return err_set(err, "the snapshot's index is cut off");
	if (!head_numbers_ok(m, h) || !segments_ok(m, h) || !texts_ok(h))
		return err_set(err, "the snapshot's head is damaged");
	return check_entries(m, h, err) == -1
		   ? -1
		   : check_search(m, &h->search, err);
}
