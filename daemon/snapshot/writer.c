/* SPDX-License-Identifier: ISC */
#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../memfd.h"
#include "format.h"
#include "headers.h"
#include "segment.h"

/* In an item: the segment that is being written. */
#define SEGMENT_NEW SEGMENTS_MAX

struct item {
	char *path;
	struct snapshot_entry entry; /* path_off is set last */
};

struct snapshot_writer {
	struct snapshot *previous;
	int fds[1 + SEGMENTS_MAX]; /* of the previous, not owned */
	struct item **items;
	size_t n, cap;
	void *by_path; /* tsearch's tree of the same items */
	struct snapshot_search search;
	struct segment segment;
};

struct snapshot_writer *
snapshot_writer_new(struct snapshot *previous, const int *fds, unsigned nfds)
{
	struct snapshot_writer *w = xcalloc(1, sizeof(*w));

	if (previous != NULL &&
	    nfds == 1 + snapshot_head(previous)->nsegments) {
		w->previous = previous;
		memcpy(w->fds, fds, nfds * sizeof(*fds));
	}
	w->search.segment = SEGMENT_NONE;
	segment_init(&w->segment);
	return w;
}

static struct slice
item_path(const struct item *item)
{
	return (struct slice){item->path, item->entry.path_len};
}

static int
cmp_items(const void *a, const void *b)
{
	return slice_cmp(item_path(a), item_path(b));
}

static int
cmp_item_pointers(const void *a, const void *b)
{
	return cmp_items(*(struct item *const *)a, *(struct item *const *)b);
}

void
snapshot_writer_free(struct snapshot_writer *w)
{
	size_t i;

	if (w == NULL)
		return;
	for (i = 0; i < w->n; i++)
		tdelete(w->items[i], &w->by_path, cmp_items);
	for (i = 0; i < w->n; i++) {
		free(w->items[i]->path);
		free(w->items[i]);
	}
	free(w->items);
	segment_free(&w->segment);
	free(w);
}

/* A new item for the path with a copy of the entry, NULL when it is there. */
static struct item *
add_item(struct snapshot_writer *w, struct slice path,
	 const struct snapshot_entry *entry)
{
	struct item *item = xcalloc(1, sizeof(*item)), **found;

	item->path = xstrndup(path.data, path.len);
	item->entry = *entry;
	item->entry.path_len = (uint32_t)path.len;
	found = tsearch(item, &w->by_path, cmp_items);
	if (found == NULL || *found != item) {
		free(item->path);
		free(item);
		return NULL;
	}
	if (w->n == w->cap) {
		w->cap = w->cap > 0 ? w->cap * 2 : 64;
		w->items = xreallocarray(w->items, w->cap, sizeof(*w->items));
	}
	w->items[w->n++] = item;
	return item;
}

static const struct snapshot_entry *
find_previous(const struct snapshot_writer *w, struct slice path,
	      const uint8_t recipe[32])
{
	const struct snapshot_entry *e;

	if (w->previous == NULL)
		return NULL;
	e = snapshot_find(w->previous, path.data, path.len);
	if (e == NULL || memcmp(e->recipe, recipe, sizeof(e->recipe)) != 0)
		return NULL;
	return e;
}

int
snapshot_has(const struct snapshot_writer *w, struct slice path,
	     const uint8_t recipe[32])
{
	return find_previous(w, path, recipe) != NULL;
}

int
snapshot_reuse(struct snapshot_writer *w, struct slice path,
	       const uint8_t recipe[32])
{
	const struct snapshot_entry *e = find_previous(w, path, recipe);

	return e != NULL && add_item(w, path, e) != NULL;
}

static int
append_run(struct snapshot_writer *w, struct slice common, struct slice typed,
	   struct slice body, struct snapshot_variant *v, struct err *err)
{
	char line[LENGTH_LINE_MAX];
	size_t n = snapshot_length_line(body.len, line);

	v->segment = SEGMENT_NEW;
	v->offset = w->segment.size;
	v->common = (uint32_t)common.len;
	v->typed = (uint32_t)(common.len + typed.len);
	v->head = (uint32_t)(common.len + typed.len + n);
	v->body_len = body.len;
	if (segment_append(&w->segment, common.data, common.len, err) == -1 ||
	    segment_append(&w->segment, typed.data, typed.len, err) == -1 ||
	    segment_append(&w->segment, line, n, err) == -1)
		return -1;
	return segment_append(&w->segment, body.data, body.len, err);
}

