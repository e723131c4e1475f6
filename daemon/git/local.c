/* SPDX-License-Identifier: ISC */
#include "local.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../buf.h"
#include "object.h"
#include "store_int.h"

/* How many objects lie between two calls of the progress function. */
#define PROGRESS_STEP 256

/* An object still to be copied, and one that is probably similar. */
struct want {
	git_oid id;
	git_oid like; /* zero: none */
};

struct wants {
	struct want *v;
	size_t n, cap;
};

struct copy {
	struct store *s;
	git_odb *odb;
	const char *shown;
	enum local_extent extent;
	int tip_done; /* the tip and its trees are copied */
	struct wants commits, trees;
	struct err *err;
};

static int
libgit2_error(struct err *err, const char *shown)
{
	const git_error *e = git_error_last();

	return err_set(err, "%s: %s", shown,
		       e != NULL && e->message != NULL ? e->message
						       : "cannot be read");
}

/* ---- opening ---- */

/* libgit2 would follow such a file out of the directory. */
static int
check_path(const char *path, const char *shown, struct err *err)
{
	struct buf git = {0};
	struct stat st;
	int is_file;

	if (stat(path, &st) == -1)
		return err_set(err, "%s: %s", shown, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return err_set(err, "%s: not a directory", shown);
	buf_printf(&git, "%s/.git", path);
	is_file = lstat(buf_cstr(&git), &st) == 0 && !S_ISDIR(st.st_mode);
	buf_free(&git);
	if (is_file)
		return err_set(err,
			       "%s: its .git is no directory; give the "
			       "path of the repository that it points to",
			       shown);
	return 0;
}

/* What is missing for lack of rights looks to libgit2 as if it were not there. */
static int
check_rights(git_repository *repo, const char *shown, struct err *err)
{
	static const char *const dirs[] = {"objects", "refs"};
	struct buf path = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		buf_clear(&path);
		buf_printf(&path, "%s%s", git_repository_path(repo), dirs[i]);
		if (access(buf_cstr(&path), R_OK | X_OK) == -1)
			r = err_set(err,
				    "%s: the user that blogd runs as cannot "
				    "read \"%s\" in it: %s",
				    shown, dirs[i], strerror(errno));
	}
	buf_free(&path);
	return r;
}

static int
open_repository(git_repository **repo, const char *path, const char *shown,
		struct err *err)
{
	int r;

	if (check_path(path, shown, err) == -1)
		return -1;
	r = git_repository_open_ext(repo, path, GIT_REPOSITORY_OPEN_NO_SEARCH,
				    NULL);
	if (r == GIT_ENOTFOUND)
		return err_set(err,
			       "%s: not a Git repository, or one that the "
			       "user of the git process cannot read",
			       shown);
	if (r < 0)
		return libgit2_error(err, shown);
	if (git_repository_is_shallow(*repo))
		r = err_set(err,
			    "%s: a shallow repository lacks the history that "
			    "dates are taken from; run git fetch --unshallow "
			    "in it",
			    shown);
	else
		r = check_rights(*repo, shown, err);
	if (r == -1)
		git_repository_free(*repo);
	return r;
}

static int
lookup_branch(git_reference **ref, git_repository *repo, const char *shown,
	      const char *branch, struct err *err)
{
	struct buf name = {0};
	int r;

	if (strncmp(branch, "refs/", 5) != 0)
		buf_str(&name, "refs/heads/");
	buf_str(&name, branch);
	r = git_reference_lookup(ref, repo, buf_cstr(&name));
	buf_free(&name);
	if (r == GIT_ENOTFOUND || r == GIT_EINVALIDSPEC)
		return err_set(err, "%s: there is no branch \"%s\"", shown,
			       branch);
	return r < 0 ? libgit2_error(err, shown) : 0;
}

static int
has_references(git_repository *repo)
{
	git_strarray names;
	int yes;

	if (git_reference_list(&names, repo) < 0)
		return 0;
	yes = names.count > 0;
	git_strarray_dispose(&names);
	return yes;
}

static int
lookup_head(git_reference **ref, git_repository *repo, const char *shown,
	    struct err *err)
{
	int r = git_repository_head(ref, repo);

