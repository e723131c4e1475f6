/* SPDX-License-Identifier: ISC */
#include "author_source.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../git/local.h"
#include "../git/object.h"
#include "author_index.h"

struct author_source {
	struct git_settings set;
	char *dir, *revision;
	int staged;
	struct author_repo repo;
	struct author_tree tree;
	git_oid last; /* the commit of the last source */
	int any;
	struct source_item *known; /* its files, sorted: path and blob */
	size_t nknown;
	struct buf known_paths;
};

static char *
copy_of(const char *s)
{
	return s != NULL ? xstrndup(s, strlen(s)) : NULL;
}

static void
forget_known(struct author_source *a)
{
	free(a->known);
	buf_free(&a->known_paths);
	a->known = NULL;
	a->nknown = 0;
}

static void
free_source(struct author_source *a)
{
	author_tree_free(&a->tree);
	author_repo_close(&a->repo);
	forget_known(a);
	free(a->dir);
	free(a->revision);
	free(a);
}

struct author_source *
author_source_new(const char *dir, const char *revision,
		  const struct git_settings *set, struct err *err)
{
	struct author_source *a = xcalloc(1, sizeof(*a));
	int found;

	a->set = *set;
	a->dir = copy_of(dir);
	a->staged = revision != NULL && strcmp(revision, AUTHOR_STAGED) == 0;
	a->revision = a->staged ? NULL : copy_of(revision);
	a->tree = (struct author_tree){
	    .dir = a->dir, .set = &a->set, .repo = &a->repo};
	found = author_repo_library(err) == -1
		    ? -1
		    : author_repo_open(&a->repo, dir, a->revision != NULL,
				       &a->set, err);
	if (found == 0 && revision != NULL)
		found = err_set(err, "%s: is in no Git repository", dir);
	if (found == -1) {
		free_source(a);
		return NULL;
	}
	return a;
}

const struct author_tree *
author_source_tree(const struct author_source *a)
{
	return &a->tree;
}

const char *
author_source_git_dir(const struct author_source *a)
{
	return a->repo.git != NULL ? git_repository_path(a->repo.git) : NULL;
}

int
author_source_shallow(const struct author_source *a)
{
	return a->repo.shallow;
}

/* ---- a commit ---- */

static int
read_item(void *ctx, const struct source_item *item, void *into)
{
	struct author_source *a = ctx;
	git_oid id;

	memcpy(id.id, item->blob, OID_LEN);
	return store_read_into(a->repo.store, &id, into, (size_t)item->size,
			       NULL);
}

static void
date_items(const struct author_source *a, struct file_list *list, int64_t head)
{
	for (size_t i = 0; i < list->n; i++) {
		struct source_item *item = &list->items[i];

		item->created = item->updated = head;
		item->with_data = 1;
		if (!a->repo.shallow)
			history_dates(a->repo.history, item->path,
				      &item->created, &item->updated);
	}
}

static int
head_date(struct author_source *a, const git_oid *tip, int64_t *date,
	  struct err *err)
{
	struct object *o;
	struct commit_head head;
	int r;

	o = store_get(a->repo.store, tip, GIT_OBJECT_COMMIT, err);
	if (o == NULL)
		return -1;
	r = commit_parse(o->data, o->len, &head, err);
	object_unref(o);
	*date = head.author;
	return r;
}

/* Brings the commit with its history, if there is one, into a store. */
static int
fetch_commit(struct author_source *a, const git_oid *tip, struct err *err)
{
	struct author_repo *r = &a->repo;

	r->store = store_new(&a->set, err);
	if (r->store == NULL ||
	    local_copy(r->store, r->git, a->dir, tip,
		       r->shallow ? LOCAL_TIP : LOCAL_FILES, err) == -1)
		return -1;
	if (r->shallow)
		return 0;
	r->history = history_new(&a->set);
	return history_update(r->history, r->store, tip, err);
}

static int
write_commit(struct author_source *a, struct file_list *list,
	     struct author_sourced *made, struct err *err)
{
	uint8_t commit[OID_MAX] = {0};

	if (head_date(a, &made->commit, &made->time, err) == -1)
		return -1;
	date_items(a, list, made->time);
	memcpy(commit, made->commit.id, OID_LEN);
	made->files = (uint32_t)list->n;
	made->left_out = list->left_out;
	made->fd = source_write(list->items, list->n, commit, OID_LEN,
				made->time, read_item, a, err);
	return made->fd == -1 ? -1 : 1;
}

static int
make_commit(struct author_source *a, git_report_fn *report, void *ctx,
	    struct author_sourced *made, struct err *err)
{
	struct file_list list = {0};
	int r;

	if (author_repo_resolve(&a->repo, a->revision, &made->commit, err) ==
		-1 ||
	    fetch_commit(a, &made->commit, err) == -1 ||
	    file_list_read(&list, a->repo.store, &made->commit, &a->set, report,
			   ctx, err) == -1)
		return -1;
	r = write_commit(a, &list, made, err);
	file_list_free(&list);
	return r;
}

/* ---- the working tree ---- */

struct reading {
	const struct author_tree *tree;
	struct err *err;
};

static int
by_path(const void *key, const void *file)
{
	const struct source_item *item = key;
	const struct tree_file *f = file;

	return slice_cmp(item->path, (struct slice){f->path, f->len});
}

