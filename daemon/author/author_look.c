/* SPDX-License-Identifier: ISC */
#include "author_look.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../git/object.h"

/* File systems keep times of some milliseconds: what was written so shortly
 * before a look may have been written again. */
#define FRESH_NS INT64_C(100000000)
#define NS	 INT64_C(1000000000)

static int64_t
mtime_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * NS + st->st_mtim.tv_nsec;
}

static int
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_size == b->st_size && mtime_ns(a) == mtime_ns(b) &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

int
look_by_path(const void *a, const void *b)
{
	const struct tree_file *x = a, *y = b;

	return slice_cmp((struct slice){x->path, x->len},
			 (struct slice){y->path, y->len});
}

/* ---- one file ---- */

static int
read_exactly(int fd, char *into, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, into, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		into += n;
		len -= (size_t)n;
	}
	return 0;
}

static void
hash(struct tree_file *f)
{
	git_oid id;

	memset(f->blob, 0, sizeof(f->blob));
	git_odb_hash(&id, f->data.len > 0 ? f->data.data : "", f->data.len,
		     GIT_OBJECT_BLOB);
	memcpy(f->blob, id.id, OID_LEN);
}

static int
read_file(struct look *l, struct tree_file *f, int fd)
{
	size_t size = (size_t)f->st.st_size;

	buf_reserve(&f->data, size + 1);
	if (read_exactly(fd, f->data.data, size) == -1)
		return err_set(l->err, "%s: changed while it was read",
			       buf_cstr(&l->path));
	f->data.len = size;
	f->was_read = 1;
	hash(f);
	return 0;
}

static const struct tree_file *
known(const struct look *l, const struct tree_file *f)
{
	const struct tree_file *old = NULL;

	if (l->t->n > 0)
		old =
		    bsearch(f, l->t->files, l->t->n, sizeof(*f), look_by_path);
	if (old == NULL || !same_file(&old->st, &f->st) ||
	    mtime_ns(&f->st) + FRESH_NS > l->t->looked)
		return NULL;
	return old;
}

struct tree_file *
look_add_file(struct look *l, const struct stat *st)
{
	struct tree_file *f;

	if (l->n == l->cap) {
		l->cap = l->cap > 0 ? l->cap * 2 : 256;
		l->files = xreallocarray(l->files, l->cap, sizeof(*l->files));
	}
	f = &l->files[l->n++];
	memset(f, 0, sizeof(*f));
	f->path = xstrndup(l->path.data, l->path.len);
	f->len = l->path.len;
	f->st = *st;
	return f;
}

int
look_count_bytes(struct look *l, off_t size)
{
	l->bytes += (uint64_t)size;
	if (l->bytes <= l->t->set->max_source)
		return 0;
	return err_set(l->err,
		       "the files have more than %" PRIu64
		       " bytes (`fetch.max-source`)",
		       l->t->set->max_source);
}

static int
take_open(struct look *l, int fd)
{
	const struct tree_file *old;
	struct tree_file *f;
	struct stat st;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		look_leave_out(l, "neither a file nor a directory");
		return 0;
	}
	if ((uint64_t)st.st_size > l->t->set->max_object_size) {
		look_leave_out(l, "too large (`fetch.max-object-size`)");
		return 0;
	}
	if (look_count_bytes(l, st.st_size) == -1)
		return -1;
	f = look_add_file(l, &st);
	old = known(l, f);
	if (old == NULL)
		return read_file(l, f, fd);
	memcpy(f->blob, old->blob, sizeof(f->blob));
	return 0;
}

int
look_take_file(struct look *l, int dir, const char *name)
{
	int fd =
	    openat(dir, name,
		   O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int r;

	if (fd == -1 && errno == ENOENT)
		return 0; /* gone since the directory was read */
	if (fd == -1) {
		look_leave_out(l, strerror(errno));
		return 0;
	}
	r = take_open(l, fd);
	close(fd);
	return r;
}

/* ---- again ---- */

/* Opens a path below the directory without following a link. */
static int
open_below(const char *dir, const char *path)
{
	int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), next;
	const char *slash;

	while (at != -1 && (slash = strchr(path, '/')) != NULL) {
		char *name = xstrndup(path, (size_t)(slash - path));

		next = openat(at, name,
			      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		free(name);
		close(at);
		at = next;
		path = slash + 1;
	}
	if (at == -1)
		return -1;
	next = openat(at, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	close(at);
	return next;
}

int
author_tree_read(const struct author_tree *t, const struct tree_file *f,
		 void *into, struct err *err)
{
	struct stat st;
	int fd, good;

	if (f->was_read) {
		if (f->data.len > 0)
			memcpy(into, f->data.data, f->data.len);
		return 0;
	}
	fd = open_below(t->dir, f->path);
	if (fd == -1)
		return err_set(err, "%s: %s", f->path, strerror(errno));
	good = fstat(fd, &st) == 0 && same_file(&st, &f->st) &&
	       read_exactly(fd, into, (size_t)st.st_size) == 0;
	close(fd);
	return good ? 0
		    : err_set(err, "%s: changed while it was read", f->path);
}