	if (r == GIT_EUNBORNBRANCH && !has_references(repo))
		return err_set(err, "%s: the repository is empty", shown);
	if (r == GIT_EUNBORNBRANCH || r == GIT_ENOTFOUND)
		return err_set(err,
			       "%s: HEAD names a branch that does not "
			       "exist; name one behind a # in the remote",
			       shown);
	return r < 0 ? libgit2_error(err, shown) : 0;
}

static int
resolve(git_repository *repo, const char *shown, const char *branch,
	git_oid *tip, struct err *err)
{
	git_reference *ref;
	git_object *commit;
	int r;

	r = branch[0] != '\0' ? lookup_branch(&ref, repo, shown, branch, err)
			      : lookup_head(&ref, repo, shown, err);
	if (r == -1)
		return -1;
	r = git_reference_peel(&commit, ref, GIT_OBJECT_COMMIT);
	git_reference_free(ref);
	if (r < 0)
		return libgit2_error(err, shown);
	*tip = *git_object_id(commit);
	git_object_free(commit);
	return 0;
}

/* ---- copying ---- */

static void
wants_add(struct wants *w, const uint8_t *id, const uint8_t *like)
{
	struct want *new;

	if (w->n == w->cap) {
		w->cap = w->cap > 0 ? w->cap * 2 : 64;
		w->v = xreallocarray(w->v, w->cap, sizeof(*w->v));
	}
	new = &w->v[w->n++];
	memset(new, 0, sizeof(*new));
	memcpy(new->id.id, id, OID_LEN);
	if (like != NULL)
		memcpy(new->like.id, like, OID_LEN);
}

static int
tell(struct copy *c)
{
	const struct store *s = c->s;
	struct store_progress p = {s->packs[s->npacks - 1].len,
				   s->map.n - s->mark, 0};

	if (p.received_objects % PROGRESS_STEP != 0)
		return 0;
	return store_tell(c->s, &p, c->err);
}

static int
check_size(struct copy *c, const git_oid *id)
{
	git_object_t type;
	size_t size;

	/* Without inflating it. */
	if (git_odb_read_header(&size, &type, c->odb, id) < 0)
		return libgit2_error(c->err, c->shown);
	return store_allow_size(c->s, size, c->err);
}

/* Copies one object. */
static int
copy_object(struct copy *c, const struct want *w, git_object_t type)
{
	git_odb_object *o;
	int r;

	if (check_size(c, &w->id) == -1)
		return -1;
	if (git_odb_read(&o, c->odb, &w->id) < 0)
		return libgit2_error(c->err, c->shown);
	if (git_odb_object_type(o) != type)
		r = err_set(c->err, "%s: object %s is no %s", c->shown,
			    git_oid_tostr_s(&w->id),
			    git_object_type2string(type));
	else
		r = store_put(c->s, &w->id, type, git_odb_object_data(o),
			      git_odb_object_size(o), &w->like, c->err);
	git_odb_object_free(o);
	return r == -1 ? -1 : tell(c);
}

static int
wants_files(const struct copy *c)
{
	return c->extent == LOCAL_ALL ||
	       (c->extent != LOCAL_HISTORY && !c->tip_done);
}

/* An entry of a tree: e, and the one of the same name in a similar tree. */
static int
copy_entry(struct copy *c, const struct tree_entry *e, const uint8_t *like)
{
	struct want w = {0};

	memcpy(w.id.id, e->id, OID_LEN);
	if ((e->mode & MODE_TYPE) == MODE_MODULE || store_has(c->s, &w.id))
		return 0;
	if (tree_entry_is_tree(e)) {
		wants_add(&c->trees, e->id, like);
		return 0;
	}
	if (!wants_files(c))
		return 0;
	if (like != NULL)
		memcpy(w.like.id, like, OID_LEN);
	return copy_object(c, &w, GIT_OBJECT_BLOB);
}

