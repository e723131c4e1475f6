/* SPDX-License-Identifier: ISC */
#include "author_index.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../git/object.h"
#include "author_look.h"

/* A commit that is under way may have an index of its own: of the files that
 * `git commit FILE` names (githooks(5)). */
static git_index *
open_index(struct author_repo *repo, struct err *err)
{
	const char *named = getenv("GIT_INDEX_FILE");
	git_index *index = NULL;
	int rc;

	rc = named != NULL && *named != '\0'
		 ? git_index_open(&index, named)
		 : git_repository_index(&index, repo->git);
	if (rc == 0 && git_index_read(index, 1) == 0)
		return index;
	git_index_free(index);
	err_set(err, "the index cannot be read");
	return NULL;
}

/* NULL: a file of a good name.  The same words as of a directory. */
static const char *
why_not(struct look *l, const git_index_entry *e)
{
	char *path = xstrndup(l->path.data, l->path.len), *rest = path, *name;
	const char *reason = NULL;

	l->depth = 0;
	while (reason == NULL && (name = strsep(&rest, "/")) != NULL) {
		l->depth++;
		reason = look_bad_name(l, name);
	}
	free(path);
	if (reason == NULL && git_index_entry_stage(e) != 0)
		reason = "not merged";
	if (reason == NULL && e->mode == GIT_FILEMODE_LINK)
		reason = "symbolic link";
	if (reason == NULL && e->mode == GIT_FILEMODE_COMMIT)
		reason = "submodule";
	return reason;
}

/* What the working tree had when it was staged: its size is not that of the
 * content when the two differ in their ends of lines. */
static struct stat
state_of(const git_index_entry *e, size_t size)
{
	struct stat st;

	memset(&st, 0, sizeof(st));
	st.st_mode = S_IFREG;
	st.st_size = (off_t)size;
	st.st_mtim.tv_sec = (time_t)(uint32_t)e->mtime.seconds;
	return st;
}

static int
take_blob(struct look *l, git_odb *odb, const git_index_entry *e)
{
	struct tree_file *f;
	struct stat st;
	git_odb_object *o;
	git_object_t type;
	size_t size;

	if (git_odb_read_header(&size, &type, odb, &e->id) < 0 ||
	    type != GIT_OBJECT_BLOB)
		return err_set(l->err, "%s: is staged, but not there",
			       buf_cstr(&l->path));
	if (size > l->t->set->max_object_size) {
		look_leave_out(l, "too large (`fetch.max-object-size`)");
		return 0;
	}
	if (look_count_bytes(l, (off_t)size) == -1)
		return -1;
	if (git_odb_read(&o, odb, &e->id) < 0)
		return err_set(l->err, "%s: is staged, but cannot be read",
			       buf_cstr(&l->path));
	st = state_of(e, git_odb_object_size(o));
	f = look_add_file(l, &st);
	buf_add(&f->data, git_odb_object_data(o), git_odb_object_size(o));
	f->was_read = 1;
	memcpy(f->blob, e->id.id, OID_LEN);
	git_odb_object_free(o);
	return 0;
}

static int
take_entry(struct look *l, git_odb *odb, const git_index_entry *e)
{
	size_t skip = strlen(l->t->repo->prefix);
	const char *reason;

	if (strncmp(e->path, l->t->repo->prefix, skip) != 0 ||
	    (e->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD) != 0)
		return 0;
	if (look_count_entry(l) == -1)
		return -1;
	buf_clear(&l->path);
	buf_str(&l->path, e->path + skip);
	reason = why_not(l, e);
	if (reason == NULL)
		return take_blob(l, odb, e);
	look_leave_out(l, reason);
	return 0;
}

static int
take_entries(struct look *l, git_index *index)
{
	size_t n = git_index_entrycount(index);
	git_odb *odb;
	int r = 0;

	if (git_repository_odb(&odb, l->t->repo->git) < 0)
		return err_set(l->err, "the repository cannot be read");
	for (size_t i = 0; r == 0 && i < n; i++)
		r = take_entry(l, odb, git_index_get_byindex(index, i));
	git_odb_free(odb);
	return r;
}

int
author_index_look(struct author_tree *t, git_report_fn *report, void *ctx,
		  uint32_t *left_out, struct err *err)
{
	struct look l = {.t = t, .report = report, .ctx = ctx, .err = err};
	git_index *index = open_index(t->repo, err);
	int r;

	if (index == NULL)
		return -1;
	r = take_entries(&l, index);
	git_index_free(index);
	buf_free(&l.path);
	return look_finish(&l, r, left_out);
}