/* As the checker wants it. */
static int
below_ok(const struct snapshot_page *page)
{
	struct slice base = page->variant[ENC_IDENTITY].body;

	return !snapshot_is_below(page->path) ||
	       (snapshot_is_redirect(page->status) &&
		(base.len == 0 || snapshot_base_ok(base)));
}

static int
check_page(const struct snapshot_page *page, struct err *err)
{
	int len = (int)(page->path.len < 200 ? page->path.len : 200), i;

	if (!snapshot_path_ok(page->path) ||
	    !snapshot_status_ok(page->status) ||
	    (page->path.len == 0 && page->status != 404) ||
	    !page->variant[ENC_IDENTITY].present || !below_ok(page))
		return err_set(err, "%.*s: not a page of a snapshot", len,
			       page->path.data);
	for (i = 0; i < ENC__MAX; i++)
		if (page->variant[i].present &&
		    (page->variant[i].common.len > SNAPSHOT_HEAD_MAX / 4 ||
		     page->variant[i].typed.len > SNAPSHOT_HEAD_MAX / 4))
			return err_set(err,
				       "%.*s: its header fields are too long",
				       len, page->path.data);
	return 0;
}

int
snapshot_add(struct snapshot_writer *w, const struct snapshot_page *page,
	     struct err *err)
{
	struct snapshot_entry e = {.status = page->status,
				   .flags = page->flags,
				   .modified = page->modified};
	struct item *item;
	int i;

	if (check_page(page, err) == -1)
		return -1;
	memcpy(e.etag, page->etag, sizeof(e.etag));
	memcpy(e.recipe, page->recipe, sizeof(e.recipe));
	item = add_item(w, page->path, &e);
	if (item == NULL)
		return err_set(
		    err, "%.*s: two pages with this address",
		    (int)(page->path.len < 200 ? page->path.len : 200),
		    page->path.data);
	for (i = 0; i < ENC__MAX; i++) {
		item->entry.variant[i].segment = SEGMENT_NONE;
		if (page->variant[i].present &&
		    append_run(w, page->variant[i].common,
			       page->variant[i].typed, page->variant[i].body,
			       &item->entry.variant[i], err) == -1)
			return -1;
	}
	return 0;
}

/* The gzip variant has the lines that another encoding's has. */
static int
append_variant(struct snapshot_writer *w, struct item *item,
	       const struct snapshot_run *gzip, enum encoding enc,
	       struct slice body, struct err *err)
{
	struct slice common = {gzip->start, gzip->common};
	struct slice typed = {gzip->start + gzip->common,
			      gzip->typed - gzip->common};
	struct buf a = {0}, b = {0};
	int result;

	headers_recode(&a, common, &item->entry, enc);
	headers_recode(&b, typed, &item->entry, enc);
	result = append_run(w, (struct slice){a.data, a.len},
			    (struct slice){b.data, b.len}, body,
			    &item->entry.variant[enc], err);
	buf_free(&a);
	buf_free(&b);
	return result;
}

int
snapshot_extend(struct snapshot_writer *w, const struct snapshot_entry *e,
		const struct slice body[ENC__MAX], struct err *err)
{
	struct item *item = add_item(w, snapshot_path(w->previous, e), e);
	struct snapshot_run gzip;
	int i;

	if (item == NULL)
		return err_set(err, "two pages with one address");
	item->entry.flags |= ENTRY_COMPRESSED;
	if (!snapshot_run(w->previous, e, ENC_GZIP, &gzip))
		return 0;
	for (i = 0; i < ENC__MAX; i++)
		if (body[i].len > 0 && e->variant[i].segment == SEGMENT_NONE &&
		    append_variant(w, item, &gzip, i, body[i], err) == -1)
			return -1;
	return 0;
}

size_t
snapshot_unfinished(const struct snapshot_writer *w)
{
	size_t i, n = 0;

	for (i = 0; i < w->n; i++)
		n += !(w->items[i]->entry.flags & ENTRY_COMPRESSED);
	return n;
}

