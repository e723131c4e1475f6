/* SPDX-License-Identifier: ISC */
#include "tree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "object.h"
#include "store_int.h"

/* Git LFS: a pointer is shorter than 1,024 bytes and begins with this. */
#define LFS_MAX	 1024
#define LFS_HEAD "version https://git-lfs.github.com/spec/"

/* A directory being listed: its entries, sorted by name, and the next one. */
struct level {
	struct object *tree;
	struct tree_entry *entries;
	size_t n, next;
	size_t path_len; /* of the directory's path with its slash */
};

struct walk {
	struct file_list *list;
	struct store *s;
	const struct git_settings *set;
	git_report_fn *report;
	void *ctx;
	struct err *err;
	struct level *levels;
	size_t depth, cap;
	size_t items_cap;
	struct buf path; /* of the entry being looked at */
	uint64_t entries;
	uint64_t bytes;
};

/* A hostile path must neither push the reason out of the line nor be kept: so
 * much of it is shown. */
#define PATH_SHOWN 200

static void
leave_out(struct walk *w, const char *reason)
{
	struct buf line = {0};
	int cut = w->path.len > PATH_SHOWN;

	w->list->left_out++;
	buf_add(&line, w->path.data, cut ? PATH_SHOWN : w->path.len);
	buf_printf(&line, "%s:1:1: left out: %s", cut ? "..." : "", reason);
	w->report(w->ctx, buf_cstr(&line));
	buf_free(&line);
}

/* ---- names ---- */

static int
name_is(const struct tree_entry *e, const char *name)
{
	return e->len == strlen(name) &&
	       strncasecmp(e->name, name, e->len) == 0;
}

static int
has_control(const struct tree_entry *e)
{
	for (size_t i = 0; i < e->len; i++) {
		unsigned char c = (unsigned char)e->name[i];

		if (c < 0x20 || c == 0x7f)
			return 1;
	}
	return 0;
}

#define TOO_LONG "the path is too long (`fetch.max-path`)"

/* Why this name cannot be used, or NULL.  Its length comes first: the others
 * look at every byte. */
static const char *
bad_name(const struct walk *w, const struct tree_entry *e)
{
	if (e->len > w->set->max_path)
		return TOO_LONG;
	if (e->len == 0)
		return "a file without a name";
	if (name_is(e, ".") || name_is(e, ".."))
		return "the name is \".\" or \"..\"";
	if (name_is(e, ".git") || name_is(e, "git~1"))
		return "the name belongs to Git itself";
	if (memchr(e->name, '/', e->len) != NULL)
		return "the name holds a slash";
	if (has_control(e))
		return "the name holds a control character";
	if (!source_path_valid((struct slice){e->name, e->len}))
		return "the name is not UTF-8";
	return NULL;
}

static int
by_name(const void *a, const void *b)
{
	const struct tree_entry *x = a, *y = b;
	int c = slice_cmp((struct slice){x->name, x->len},
			  (struct slice){y->name, y->len});

	return c != 0 ? c : (x->id > y->id) - (x->id < y->id);
}

/* After sorting, an entry with the name of the one before it came later. */
static int
is_twin(const struct level *l, size_t i)
{
	const struct tree_entry *e = &l->entries[i];

	return i > 0 && e[-1].len == e->len &&
	       memcmp(e[-1].name, e->name, e->len) == 0;
}

/* ---- levels ---- */

static int
read_entries(struct walk *w, struct level *l)
{
	const uint8_t *p = l->tree->data, *end = p + l->tree->len;
	struct tree_entry e;
	size_t cap = 0;
	int r;

	while ((r = tree_entry(p, end, &e)) == 1) {
		if (++w->entries > w->set->max_files)
			return err_set(
			    w->err,
			    "the commit holds more than %u "
			    "files and directories (`fetch.max-files`)",
			    w->set->max_files);
		if (l->n == cap) {
			cap = cap > 0 ? cap * 2 : 32;
			l->entries = xreallocarray(l->entries, cap, sizeof(e));
		}
		l->entries[l->n++] = e;
		p += e.size;
	}
	if (r == -1)
		return err_set(w->err, "a tree of the commit is malformed");
	if (l->n > 0)
		qsort(l->entries, l->n, sizeof(e), by_name);
	return 0;
}

static void
leave_level(struct walk *w)
{
	struct level *l = &w->levels[--w->depth];

	free(l->entries);
	object_unref(l->tree);
}

/* Begins a directory; w->path is its path, with a slash at its end. */
static int
enter_level(struct walk *w, const uint8_t *id)
{
	struct level *l;
	git_oid oid;

	memcpy(oid.id, id, OID_LEN);
	if (w->depth == w->cap) {
		w->cap = w->cap > 0 ? w->cap * 2 : 16;
		w->levels =
		    xreallocarray(w->levels, w->cap, sizeof(*w->levels));
	}
	l = &w->levels[w->depth];
	*l = (struct level){.path_len = w->path.len};
	l->tree = store_get(w->s, &oid, GIT_OBJECT_TREE, w->err);
	if (l->tree == NULL)
		return -1;
	w->depth++;
	/* Listing one tree many times costs nothing but time. */
	if (store_charge(w->s, l->tree->len, w->err) == -1)
		return -1;
	return read_entries(w, l);
}

