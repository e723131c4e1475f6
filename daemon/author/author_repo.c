/* SPDX-License-Identifier: ISC */
#include "author_repo.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <git2/sys/repository.h>

#include "../git/local.h"
#include "../git/object.h"

/* ---- opening ---- */

static int
git_failed(struct err *err, const char *what)
{
	const git_error *e = git_error_last();

	return err_set(err, "%s: %s", what,
		       e != NULL && e->message != NULL ? e->message
						       : "cannot be read");
}

/* 1 unless the file is there (or may be) and the user must not read it, which
 * libgit2 would not forgive. */
static int
may_read(const char *home, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", home, name);
	return access(path, R_OK) == 0 || errno == ENOENT;
}

/* The store's library reads no configuration of users; an author's ignored
 * files and name are there. */
int
author_repo_library(struct err *err)
{
	const char *home = getenv("HOME");

	if (store_library_init(err) == -1)
		return -1;
	git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_SYSTEM,
			 NULL);
	if (home == NULL || !may_read(home, ".gitconfig") ||
	    !may_read(home, ".config/git/config"))
		return 0;
	git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_GLOBAL,
			 NULL);
	git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, NULL);
	return 0;
}

static int
add_alternates(git_odb *odb, const char *list)
{
	char *copy = xstrndup(list, strlen(list)), *rest = copy, *dir;
	int r = 0;

	while (r == 0 && (dir = strsep(&rest, ":")) != NULL)
		if (*dir != '\0')
			r = git_odb_add_disk_alternate(odb, dir);
	free(copy);
	return r;
}

/* In a pre-receive hook the new objects are in a quarantine, the others in the
 * alternates that git names beside it (git-receive-pack(1)). */
static int
use_environment(git_repository *git, struct err *err)
{
	const char *objects = getenv("GIT_OBJECT_DIRECTORY");
	const char *more = getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES");
	git_odb *odb;
	int r;

	if (objects == NULL && more == NULL)
		return 0;
	r = objects != NULL ? git_odb_open(&odb, objects)
			    : git_repository_odb(&odb, git);
	if (r < 0)
		return git_failed(err, "GIT_OBJECT_DIRECTORY");
	if (more != NULL)
		r = add_alternates(odb, more);
	if (r == 0)
		r = git_repository_set_odb(git, odb);
	git_odb_free(odb);
	return r < 0 ? git_failed(err, "GIT_ALTERNATE_OBJECT_DIRECTORIES") : 0;
}

/* Where dir is below the working tree.  -1: it is outside. */
static int
find_prefix(struct author_repo *r, const char *dir)
{
	const char *top = git_repository_workdir(r->git);
	char here[PATH_MAX], base[PATH_MAX];
	struct buf prefix = {0};
	size_t n;

	if (top == NULL || realpath(dir, here) == NULL ||
	    realpath(top, base) == NULL)
		return -1;
	n = strlen(base);
	if (n == 1)
		n = 0; /* the root */
	if (strncmp(here, base, n) != 0 || (here[n] != '/' && here[n] != '\0'))
		return -1;
	if (here[n] == '/' && here[n + 1] != '\0')
		buf_printf(&prefix, "%s/", here + n + 1);
	r->prefix = xstrndup(buf_cstr(&prefix), prefix.len);
	buf_free(&prefix);
	return 0;
}

static int
open_git(struct author_repo *r, const char *dir, int bare)
{
	const char *named = getenv("GIT_DIR");

	if (bare && named != NULL)
		return git_repository_open_ext(
		    &r->git, named, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
	return git_repository_open_ext(&r->git, dir, 0, NULL);
}

int
author_repo_open(struct author_repo *r, const char *dir, int bare,
		 const struct git_settings *set, struct err *err)
{
	int rc;

	memset(r, 0, sizeof(*r));
	r->set = *set;
	rc = open_git(r, dir, bare);
	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc < 0)
		return git_failed(err, dir);
	r->shallow = git_repository_is_shallow(r->git) == 1;
	if (bare) {
		r->prefix = xstrndup("", 0);
		return use_environment(r->git, err) == -1 ? -1 : 1;
	}
	if (find_prefix(r, dir) == -1) { /* a bare one has no files */
		author_repo_close(r);
		return 0;
	}
	if (git_repository_index(&r->index, r->git) < 0)
		r->index = NULL;
	return 1;
}

static void
forget_head(struct author_repo *r)
{
	history_free(r->history);
	store_free(r->store);
	free(r->files);
	buf_free(&r->paths);
	r->history = NULL;
	r->store = NULL;
	r->files = NULL;
	r->nfiles = r->cap = 0;
	r->has_head = 0;
}

void
author_repo_close(struct author_repo *r)
{
	forget_head(r);
	git_index_free(r->index);
	git_repository_free(r->git);
	free(r->prefix);
	memset(r, 0, sizeof(*r));
}

/* ---- the head ---- */

int
author_repo_resolve(struct author_repo *r, const char *revision, git_oid *id,
		    struct err *err)
{
	git_object *found, *commit;
	int rc;

	if (git_revparse_single(&found, r->git, revision) < 0)
		return err_set(err, "there is no revision \"%s\"", revision);
	rc = git_object_peel(&commit, found, GIT_OBJECT_COMMIT);
	git_object_free(found);
	if (rc < 0)
		return err_set(err, "\"%s\" is no commit", revision);
	*id = *git_object_id(commit);
	git_object_free(commit);
	return 0;
}