int
snapshot_reuse_search(struct snapshot_writer *w, const uint8_t recipe[32])
{
	const struct snapshot_search *old;

	if (w->previous == NULL)
		return 0;
	old = &snapshot_head(w->previous)->search;
	if (old->segment == SEGMENT_NONE ||
	    memcmp(old->recipe, recipe, sizeof(old->recipe)) != 0)
		return 0;
	w->search = *old;
	return 1;
}

int
snapshot_add_search(struct snapshot_writer *w, const struct slice *parts,
		    unsigned n, const uint8_t recipe[32], struct err *err)
{
	w->search.segment = SEGMENT_NEW;
	w->search.offset = w->segment.size;
	w->search.len = 0;
	memcpy(w->search.recipe, recipe, sizeof(w->search.recipe));
	for (unsigned i = 0; i < n; i++) {
		w->search.len += parts[i].len;
		if (segment_append(&w->segment, parts[i].data, parts[i].len,
				   err) == -1)
			return -1;
	}
	return 0;
}

/* ----------------------------------------------------------- finishing -- */

static int
is_old(const struct snapshot_variant *v)
{
	return v->segment < SEGMENT_NEW;
}

/* Bytes of each old segment that the items still use. */
static void
count_used(const struct snapshot_writer *w, uint64_t used[SEGMENTS_MAX])
{
	size_t i;
	int k;

	memset(used, 0, SEGMENTS_MAX * sizeof(*used));
	for (i = 0; i < w->n; i++)
		for (k = 0; k < ENC__MAX; k++) {
			const struct snapshot_variant *v =
			    &w->items[i]->entry.variant[k];

			if (is_old(v))
				used[v->segment] += v->head + v->body_len;
		}
	if (w->search.segment < SEGMENT_NEW)
		used[w->search.segment] += w->search.len;
}

/* A segment that nothing uses any more is dropped at no cost, so only the
 * waste in those that stay counts. */
static int
wants_compaction(const struct snapshot_writer *w,
		 const uint64_t used[SEGMENTS_MAX])
{
	uint64_t live = 0, all = 0;
	unsigned i, kept = w->segment.size > 0;

	for (i = 0; i < SEGMENTS_MAX; i++) {
		if (used[i] == 0)
			continue;
		kept++;
		live += used[i];
		all += snapshot_head(w->previous)->segment_size[i];
	}
	return kept > SEGMENTS_MAX || live < all - live;
}

static int
copy_item(struct snapshot_writer *w, struct item *item, struct err *err)
{
	struct snapshot_run run;
	int k;

	for (k = 0; k < ENC__MAX; k++) {
		struct snapshot_variant *v = &item->entry.variant[k];

		if (!is_old(v) ||
		    !snapshot_run(w->previous, &item->entry, k, &run))
			continue;
		v->segment = SEGMENT_NEW;
		v->offset = w->segment.size;
		if (segment_append(&w->segment, run.start, run.head, err) ==
			-1 ||
		    segment_append(&w->segment, run.body, run.body_len, err) ==
			-1)
			return -1;
	}
	return 0;
}

/* Bytes of an old segment. */
static int
copy_search(struct snapshot_writer *w, struct err *err)
{
	struct slice run;
	uint8_t recipe[32];

	if (w->search.segment >= SEGMENT_NEW)
		return 0;
	run = snapshot_search_run(w->previous);
	memcpy(recipe, w->search.recipe, sizeof(recipe));
	return snapshot_add_search(w, &run, 1, recipe, err);
}

static int
compact(struct snapshot_writer *w, struct err *err)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (copy_item(w, w->items[i], err) == -1)
			return -1;
	return copy_search(w, err);
}

/* The segments of the new snapshot; map says where an item's segment went. */
struct layout {
	int fds[SEGMENTS_MAX];
	uint64_t size[SEGMENTS_MAX];
	unsigned n;
	uint32_t map[SEGMENTS_MAX + 1];
};

static void
layout_close(struct layout *l)
{
	while (l->n > 0)
		close(l->fds[--l->n]);
}

static int
layout_add(struct layout *l, uint32_t from, int fd, uint64_t size,
	   struct err *err)
{
	if (fd == -1)
		return err_set(err, "cannot duplicate a descriptor: %s",
			       strerror(errno));
	l->fds[l->n] = fd;
	l->size[l->n] = size;
	l->map[from] = l->n++;
	return 0;
}

