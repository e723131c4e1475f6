/* SPDX-License-Identifier: ISC */
#include <sys/mman.h>

#include <stdlib.h>
#include <string.h>

#include "../memfd.h"
#include "format.h"

#define ETAG_BYTES 12

struct snapshot {
	unsigned refs;
	struct snapshot_maps maps;
	const struct snapshot_head *head;
	const struct snapshot_entry *entries;
	struct search_index search; /* when the head says that there is one */
};

static void
unmap(const char *map, size_t size)
{
	if (map != NULL)
		munmap((void *)(uintptr_t)map, size);
}

static void
maps_close(struct snapshot_maps *m)
{
	unsigned i;

	unmap(m->index, m->index_size);
	for (i = 0; i < m->nsegments; i++)
		unmap(m->segment[i], m->segment_size[i]);
}

/* sizes NULL: the system says. */
static const char *
map_nth(const int *fds, const uint64_t *sizes, unsigned i, size_t *size,
	struct err *err)
{
	if (sizes == NULL)
		return memfd_map(fds[i], size, err);
	*size = (size_t)sizes[i];
	return memfd_map_sized(fds[i], *size, err);
}

static int
maps_open(struct snapshot_maps *m, const int *fds, const uint64_t *sizes,
	  unsigned nfds, struct err *err)
{
	unsigned i;

	if (nfds < 2 || nfds > 1 + SEGMENTS_MAX)
		return err_set(err, "a snapshot of %u descriptors", nfds);
	m->nsegments = nfds - 1;
	m->index = map_nth(fds, sizes, 0, &m->index_size, err);
	if (m->index == NULL)
		return -1;
	for (i = 0; i < m->nsegments; i++) {
		m->segment[i] =
		    map_nth(fds, sizes, 1 + i, &m->segment_size[i], err);
		if (m->segment[i] == NULL)
			return -1;
	}
	return 0;
}

struct slice
snapshot_search_run(const struct snapshot *s)
{
	const struct snapshot_search *at = &s->head->search;

	if (at->segment == SEGMENT_NONE)
		return (struct slice){NULL, 0};
	return (struct slice){s->maps.segment[at->segment] + at->offset,
			      (size_t)at->len};
}

struct snapshot *
snapshot_open_sized(const int *fds, const uint64_t *sizes, unsigned nfds,
		    struct err *err)
{
	struct snapshot *s = xcalloc(1, sizeof(*s));

	s->refs = 1;
	if (maps_open(&s->maps, fds, sizes, nfds, err) == -1 ||
	    snapshot_check(&s->maps, err) == -1) {
		snapshot_unref(s);
		return NULL;
	}
	s->head = (const struct snapshot_head *)s->maps.index;
	s->entries =
	    (const struct snapshot_entry *)(s->maps.index + sizeof(*s->head));
	if (s->head->search.segment != SEGMENT_NONE)
		search_open(&s->search, snapshot_search_run(s));
	return s;
}

struct snapshot *
snapshot_open(const int *fds, unsigned nfds, struct err *err)
{
	return snapshot_open_sized(fds, NULL, nfds, err);
}

struct snapshot *
snapshot_ref(struct snapshot *s)
{
	s->refs++;
	return s;
}

void
snapshot_unref(struct snapshot *s)
{
	if (s == NULL || --s->refs > 0)
		return;
	maps_close(&s->maps);
	free(s);
}

const struct snapshot_head *
snapshot_head(const struct snapshot *s)
{
	return s->head;
}

struct slice
snapshot_path(const struct snapshot *s, const struct snapshot_entry *e)
{
	return (struct slice){s->maps.index + e->path_off, e->path_len};
}

const struct snapshot_entry *
snapshot_find(const struct snapshot *s, const char *path, size_t len)
{
	struct slice want = {path, len};
	uint32_t low = 0, high = s->head->nentries;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int c = slice_cmp(want, snapshot_path(s, &s->entries[mid]));

		if (c == 0)
			return &s->entries[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* As in the table: "" and "*..." come before "/...". */
static int
compare_below(struct slice directory, struct slice entry)
{
	if (entry.len == 0)
		return 1;
	if (entry.data[0] != '*')
		return -1;
	entry.data++;
	entry.len--;
	return slice_cmp(directory, entry);
}

static const struct snapshot_entry *
find_directory(const struct snapshot *s, struct slice directory)
{
	uint32_t low = 0, high = s->head->nentries;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int c = compare_below(directory,
				      snapshot_path(s, &s->entries[mid]));

		if (c == 0)
			return &s->entries[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* The first of them, if there is any, comes behind the page for what is not
 * found. */
static int
has_below(const struct snapshot *s)
{
	uint32_t i = s->entries[0].path_len == 0;

	return i < s->head->nentries &&
	       snapshot_is_below(snapshot_path(s, &s->entries[i]));
}

const struct snapshot_entry *
snapshot_find_below(const struct snapshot *s, struct slice path,
		    struct slice *rest)
{
	const struct snapshot_entry *e, *found = NULL;
	size_t i, slashes = 0;

	if (!has_below(s))
		return NULL;
	for (i = 0; i + 1 < path.len && slashes <= SNAPSHOT_DEPTH_MAX; i++) {
		if (path.data[i] != '/')
			continue;
		slashes++;
		e = find_directory(s, (struct slice){path.data, i + 1});
		if (e == NULL)
			continue;
		found = e;
		*rest = (struct slice){path.data + i + 1, path.len - i - 1};
	}
	return found;
}

const struct search_index *
snapshot_search(const struct snapshot *s)
{
	return s->head->search.segment != SEGMENT_NONE ? &s->search : NULL;
}

const struct snapshot_entry *
snapshot_not_found(const struct snapshot *s)
{
	/* The empty path sorts first. */
	return s->entries[0].path_len == 0 ? &s->entries[0] : NULL;
}

const struct snapshot_entry *
snapshot_at(const struct snapshot *s, uint32_t i)
{
	return i < s->head->nentries ? &s->entries[i] : NULL;
}

int
snapshot_run(const struct snapshot *s, const struct snapshot_entry *e,
	     enum encoding enc, struct snapshot_run *run)
{
	const struct snapshot_variant *v = &e->variant[enc];

	if (v->segment == SEGMENT_NONE)
		return 0;
	run->start = s->maps.segment[v->segment] + v->offset;
	run->common = v->common;
	run->typed = v->typed;
	run->head = v->head;
	run->body = run->start + v->head;
	run->body_len = v->body_len;
	return 1;
}

/* Three bytes. */
static char *
put_base64url(char *out, const uint8_t in[3])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	uint32_t bits = (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];

	for (int shift = 18; shift >= 0; shift -= 6)
		*out++ = digits[bits >> shift & 63];
	return out;
}

void
snapshot_etag(const struct snapshot_entry *e, enum encoding enc,
	      char out[ETAG_MAX])
{
	static const char suffixes[ENC__MAX][4] = {"-br", "-zs", "-gz", ""};
	int quick = enc == ENC_GZIP && e->flags & ENTRY_QUICK;
	const char *suffix = quick ? "-gq" : suffixes[enc];
	char *p = out;
	size_t i;

	*p++ = '"';
	for (i = 0; i < ETAG_BYTES; i += 3)
		p = put_base64url(p, e->etag + i);
	for (i = 0; suffix[i] != '\0'; i++)
		*p++ = suffix[i];
	*p++ = '"';
	*p = '\0';
}
