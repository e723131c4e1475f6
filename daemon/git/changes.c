/* SPDX-License-Identifier: ISC */
#include "changes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "object.h"

/* A directory to be compared: its tree in the commit and in each parent, the
 * zero id where there is none. */
struct work {
	uint32_t dir;
	uint32_t depth;
};

/* One of the trees of a directory, read entry by entry. */
struct cursor {
	struct object *tree;
	const uint8_t *p, *end;
	struct tree_entry e;
	int more; /* e is valid */
	int hit;  /* e has the name being looked at */
};

struct compare {
	struct changes *c;
	struct paths *paths;
	struct store *s;
	struct cursor *cursors; /* the commit's first, then the parents' */
	size_t n;
	struct buf todo; /* records: struct work, then n ids */
	struct err *err;
};

static size_t
record_size(const struct compare *w)
{
	return sizeof(struct work) + w->n * OID_LEN;
}

static int
open_cursor(struct compare *w, struct cursor *c, const uint8_t *id)
{
	git_oid oid;

	memset(c, 0, sizeof(*c));
	memcpy(oid.id, id, OID_LEN);
	if (git_oid_is_zero(&oid))
		return 0;
	c->tree = store_get(w->s, &oid, GIT_OBJECT_TREE, w->err);
	if (c->tree == NULL)
		return -1;
	c->p = c->tree->data;
	c->end = c->p + c->tree->len;
	return 0;
}

static int
parse(struct compare *w, struct cursor *c)
{
	int r = tree_entry(c->p, c->end, &c->e);

	if (r == -1)
		return err_set(w->err, "a tree is malformed");
	c->more = r;
	return 0;
}

static int
advance(struct compare *w, struct cursor *c)
{
	c->p += c->e.size;
	return parse(w, c);
}

/* With one parent, which is the rule, most entries are the same bytes. */
static int
skip_equal(struct compare *w)
{
	struct cursor *a = &w->cursors[0], *b = &w->cursors[1];

	while (a->more && b->more && a->e.size == b->e.size &&
	       memcmp(a->p, b->p, a->e.size) == 0)
		if (advance(w, a) == -1 || advance(w, b) == -1)
			return -1;
	return 0;
}

/* Marks the cursors that are at the lowest name; NULL when all are done. */
static const struct tree_entry *
lowest(struct compare *w)
{
	const struct tree_entry *low = NULL;

	for (size_t i = 0; i < w->n; i++)
		if (w->cursors[i].more &&
		    (low == NULL || tree_entry_cmp(&w->cursors[i].e, low) < 0))
			low = &w->cursors[i].e;
	for (size_t i = 0; low != NULL && i < w->n; i++)
		w->cursors[i].hit = w->cursors[i].more &&
				    tree_entry_cmp(&w->cursors[i].e, low) == 0;
	return low;
}

static int
same(const struct cursor *a, const struct cursor *b)
{
	if (!a->hit || !b->hit)
		return a->hit == b->hit;
	return a->e.mode == b->e.mode && memcmp(a->e.id, b->e.id, OID_LEN) == 0;
}

/* Does the entry differ from that of every parent? */
static int
differs(const struct compare *w)
{
	for (size_t i = 1; i < w->n; i++)
		if (same(&w->cursors[0], &w->cursors[i]))
			return 0;
	return 1;
}

static int
check_room(struct compare *w)
{
	struct changes *c = w->c;

	if (paths_bytes(w->paths) + (uint64_t)c->n * sizeof(*c->paths) +
		w->todo.len <=
	    c->bytes_max)
		return 0;
	return err_set(w->err,
		       "the history of all paths needs more than %" PRIu64
		       " bytes of memory (`fetch.max-store`)",
		       c->bytes_max);
}

