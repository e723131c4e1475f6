/* SPDX-License-Identifier: ISC */
#include "author_out.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../source.h"
#include "author_tree.h"

#define HEAD	 "# Written by blogd export, which removes them again.\n"
#define LIST_MAX (64U << 20)
#define TEMP	 ".blogd-export.tmp"

struct paths {
	struct slice *v;
	size_t n, cap;
	struct buf text;
};

struct author_out {
	int fd;
	const char *dir;
	struct buf old_text; /* of the list that was there */
	struct paths old, new;
};

static int
by_path(const void *a, const void *b)
{
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

static void
paths_add(struct paths *p, struct slice path)
{
	if (p->n == p->cap) {
		p->cap = p->cap > 0 ? p->cap * 2 : 64;
		p->v = xreallocarray(p->v, p->cap, sizeof(*p->v));
	}
	p->v[p->n++] = path;
}

static int
paths_have(const struct paths *p, struct slice path)
{
	return p->n > 0 &&
	       bsearch(&path, p->v, p->n, sizeof(*p->v), by_path) != NULL;
}

static int
failed(const struct author_out *o, struct slice path, struct err *err)
{
	return err_set(err, "%s/%.*s: %s", o->dir, (int)path.len, path.data,
		       strerror(errno));
}

/* ---- files ---- */

static int
read_whole(int fd, struct buf *b, size_t max)
{
	ssize_t n;

	do {
		buf_reserve(b, 65536);
		n = read(fd, b->data + b->len, 65536);
		if (n > 0)
			b->len += (size_t)n;
	} while ((n > 0 && b->len <= max) || (n == -1 && errno == EINTR));
	return n == 0 ? 0 : -1;
}

static int
write_whole(int fd, struct slice data)
{
	while (data.len > 0) {
		ssize_t n = write(fd, data.data, data.len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		data.data += n;
		data.len -= (size_t)n;
	}
	return 0;
}

/* Is the file there, just so?  Then its time stays, too. */
static int
is_same(int dir, const char *name, struct slice data)
{
	int fd =
	    openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct buf b = {0};
	struct stat st;
	int same;

	if (fd == -1)
		return 0;
	same = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       (uint64_t)st.st_size == data.len &&
	       read_whole(fd, &b, data.len) == 0 && b.len == data.len &&
	       (data.len == 0 || memcmp(b.data, data.data, data.len) == 0);
	buf_free(&b);
	close(fd);
	return same;
}

/* Beside it, then in its place. */
static int
replace(int dir, const char *name, struct slice data)
{
	int fd, good;

	if (is_same(dir, name, data))
		return 0;
	unlinkat(dir, TEMP, 0);
	fd = openat(dir, TEMP,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd == -1)
		return -1;
	good = write_whole(fd, data) == 0;
	if (close(fd) == -1)
		good = 0;
	if (good && renameat(dir, TEMP, dir, name) == 0)
		return 0;
	unlinkat(dir, TEMP, 0);
	return -1;
}

/* ---- directories ---- */

/* A file that an earlier site had where this one has a directory gives way; one
 * of somebody else does not. */
static int
enter(const struct author_out *o, int at, const char *name, struct slice path)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd;

	if (mkdirat(at, name, 0777) == -1 && errno != EEXIST)
		return -1;
	fd = openat(at, name, flags);
	if (fd != -1 || errno != ENOTDIR || !paths_have(&o->old, path))
		return fd;
	if (unlinkat(at, name, 0) == -1 || mkdirat(at, name, 0777) == -1)
		return -1;
	return openat(at, name, flags);
}

/* The directory of path, made on the way (make), and *name, its last element.
 * The caller closes it and frees *name. */
static int
open_parent(const struct author_out *o, struct slice path, int make,
	    char **name)
{
	char *copy = xstrndup(path.data, path.len), *element = copy, *slash;
	int at = fcntl(o->fd, F_DUPFD_CLOEXEC, 0), next;

	while (at != -1 && (slash = strchr(element, '/')) != NULL) {
		*slash = '\0';
		next = make ? enter(o, at, element,
				    (struct slice){path.data,
						   (size_t)(slash - copy)})
			    : openat(at, element,
				     O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
					 O_CLOEXEC);
		close(at);
		at = next;
		element = slash + 1;
	}
	*name = xstrndup(element, strlen(element));
	free(copy);
	return at;
}

/* With the directories that are empty then. */
static void
remove_path(const struct author_out *o, struct slice path)
{
	char *name;
	int at = open_parent(o, path, 0, &name), flags = 0;

	while (at != -1) {
		if (unlinkat(at, name, flags) == -1)
			path.len = 0;
		close(at);
		free(name);
		name = NULL;
		while (path.len > 0 && path.data[path.len - 1] != '/')
			path.len--;
		if (path.len == 0)
			break;
		path.len--;
		flags = AT_REMOVEDIR;
		at = open_parent(o, path, 0, &name);
	}
	free(name);
}

/* ---- the list ---- */

static void
read_list(struct author_out *o)
{
	const char *p = o->old_text.data, *end = p + o->old_text.len, *line;

	while (p < end) {
		struct slice path;

		line = p;
		p = memchr(p, '\n', (size_t)(end - p));
		p = p != NULL ? p : end;
		path = (struct slice){line, (size_t)(p - line)};
		p++;
		if (path.len > 0 && path.data[0] != '#' &&
		    source_path_valid(path))
			paths_add(&o->old, path);
	}
	if (o->old.n > 0)
		qsort(o->old.v, o->old.n, sizeof(*o->old.v), by_path);
}

/* 1: ours; 0: there is no list; -1 with err. */
static int
find_list(struct author_out *o, struct err *err)
{
	int fd = openat(o->fd, EXPORT_MARK,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC),
	    r;

	if (fd == -1 && errno == ENOENT)
		return 0;
	if (fd == -1)
		return failed(o, slice_of(EXPORT_MARK), err);
	r = read_whole(fd, &o->old_text, LIST_MAX);
	close(fd);
	if (r == -1 || o->old_text.len < strlen(HEAD) ||
	    memcmp(o->old_text.data, HEAD, strlen(HEAD)) != 0)
		return err_set(err, "%s/%s: was not written by blogd export",
			       o->dir, EXPORT_MARK);
	read_list(o);
	return 1;
}

/* But for .git. */
static int
is_empty(const struct author_out *o)
{
	int fd = openat(o->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd != -1 ? fdopendir(fd) : NULL;
	struct dirent *e;
	int n = 0;

	if (d == NULL)
		return 0;
	while ((e = readdir(d)) != NULL)
		n += strcmp(e->d_name, ".") != 0 &&
		     strcmp(e->d_name, "..") != 0 &&
		     strcmp(e->d_name, ".git") != 0;
	closedir(d);
	return n == 0;
}

static int
check_owned(struct author_out *o, struct err *err)
{
	int r = find_list(o, err);

	if (r != 0 || is_empty(o))
		return r == -1 ? -1 : 0;
	return err_set(err,
		       "%s: is neither empty nor was it written by blogd "
		       "export: nothing was changed",
		       o->dir);
}

struct author_out *
author_out_open(const char *dir, struct err *err)
{
	struct author_out *o = xcalloc(1, sizeof(*o));
	int made = mkdir(dir, 0777);

	o->dir = dir;
	o->fd = made == 0 || errno == EEXIST
		    ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
		    : -1;
	if (o->fd == -1)
		err_set(err, "%s: %s", dir, strerror(errno));
	else if (check_owned(o, err) == 0)
		return o;
	author_out_close(o);
	return NULL;
}

void
author_out_close(struct author_out *o)
{
	if (o->fd != -1)
		close(o->fd);
	buf_free(&o->old_text);
	free(o->old.v);
	free(o->new.v);
	free(o);
}

/* ---- writing ---- */

void
author_out_plan(struct author_out *o, struct slice path)
{
	paths_add(&o->new, path);
}

static int
write_list(struct author_out *o, int with_old, struct err *err)
{
	const struct paths *lists[] = {&o->new, &o->old};
	struct buf b = {0};
	int r;

	buf_str(&b, HEAD);
	for (int i = 0; i < 1 + with_old; i++)
		for (size_t k = 0; k < lists[i]->n; k++) {
			buf_add(&b, lists[i]->v[k].data, lists[i]->v[k].len);
			buf_char(&b, '\n');
		}
	r = replace(o->fd, EXPORT_MARK, (struct slice){b.data, b.len});
	buf_free(&b);
	return r == -1 ? failed(o, slice_of(EXPORT_MARK), err) : 0;
}

int
author_out_begin(struct author_out *o, struct err *err)
{
	if (o->new.n > 0)
		qsort(o->new.v, o->new.n, sizeof(*o->new.v), by_path);
	return write_list(o, 1, err);
}

int
author_out_put(struct author_out *o, struct slice path, struct slice data,
	       struct err *err)
{
	char *name;
	int at = open_parent(o, path, 1, &name), r;

	if (at == -1) {
		free(name);
		return failed(o, path, err);
	}
	r = replace(at, name, data);
	if (r == -1)
		failed(o, path, err);
	close(at);
	free(name);
	return r;
}

int
author_out_end(struct author_out *o, struct err *err)
{
	for (size_t i = 0; i < o->old.n; i++)
		if (!paths_have(&o->new, o->old.v[i]))
			remove_path(o, o->old.v[i]);
	return write_list(o, 0, err);
}