static int
read_tree_file(void *ctx, const struct source_item *item, void *into)
{
	const struct reading *r = ctx;
	const struct tree_file *f =
	    bsearch(item, r->tree->files, r->tree->n, sizeof(*f), by_path);

	if (f == NULL)
		return err_set(r->err, "a file is gone");
	return author_tree_read(r->tree, f, into, r->err);
}

static int
by_item_path(const void *a, const void *b)
{
	const struct source_item *x = a, *y = b;

	return slice_cmp(x->path, y->path);
}

static int
is_known(const struct author_source *a, const struct source_item *item)
{
	const struct source_item *old = NULL;

	if (a->nknown > 0)
		old = bsearch(item, a->known, a->nknown, sizeof(*old),
			      by_item_path);
	return old != NULL &&
	       memcmp(old->blob, item->blob, sizeof(old->blob)) == 0;
}

/* 1 when it is as the head has it. */
static int
date_item(const struct author_source *a, const struct tree_file *f,
	  struct source_item *item)
{
	int64_t written = f->st.st_mtim.tv_sec;
	int same = author_repo_dates(&a->repo, item->path, item->blob,
				     &item->created, &item->updated);

	if (same == 0)
		item->created = written;
	if (same != 1)
		item->updated = written;
	return same == 1;
}

/* Returns how many are as the head has them; *newest is the last change of the
 * others. */
static size_t
fill_items(const struct author_source *a, struct source_item *items, int full,
	   int64_t *newest)
{
	size_t same = 0;

	for (size_t i = 0; i < a->tree.n; i++) {
		const struct tree_file *f = &a->tree.files[i];
		struct source_item *item = &items[i];

		*item = (struct source_item){.path = {f->path, f->len},
					     .size = (uint64_t)f->st.st_size};
		memcpy(item->blob, f->blob, sizeof(item->blob));
		if (date_item(a, f, item))
			same++;
		else if (*newest < item->updated)
			*newest = item->updated;
		item->with_data = full || !is_known(a, item);
	}
	return same;
}

/* A name for what is no commit: the same files, the same name. */
static void
name_of(const struct source_item *items, size_t n, git_oid *id)
{
	struct buf all = {0};

	for (size_t i = 0; i < n; i++) {
		buf_add(&all, items[i].path.data, items[i].path.len);
		buf_char(&all, '\0');
		buf_add(&all, items[i].blob, OID_LEN);
	}
	git_odb_hash(id, all.len > 0 ? all.data : "", all.len, GIT_OBJECT_TREE);
	buf_free(&all);
}

static void
remember(struct author_source *a, const struct source_item *items, size_t n)
{
	size_t at = 0;

	forget_known(a);
	a->known = xcalloc(n, sizeof(*a->known));
	a->nknown = n;
	for (size_t i = 0; i < n; i++)
		buf_add(&a->known_paths, items[i].path.data, items[i].path.len);
	for (size_t i = 0; i < n; i++) {
		a->known[i] = items[i];
		a->known[i].path.data = a->known_paths.data + at;
		at += items[i].path.len;
	}
}

static int
write_tree(struct author_source *a, struct source_item *items, size_t n,
	   struct author_sourced *made, struct err *err)
{
	struct reading reading = {&a->tree, err};
	uint8_t commit[OID_MAX] = {0};

	memcpy(commit, made->commit.id, OID_LEN);
	made->files = (uint32_t)n;
	made->fd = source_write(items, n, commit, OID_LEN, made->time,
				read_tree_file, &reading, err);
	if (made->fd == -1)
		return -1;
	remember(a, items, n);
	a->last = made->commit;
	a->any = 1;
	return 1;
}

static int
make_tree(struct author_source *a, int full, struct author_sourced *made,
	  struct err *err)
{
	size_t n = a->tree.n, same;
	struct source_item *items = xcalloc(n > 0 ? n : 1, sizeof(*items));
	int r;

	made->time = a->repo.has_head ? a->repo.head_date : 0;
	same = fill_items(a, items, full, &made->time);
	if (a->repo.has_head && same == n && n == a->repo.nfiles)
		made->commit = a->repo.head;
	else
		name_of(items, n, &made->commit);
	r = !full && a->any && git_oid_equal(&made->commit, &a->last)
		? 0
		: write_tree(a, items, n, made, err);
	free(items);
	return r;
}

/* A directory may become a repository while it is previewed.  One that is half
 * made is none yet. */
static void
seek_repository(struct author_source *a)
{
	struct err err;

	if (a->repo.git == NULL)
		author_repo_open(&a->repo, a->dir, 0, &a->set, &err);
}

static int
look_and_make(struct author_source *a, int full, git_report_fn *report,
	      void *ctx, struct author_sourced *made, struct err *err)
{
	int r;

	seek_repository(a);
	if (author_repo_head(&a->repo, err) == -1 ||
	    (a->staged ? author_index_look : author_tree_look)(
		&a->tree, report, ctx, &made->left_out, err) == -1)
		return -1;
	r = make_tree(a, full, made, err);
	author_tree_drop(&a->tree);
	return r;
}

int
author_source_make(struct author_source *a, int full, git_report_fn *report,
		   void *ctx, struct author_sourced *made, struct err *err)
{
	int r;

	memset(made, 0, sizeof(*made));
	made->fd = -1;
	r = a->revision != NULL
		? make_commit(a, report, ctx, made, err)
		: look_and_make(a, full, report, ctx, made, err);
	if (r == -1)
		a->any = 0; /* what was there before is news then */
	return r;
}