static int
layout_make(struct snapshot_writer *w, const uint64_t used[SEGMENTS_MAX],
	    struct layout *l, struct err *err)
{
	uint64_t size = w->segment.size;
	uint32_t i;
	int fd;

	for (i = 0; i < SEGMENTS_MAX; i++) {
		if (used[i] == 0)
			continue;
		fd = fcntl(w->fds[1 + i], F_DUPFD_CLOEXEC, 0);
		if (layout_add(l, i, fd,
			       snapshot_head(w->previous)->segment_size[i],
			       err) == -1)
			return -1;
	}
	if (size == 0)
		return 0;
	fd = segment_take(&w->segment, err);
	return fd == -1 ? -1 : layout_add(l, SEGMENT_NEW, fd, size, err);
}

static void
write_entries(const struct snapshot_writer *w, const struct layout *l,
	      char *index)
{
	struct snapshot_entry *out =
	    (struct snapshot_entry *)(index + sizeof(struct snapshot_head));
	uint64_t off = sizeof(struct snapshot_head) + w->n * sizeof(*out);
	size_t i;
	int k;

	for (i = 0; i < w->n; i++) {
		out[i] = w->items[i]->entry;
		out[i].path_off = off;
		memcpy(index + off, w->items[i]->path, out[i].path_len);
		off += out[i].path_len;
		for (k = 0; k < ENC__MAX; k++)
			if (out[i].variant[k].segment != SEGMENT_NONE)
				out[i].variant[k].segment =
				    l->map[out[i].variant[k].segment];
	}
}

static int
fill_head(const struct snapshot_writer *w, const struct layout *l,
	  const char *commit, const char *root, struct snapshot_head *h,
	  struct err *err)
{
	size_t i;

	memset(h, 0, sizeof(*h));
	memcpy(h->magic, SNAPSHOT_MAGIC, sizeof(h->magic));
	if (w->n == 0 || w->n > UINT32_MAX)
		return err_set(err, "a snapshot cannot have %zu pages", w->n);
	if (strlen(commit) >= sizeof(h->commit) ||
	    strlen(root) >= sizeof(h->root))
		return err_set(err, "the site's address is too long");
	memcpy(h->commit, commit, strlen(commit));
	memcpy(h->root, root, strlen(root));
	h->nentries = (uint32_t)w->n;
	h->nsegments = l->n;
	memcpy(h->segment_size, l->size, l->n * sizeof(*l->size));
	h->search = w->search;
	if (h->search.segment != SEGMENT_NONE)
		h->search.segment = l->map[h->search.segment];
	h->size = sizeof(*h) + w->n * sizeof(struct snapshot_entry);
	for (i = 0; i < w->n; i++)
		h->size += w->items[i]->entry.path_len;
	return 0;
}

static int
write_index(const struct snapshot_writer *w, const struct layout *l,
	    const char *commit, const char *root, struct err *err)
{
	struct snapshot_head h;
	void *map;
	int fd;

	if (fill_head(w, l, commit, root, &h, err) == -1)
		return -1;
	fd = memfd_map_new("index", h.size, &map, err);
	if (fd == -1)
		return -1;
	memcpy(map, &h, sizeof(h));
	write_entries(w, l, map);
	if (memfd_seal(fd, map, h.size, err) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

int
snapshot_finish(struct snapshot_writer *w, const char *commit, const char *root,
		int *fds, unsigned *nfds, struct err *err)
{
	struct layout l = {.n = 0};
	uint64_t used[SEGMENTS_MAX];

	if (w->n > 0)
		qsort(w->items, w->n, sizeof(*w->items), cmp_item_pointers);
	count_used(w, used);
	if (wants_compaction(w, used)) {
		if (compact(w, err) == -1)
			return -1;
		memset(used, 0, sizeof(used));
	}
	if (layout_make(w, used, &l, err) == -1 ||
	    (fds[0] = write_index(w, &l, commit, root, err)) == -1) {
		layout_close(&l);
		return -1;
	}
	memcpy(fds + 1, l.fds, l.n * sizeof(*l.fds));
	*nfds = 1 + l.n;
	return 0;
}