static int
add_file(const char *root, const git_tree_entry *e, void *ctx)
{
	struct author_repo *r = ctx;
	size_t skip = strlen(r->prefix), at = r->paths.len;

	if (git_tree_entry_type(e) != GIT_OBJECT_BLOB ||
	    git_tree_entry_filemode(e) == GIT_FILEMODE_LINK ||
	    strncmp(root, r->prefix, skip) != 0)
		return 0;
	if (r->nfiles == r->cap) {
		r->cap = r->cap > 0 ? r->cap * 2 : 256;
		r->files = xreallocarray(r->files, r->cap, sizeof(*r->files));
	}
	buf_str(&r->paths, root + skip);
	buf_str(&r->paths, git_tree_entry_name(e));
	r->files[r->nfiles].path.len = r->paths.len - at;
	r->files[r->nfiles++].blob = *git_tree_entry_id(e);
	return r->nfiles > r->set.max_objects ? -1 : 0;
}

static int
by_path(const void *a, const void *b)
{
	const struct author_file *x = a, *y = b;

	return slice_cmp(x->path, y->path);
}

static int
list_files(struct author_repo *r, struct err *err)
{
	git_commit *commit;
	git_tree *tree = NULL;
	size_t at = 0;
	int rc = git_commit_lookup(&commit, r->git, &r->head);

	if (rc < 0)
		return git_failed(err, "the head commit");
	r->head_date = git_commit_author(commit)->when.time;
	rc = git_commit_tree(&tree, commit);
	if (rc == 0)
		rc = git_tree_walk(tree, GIT_TREEWALK_PRE, add_file, r);
	git_tree_free(tree);
	git_commit_free(commit);
	if (rc < 0)
		return git_failed(err, "the files of the head commit");
	for (size_t i = 0; i < r->nfiles; i++) {
		r->files[i].path.data = r->paths.data + at;
		at += r->files[i].path.len;
	}
	if (r->nfiles > 0)
		qsort(r->files, r->nfiles, sizeof(*r->files), by_path);
	return 0;
}

static int
read_history(struct author_repo *r, struct err *err)
{
	r->store = store_new(&r->set, err);
	if (r->store == NULL)
		return -1;
	r->history = history_new(&r->set);
	if (local_copy(r->store, r->git, git_repository_path(r->git), &r->head,
		       LOCAL_HISTORY, err) == -1 ||
	    history_update(r->history, r->store, &r->head, err) == -1)
		return -1;
	/* All that is wanted of it is in the history now. */
	store_free(r->store);
	r->store = NULL;
	return 0;
}

int
author_repo_head(struct author_repo *r, struct err *err)
{
	git_oid head;

	if (r->git == NULL)
		return 0;
	if (r->index != NULL)
		git_index_read(r->index, 0);
	if (git_reference_name_to_id(&head, r->git, "HEAD") < 0) {
		forget_head(r);
		return 0;
	}
	if (r->has_head && git_oid_equal(&head, &r->head))
		return 0;
	forget_head(r);
	r->head = head;
	if (list_files(r, err) == -1 ||
	    (!r->shallow && read_history(r, err) == -1)) {
		forget_head(r);
		return -1;
	}
	r->has_head = 1;
	return 0;
}

/* ---- paths ---- */

static int
is_tracked(const struct author_repo *r, const char *path, int is_dir)
{
	size_t at;

	if (r->index == NULL)
		return 0;
	return is_dir ? git_index_find_prefix(&at, r->index, path) == 0
		      : git_index_find(&at, r->index, path) == 0;
}

int
author_repo_ignores(struct author_repo *r, struct slice path, int is_dir)
{
	struct buf whole = {0};
	int ignored = 0;

	if (r->git == NULL)
		return 0;
	buf_str(&whole, r->prefix);
	buf_add(&whole, path.data, path.len);
	if (is_dir)
		buf_char(&whole, '/');
	if (git_ignore_path_is_ignored(&ignored, r->git, buf_cstr(&whole)) < 0)
		ignored = 0;
	ignored = ignored && !is_tracked(r, buf_cstr(&whole), is_dir);
	buf_free(&whole);
	return ignored;
}

static const struct author_file *
head_file(const struct author_repo *r, struct slice path)
{
	struct author_file key = {.path = path};

	if (r->nfiles == 0)
		return NULL;
	return bsearch(&key, r->files, r->nfiles, sizeof(key), by_path);
}

int
author_repo_dates(const struct author_repo *r, struct slice path,
		  const uint8_t *blob, int64_t *created, int64_t *updated)
{
	const struct author_file *f = r->has_head ? head_file(r, path) : NULL;
	struct buf whole = {0};
	int same;

	if (f == NULL)
		return 0;
	*created = *updated = r->head_date;
	if (r->history != NULL) {
		buf_str(&whole, r->prefix);
		buf_add(&whole, path.data, path.len);
		history_dates(r->history, (struct slice){whole.data, whole.len},
			      created, updated);
		buf_free(&whole);
	}
	same = memcmp(f->blob.id, blob, OID_LEN) == 0;
	return same ? 1 : -1;
}