/* Copies what the tree's entries need; like may be NULL. */
static int
copy_entries(struct copy *c, const struct object *tree,
	     const struct object *like)
{
	const uint8_t *p = tree->data, *end = p + tree->len;
	const uint8_t *q = like != NULL ? like->data : NULL;
	const uint8_t *qend = like != NULL ? q + like->len : NULL;
	struct tree_entry e, o;
	int r, more = tree_entry(q, qend, &o) == 1, cmp;

	while ((r = tree_entry(p, end, &e)) == 1) {
		cmp = -1;
		while (more && (cmp = tree_entry_cmp(&o, &e)) < 0) {
			q += o.size;
			more = tree_entry(q, qend, &o) == 1;
		}
		/* The same entry: copied with the other tree. */
		if (!(more && cmp == 0 && memcmp(o.id, e.id, OID_LEN) == 0) &&
		    copy_entry(c, &e, more && cmp == 0 ? o.id : NULL) == -1)
			return -1;
		p += e.size;
	}
	if (r == -1)
		return err_set(c->err, "%s: a tree is malformed", c->shown);
	return 0;
}

static struct object *
get_like(struct copy *c, const git_oid *like)
{
	if (git_oid_is_zero(like) || !store_has(c->s, like))
		return NULL;
	return store_get(c->s, like, GIT_OBJECT_TREE, NULL);
}

static int
copy_tree(struct copy *c, const struct want *w)
{
	struct object *tree, *like;
	int r;

	if (store_has(c->s, &w->id))
		return 0;
	if (copy_object(c, w, GIT_OBJECT_TREE) == -1)
		return -1;
	tree = store_get(c->s, &w->id, GIT_OBJECT_TREE, c->err);
	if (tree == NULL)
		return -1;
	like = get_like(c, &w->like);
	r = copy_entries(c, tree, like);
	object_unref(tree);
	object_unref(like);
	return r;
}

static int
copy_trees(struct copy *c)
{
	while (c->trees.n > 0) {
		struct want w = c->trees.v[--c->trees.n];

		if (copy_tree(c, &w) == -1)
			return -1;
	}
	return 0;
}

/* like: the tree of the child that led here. */
static int
copy_commit(struct copy *c, const struct want *w)
{
	struct want only = {w->id, {{0}}};
	struct commit_head head;
	struct object *o;
	git_oid id;
	int r;

	if (copy_object(c, &only, GIT_OBJECT_COMMIT) == -1)
		return -1;
	o = store_get(c->s, &w->id, GIT_OBJECT_COMMIT, c->err);
	if (o == NULL)
		return -1;
	r = commit_parse(o->data, o->len, &head, c->err);
	for (size_t i = c->extent == LOCAL_TIP ? 0 : head.nparents;
	     r == 0 && i-- > 0;) {
		commit_parent(&head, i, &id);
		wants_add(&c->commits, id.id, head.tree.id);
	}
	object_unref(o);
	if (r == -1)
		return -1;
	wants_add(&c->trees, head.tree.id, w->like.id);
	return copy_trees(c);
}

static int
copy_all(struct copy *c, const git_oid *tip)
{
	wants_add(&c->commits, tip->id, NULL);
	while (c->commits.n > 0) {
		struct want w = c->commits.v[--c->commits.n];

		/* What the store has, it has with all that belongs to it. */
		if (!store_has(c->s, &w.id) && copy_commit(c, &w) == -1)
			return -1;
		c->tip_done = 1;
	}
	return 0;
}

int
local_copy(struct store *s, git_repository *repo, const char *shown,
	   const git_oid *tip, enum local_extent extent, struct err *err)
{
	struct copy c = {
	    .s = s, .shown = shown, .extent = extent, .err = err};
	int r;

	if (git_repository_odb(&c.odb, repo) < 0)
		return libgit2_error(err, shown);
	store_begin(s);
	r = copy_all(&c, tip);
	if (r == 0)
		store_commit(s);
	else
		store_abort(s);
	free(c.commits.v);
	free(c.trees.v);
	git_odb_free(c.odb);
	return r;
}

int
local_fetch(struct store *s, const char *path, const char *shown,
	    const char *branch, git_oid *tip, struct err *err)
{
	git_repository *repo;
	int r;

	if (open_repository(&repo, path, shown, err) == -1)
		return -1;
	r = resolve(repo, shown, branch, tip, err);
	if (r == 0)
		r = local_copy(s, repo, shown, tip, LOCAL_ALL, err);
	git_repository_free(repo);
	return r;
}