/* ---- files ---- */

static int
is_lfs_pointer(struct walk *w, const git_oid *id, uint64_t size, int *yes)
{
	struct object *o;

	*yes = 0;
	if (size >= LFS_MAX || size < strlen(LFS_HEAD))
		return 0;
	o = store_get(w->s, id, GIT_OBJECT_BLOB, w->err);
	if (o == NULL)
		return -1;
	*yes = memcmp(o->data, LFS_HEAD, strlen(LFS_HEAD)) == 0;
	object_unref(o);
	return 0;
}

static void
add_item(struct walk *w, const git_oid *id, uint64_t size)
{
	struct file_list *l = w->list;
	struct source_item item = {.size = size};

	if (l->n == w->items_cap) {
		w->items_cap = w->items_cap > 0 ? w->items_cap * 2 : 256;
		l->items = xreallocarray(l->items, w->items_cap, sizeof(item));
	}
	memcpy(item.blob, id->id, OID_LEN);
	item.path.len = w->path.len;
	l->items[l->n++] = item;
	buf_add(&l->paths, w->path.data, w->path.len);
}

static int
take_file(struct walk *w, const struct tree_entry *e)
{
	git_object_t type;
	git_oid id;
	uint64_t size;
	int lfs;

	memcpy(id.id, e->id, OID_LEN);
	if (store_info(w->s, &id, &type, &size) == -1)
		return store_missing(w->s, &id, w->err);
	if (type != GIT_OBJECT_BLOB)
		return err_set(w->err, "object %s is no file",
			       git_oid_tostr_s(&id));
	if (size > w->set->max_object_size) {
		leave_out(w, "too large (`fetch.max-object-size`)");
		return 0;
	}
	if (is_lfs_pointer(w, &id, size, &lfs) == -1)
		return -1;
	if (lfs) {
		leave_out(w, "a Git LFS pointer, not the file itself");
		return 0;
	}
	if (__builtin_add_overflow(w->bytes, size, &w->bytes) ||
	    w->bytes > w->set->max_source)
		return err_set(w->err,
			       "the files of the commit have more than %" PRIu64
			       " bytes (`fetch.max-source`)",
			       w->set->max_source);
	add_item(w, &id, size);
	return 0;
}

/* Why an entry with a good name is left out all the same, or NULL. */
static const char *
bad_place(const struct walk *w, const struct tree_entry *e)
{
	if (w->path.len > w->set->max_path)
		return TOO_LONG;
	if (w->depth > w->set->max_depth)
		return "too many directories deep (`fetch.max-depth`)";
	switch (e->mode & MODE_TYPE) {
	case MODE_LINK:
		return "symbolic link";
	case MODE_MODULE:
		return "submodule";
	default:
		return NULL;
	}
}

static int
take_entry(struct walk *w, const struct level *l, size_t i)
{
	struct tree_entry e = l->entries[i];
	const char *reason = bad_name(w, &e);

	w->path.len = l->path_len;
	buf_add(&w->path, e.name, e.len);
	if (reason == NULL && is_twin(l, i))
		reason = "a second entry of the same name";
	if (reason == NULL)
		reason = bad_place(w, &e);
	if (reason != NULL) {
		leave_out(w, reason);
		return 0;
	}
	if (!tree_entry_is_tree(&e))
		return take_file(w, &e);
	buf_char(&w->path, '/');
	return enter_level(w, e.id);
}

static int
walk(struct walk *w, const git_oid *tree)
{
	if (enter_level(w, tree->id) == -1)
		return -1;
	while (w->depth > 0) {
		struct level *l = &w->levels[w->depth - 1];

		if (l->next == l->n)
			leave_level(w);
		else if (take_entry(w, l, l->next++) == -1)
			return -1;
	}
	return 0;
}

/* Now that the paths will not move any more. */
static void
place_paths(struct file_list *list)
{
	size_t off = 0;

	for (size_t i = 0; i < list->n; i++) {
		list->items[i].path.data = list->paths.data + off;
		off += list->items[i].path.len;
	}
}

static int
root_tree(struct store *s, const git_oid *commit, git_oid *tree,
	  struct err *err)
{
	struct object *o = store_get(s, commit, GIT_OBJECT_COMMIT, err);
	struct commit_head head;
	int r;

	if (o == NULL)
		return -1;
	r = commit_parse(o->data, o->len, &head, err);
	object_unref(o);
	if (r == 0)
		*tree = head.tree;
	return r;
}

int
file_list_read(struct file_list *list, struct store *s, const git_oid *commit,
	       const struct git_settings *settings, git_report_fn *report,
	       void *ctx, struct err *err)
{
	struct walk w = {.list = list,
			 .s = s,
			 .set = settings,
			 .report = report,
			 .ctx = ctx,
			 .err = err};
	git_oid tree;
	int r;

	if (root_tree(s, commit, &tree, err) == -1)
		return -1;
	r = walk(&w, &tree);
	while (w.depth > 0)
		leave_level(&w);
	free(w.levels);
	buf_free(&w.path);
	if (r == -1)
		file_list_free(list);
	else
		place_paths(list);
	return r;
}

void
file_list_free(struct file_list *list)
{
	free(list->items);
	buf_free(&list->paths);
	memset(list, 0, sizeof(*list));
}