static int
add_change(struct compare *w, uint32_t path)
{
	struct changes *c = w->c;

	if (c->n == c->cap) {
		if (c->cap >= UINT32_C(1) << 30)
			return err_set(w->err, "the history is too long");
		c->cap = c->cap > 0 ? c->cap * 2 : 1024;
		c->paths = xreallocarray(c->paths, c->cap, sizeof(*c->paths));
	}
	c->paths[c->n++] = path;
	return check_room(w);
}

/* Notes a directory for later. */
static int
add_work(struct compare *w, const struct work *at)
{
	static const uint8_t none[OID_LEN];

	buf_add(&w->todo, at, sizeof(*at));
	for (size_t i = 0; i < w->n; i++) {
		const struct cursor *c = &w->cursors[i];

		buf_add(&w->todo, c->hit ? c->e.id : none, OID_LEN);
	}
	return check_room(w);
}

/* An entry that differs: a change, or a directory that may hold some. */
static int
note(struct compare *w, const struct work *at, const struct tree_entry *e)
{
	struct work below = {0, at->depth + 1};
	struct slice name = {e->name, e->len};

	/* These can never be in a source. */
	if (below.depth > w->c->set->max_depth ||
	    name.len > w->c->set->max_path || name.len == 0)
		return 0;
	below.dir = paths_add(w->paths, at->dir, name);
	if (tree_entry_is_tree(e))
		return add_work(w, &below);
	return add_change(w, below.dir);
}

static int
compare_entries(struct compare *w, const struct work *at)
{
	const struct tree_entry *e;

	for (;;) {
		if (w->n == 2 && skip_equal(w) == -1)
			return -1;
		e = lowest(w);
		if (e == NULL)
			return 0;
		if (differs(w) && note(w, at, e) == -1)
			return -1;
		for (size_t i = 0; i < w->n; i++)
			if (w->cursors[i].hit &&
			    advance(w, &w->cursors[i]) == -1)
				return -1;
	}
}

static int
open_all(struct compare *w, const uint8_t *ids)
{
	size_t bytes = 0;

	for (size_t i = 0; i < w->n; i++) {
		struct cursor *c = &w->cursors[i];

		if (open_cursor(w, c, ids + i * OID_LEN) == -1 ||
		    parse(w, c) == -1)
			return -1;
		bytes += (size_t)(c->end - c->p);
	}
	/* Each entry is looked at once for each parent. */
	if (__builtin_mul_overflow(bytes, w->n, &bytes))
		bytes = SIZE_MAX;
	return store_charge(w->s, bytes, w->err);
}

/* Takes one directory off the list and compares it. */
static int
compare_directory(struct compare *w)
{
	size_t size = record_size(w);
	const char *record = w->todo.data + w->todo.len - size;
	struct work at;
	int r;

	memset(w->cursors, 0, w->n * sizeof(*w->cursors));
	memcpy(&at, record, sizeof(at));
	r = open_all(w, (const uint8_t *)record + sizeof(at));
	w->todo.len -= size;
	if (r == 0)
		r = compare_entries(w, &at);
	for (size_t i = 0; i < w->n; i++)
		object_unref(w->cursors[i].tree);
	return r;
}

int
changes_find(struct changes *c, struct paths *paths, struct store *s,
	     const git_oid *trees, size_t n, struct err *err)
{
	struct compare w = {.c = c, .paths = paths, .s = s, .n = n, .err = err};
	struct work root = {PATHS_ROOT, 0};
	uint32_t had = c->n;
	int r = 0;

	for (size_t i = 1; i < n; i++)
		if (git_oid_equal(&trees[0], &trees[i]))
			return 0;
	w.cursors = xcalloc(n, sizeof(*w.cursors));
	buf_add(&w.todo, &root, sizeof(root));
	for (size_t i = 0; i < n; i++)
		buf_add(&w.todo, trees[i].id, OID_LEN);
	while (r == 0 && w.todo.len > 0)
		r = compare_directory(&w);
	if (r == -1)
		c->n = had;
	buf_free(&w.todo);
	free(w.cursors);
	return r;
}
