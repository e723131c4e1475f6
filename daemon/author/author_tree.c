/* SPDX-License-Identifier: ISC */
#include "author_look.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "../git/object.h"
#include "../utf8.h"

#define PATH_SHOWN 200
#define NS	   INT64_C(1000000000)

/* ---- small things ---- */

void
look_leave_out(struct look *l, const char *reason)
{
	struct buf line = {0};
	int cut = l->path.len > PATH_SHOWN;

	l->left_out++;
	buf_add(&line, l->path.data, cut ? PATH_SHOWN : l->path.len);
	buf_printf(&line, "%s:1:1: left out: %s", cut ? "..." : "", reason);
	l->report(l->ctx, buf_cstr(&line));
	buf_free(&line);
}

static void
free_names(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

static void
free_files(struct tree_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(files[i].path);
		buf_free(&files[i].data);
	}
	free(files);
}

/* ---- names ---- */

#define TOO_LONG "the path is too long (`fetch.max-path`)"

static int
is_plain(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
			return 0;
	return utf8_valid(name, len);
}

/* As in git/tree.c, of a name that a file system has. */
const char *
look_bad_name(const struct look *l, const char *name)
{
	if (l->path.len > l->t->set->max_path)
		return TOO_LONG;
	if (strcasecmp(name, "git~1") == 0)
		return "the name belongs to Git itself";
	if (!is_plain(name))
		return "the name is not UTF-8, or holds a control character";
	if (l->depth > l->t->set->max_depth)
		return "too many directories deep (`fetch.max-depth`)";
	return NULL;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
	char **v;
	size_t n, cap;
};

int
look_count_entry(struct look *l)
{
	if (++l->entries <= l->t->set->max_files)
		return 0;
	return err_set(l->err,
		       "there are more than %u files and directories "
		       "(`fetch.max-files`)",
		       l->t->set->max_files);
}

/* All but ".git", in the order of bytes. */
static int
read_names(struct look *l, DIR *d, struct names *list)
{
	struct dirent *e;

	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0 ||
		    strcasecmp(e->d_name, ".git") == 0)
			continue;
		if (look_count_entry(l) == -1)
			return -1;
		if (list->n == list->cap) {
			list->cap = list->cap > 0 ? list->cap * 2 : 32;
			list->v =
			    xreallocarray(list->v, list->cap, sizeof(*list->v));
		}
		list->v[list->n++] = xstrndup(e->d_name, strlen(e->d_name));
	}
	if (list->n > 0)
		qsort(list->v, list->n, sizeof(*list->v), compare_names);
	return 0;
}

/* ---- directories ---- */

static int take_directory(struct look *l, int fd);

static int
is_there(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int
enter(struct look *l, int dir, const char *name)
{
	int fd =
	    openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd == -1) {
		look_leave_out(l, strerror(errno));
		return 0;
	}
	if (is_there(fd, EXPORT_MARK)) {
		close(fd);
		return 0;
	}
	if (is_there(fd, ".git")) {
		look_leave_out(l, "submodule");
		close(fd);
		return 0;
	}
	return take_directory(l, fd);
}

static int
take_entry(struct look *l, int dir, const char *name)
{
	const char *reason = look_bad_name(l, name);
	struct slice path = {l->path.data, l->path.len};
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return 0;
	if (author_repo_ignores(l->t->repo, path, S_ISDIR(st.st_mode)))
		return 0;
	if (reason == NULL && S_ISLNK(st.st_mode))
		reason = "symbolic link";
	if (reason != NULL) {
		look_leave_out(l, reason);
		return 0;
	}
	return S_ISDIR(st.st_mode) ? enter(l, dir, name)
				   : look_take_file(l, dir, name);
}

static int
take_names(struct look *l, int dir, const struct names *list)
{
	size_t before = l->path.len;
	int r = 0;

	for (size_t i = 0; r == 0 && i < list->n; i++) {
		if (before > 0)
			buf_char(&l->path, '/');
		buf_str(&l->path, list->v[i]);
		r = take_entry(l, dir, list->v[i]);
		l->path.len = before;
	}
	return r;
}

static void
note_directory(struct look *l)
{
	if (l->ndirs == l->capdirs) {
		l->capdirs = l->capdirs > 0 ? l->capdirs * 2 : 32;
		l->dirs = xreallocarray(l->dirs, l->capdirs, sizeof(*l->dirs));
	}
	l->dirs[l->ndirs++] =
	    xstrndup(l->path.len > 0 ? l->path.data : "", l->path.len);
}

/* Closes fd.  Limited in depth by max_depth. */
static int
take_directory(struct look *l, int fd)
{
	struct names list = {0};
	DIR *d = fdopendir(fd);
	int r;

	if (d == NULL) {
		close(fd);
		return err_set(l->err, "%s: %s", buf_cstr(&l->path),
			       strerror(errno));
	}
	note_directory(l);
	l->depth++;
	r = read_names(l, d, &list);
	if (r == 0)
		r = take_names(l, dirfd(d), &list);
	l->depth--;
	free_names(list.v, list.n);
	closedir(d);
	return r;
}

/* ---- the whole ---- */

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * NS + now.tv_nsec;
}

int
look_finish(struct look *l, int result, uint32_t *left_out)
{
	struct author_tree *t = l->t;

	author_tree_free(t);
	if (result == -1) {
		free_files(l->files, l->n);
		free_names(l->dirs, l->ndirs);
		return -1;
	}
	if (l->n > 0)
		qsort(l->files, l->n, sizeof(*l->files), look_by_path);
	t->files = l->files;
	t->n = l->n;
	t->dirs = l->dirs;
	t->ndirs = l->ndirs;
	*left_out = l->left_out;
	return 0;
}

int
author_tree_look(struct author_tree *t, git_report_fn *report, void *ctx,
		 uint32_t *left_out, struct err *err)
{
	struct look l = {.t = t, .report = report, .ctx = ctx, .err = err};
	int64_t began = now_ns();
	int fd = open(t->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (fd == -1) {
		err_set(err, "%s: %s", t->dir, strerror(errno));
		author_tree_free(t);
		return -1;
	}
	r = take_directory(&l, fd);
	buf_free(&l.path);
	if (look_finish(&l, r, left_out) == -1)
		return -1;
	t->looked = began;
	return 0;
}

void
author_tree_drop(struct author_tree *t)
{
	for (size_t i = 0; i < t->n; i++) {
		buf_free(&t->files[i].data);
		t->files[i].was_read = 0;
	}
}

void
author_tree_free(struct author_tree *t)
{
	free_files(t->files, t->n);
	free_names(t->dirs, t->ndirs);
	t->files = NULL;
	t->dirs = NULL;
	t->n = t->ndirs = 0;
}
