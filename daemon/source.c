/* SPDX-License-Identifier: ISC */
#include "source.h"

#include <sys/mman.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memfd.h"
#include "utf8.h"

/* ---- paths ---- */

static int
element_valid(const unsigned char *p, size_t n)
{
	if (n == 0 || (n == 1 && p[0] == '.') ||
	    (n == 2 && p[0] == '.' && p[1] == '.'))
		return 0;
	for (size_t i = 0; i < n; i++)
		if (p[i] < 0x20 || p[i] == 0x7f)
			return 0;
	return utf8_valid((const char *)p, n);
}

int
source_path_valid(struct slice path)
{
	const unsigned char *p = (const unsigned char *)path.data;
	size_t left = path.len;

	while (left > 0) {
		const unsigned char *slash = memchr(p, '/', left);
		size_t n = slash != NULL ? (size_t)(slash - p) : left;

		if (!element_valid(p, n))
			return 0;
		if (slash == NULL)
			return 1;
		p += n + 1;
		left -= n + 1;
	}
	return 0;
}

/* ---- writing ---- */

static int
by_path(const void *a, const void *b)
{
	const struct source_item *x = a, *y = b;

	return slice_cmp(x->path, y->path);
}

static int
check_items(const struct source_item *items, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (!source_path_valid(items[i].path) ||
		    items[i].path.len > UINT32_MAX)
			return err_set(err, "path %zu cannot be in a source",
				       i);
		if (i > 0 && by_path(&items[i - 1], &items[i]) == 0)
			return err_set(err, "path %zu is twice in the source",
				       i);
	}
	return 0;
}

/* Where the paths begin, and the size of the whole. */
static int
layout(const struct source_item *items, size_t n, size_t *paths, size_t *size,
       struct err *err)
{
	uint64_t total;

	if (n > UINT32_MAX ||
	    __builtin_mul_overflow(n, sizeof(struct source_file), paths) ||
	    __builtin_add_overflow(*paths, sizeof(struct source_head), paths))
		return err_set(err, "too many files for a source");
	total = *paths;
	for (size_t i = 0; i < n; i++)
		if (__builtin_add_overflow(total, items[i].path.len, &total) ||
		    (items[i].with_data &&
		     __builtin_add_overflow(total, items[i].size, &total)))
			return err_set(err, "too many bytes for a source");
	if (total > PTRDIFF_MAX)
		return err_set(err, "too many bytes for a source");
	*size = (size_t)total;
	return 0;
}

static int
fill(char *map, size_t off, const struct source_item *items, size_t n,
     source_read_fn *read, void *ctx)
{
	struct source_file *files =
	    (struct source_file *)(void *)(map + sizeof(struct source_head));

	for (size_t i = 0; i < n; i++) {
		struct source_file *f = &files[i];

		memcpy(f->blob, items[i].blob, sizeof(f->blob));
		f->path_off = off;
		f->path_len = (uint32_t)items[i].path.len;
		f->created = items[i].created;
		f->updated = items[i].updated;
		f->data_len = items[i].size;
		memcpy(map + off, items[i].path.data, items[i].path.len);
		off += items[i].path.len;
	}
	for (size_t i = 0; i < n; i++) {
		if (!items[i].with_data)
			continue;
		if (read(ctx, &items[i], map + off) == -1)
			return -1;
		files[i].data_off = off;
		off += (size_t)items[i].size;
	}
	return 0;
}

int
source_write(struct source_item *items, size_t n, const uint8_t commit[OID_MAX],
	     unsigned oid_len, int64_t commit_time, source_read_fn *read,
	     void *ctx, struct err *err)
{
	struct source_head head = {.nfiles = (uint32_t)n,
				   .oid_len = oid_len,
				   .commit_time = commit_time};
	size_t paths = 0, size = 0;
	void *map;
	int fd;

	if (n > 0)
		qsort(items, n, sizeof(*items), by_path);
	if (check_items(items, n, err) == -1 ||
	    layout(items, n, &paths, &size, err) == -1)
		return -1;
	fd = memfd_map_new("source", size, &map, err);
	if (fd == -1)
		return -1;
	memcpy(head.magic, SOURCE_MAGIC, sizeof(head.magic));
	memcpy(head.commit, commit, sizeof(head.commit));
	head.size = size;
	memcpy(map, &head, sizeof(head));
	if (fill(map, paths, items, n, read, ctx) == -1) {
		munmap(map, size);
		close(fd);
		return -1;
	}
	if (memfd_seal(fd, map, size, err) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

/* ---- reading ---- */

static int
inside(const struct source *s, uint64_t off, uint64_t len)
{
	uint64_t first =
	    sizeof(*s->head) + (uint64_t)s->head->nfiles * sizeof(*s->files);

	return off >= first && off <= s->size && len <= s->size - off;
}

static int
check_head(const struct source *s, struct err *err)
{
	if (s->size < sizeof(*s->head) ||
	    memcmp(s->head->magic, SOURCE_MAGIC, sizeof(s->head->magic)) != 0)
		return err_set(err, "the source has no header");
	if (s->head->size != s->size ||
	    s->head->nfiles > (s->size - sizeof(*s->head)) / sizeof(*s->files))
		return err_set(err, "the source has another size than it says");
	if (s->head->oid_len != 20 && s->head->oid_len != 32)
		return err_set(err, "the source has ids of %u bytes",
			       s->head->oid_len);
	return 0;
}

static int
check_files(const struct source *s, struct err *err)
{
	struct slice path, last = {NULL, 0};

	for (uint32_t i = 0; i < s->head->nfiles; i++) {
		const struct source_file *f = &s->files[i];

		if (!inside(s, f->path_off, f->path_len) ||
		    (source_has_data(f) &&
		     !inside(s, f->data_off, f->data_len)))
			return err_set(err, "file %u of the source is outside",
				       i);
		path = source_path(s, f);
		if (!source_path_valid(path))
			return err_set(err,
				       "path %u of the source is not valid", i);
		if (i > 0 && slice_cmp(last, path) >= 0)
			return err_set(
			    err, "the source is not sorted at file %u", i);
		last = path;
	}
	return 0;
}

int
source_open(struct source *s, int fd, struct err *err)
{
	size_t size;

	if (memfd_check(fd, &size, err) == -1)
		return -1;
	s->map = memfd_map(fd, &s->size, err);
	if (s->map == NULL)
		return -1;
	s->head = (const struct source_head *)(const void *)s->map;
	s->files = (const struct source_file *)(const void *)(s->map +
							      sizeof(*s->head));
	if (check_head(s, err) == 0 && check_files(s, err) == 0)
		return 0;
	source_close(s);
	return -1;
}

void
source_close(struct source *s)
{
	munmap((void *)(uintptr_t)s->map, s->size);
	memset(s, 0, sizeof(*s));
}

struct slice
source_path(const struct source *s, const struct source_file *f)
{
	return (struct slice){s->map + f->path_off, f->path_len};
}

struct slice
source_data(const struct source *s, const struct source_file *f)
{
	if (!source_has_data(f))
		return (struct slice){NULL, 0};
	return (struct slice){s->map + f->data_off, (size_t)f->data_len};
}

int
source_has_data(const struct source_file *f)
{
	return f->data_off != 0;
}
