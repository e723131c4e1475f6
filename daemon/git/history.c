/* SPDX-License-Identifier: ISC */
#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "object.h"
#include "oidmap.h"

/* git itself makes merges of 16 at most by default. */
#define PARENTS_MAX 256

/* After force pushes, commits that are no longer reachable are forgotten once
 * they are more than the others and more than this. */
#define STALE_MIN 1024

struct commit {
	git_oid tree;
	int64_t author;
	uint32_t parent; /* first one, in parents */
	uint32_t nparents;
	uint32_t change; /* first one, in changes */
	uint32_t nchanges;
	int compared; /* changes are known */
};

struct dates {
	int64_t created, updated;
	int set;
};

struct history {
	struct git_settings set;
	struct oidmap map;
	struct commit *commits; /* beside map.ids */
	uint32_t cap;
	uint32_t *parents; /* numbers of commits */
	uint32_t nparents, parents_cap;
	struct paths paths;
	struct changes changes;
	struct dates *dates; /* by path; what the last update found */
	uint32_t ndates;
	int64_t head_date;
	uint32_t ncommits;
	uint32_t compared;
};

/* Numbers of commits. */
struct list {
	uint32_t *v;
	uint32_t n, cap;
};

static void
list_add(struct list *l, uint32_t v)
{
	if (l->n == l->cap) {
		l->cap = l->cap > 0 ? l->cap * 2 : 256;
		l->v = xreallocarray(l->v, l->cap, sizeof(*l->v));
	}
	l->v[l->n++] = v;
}

struct history *
history_new(const struct git_settings *settings)
{
	struct history *h = xcalloc(1, sizeof(*h));

	h->set = *settings;
	h->changes.set = &h->set;
	h->changes.bytes_max = settings->max_store;
	return h;
}

static void
forget(struct history *h)
{
	oidmap_free(&h->map);
	free(h->commits);
	h->commits = NULL;
	free(h->parents);
	h->parents = NULL;
	h->cap = h->nparents = h->parents_cap = 0;
	paths_free(&h->paths);
	free(h->changes.paths);
	h->changes.paths = NULL;
	h->changes.n = h->changes.cap = 0;
	free(h->dates);
	h->dates = NULL;
	h->ndates = 0;
}

void
history_free(struct history *h)
{
	if (h == NULL)
		return;
	forget(h);
	free(h);
}

/* ---- commits ---- */

static uint32_t
add_commit(struct history *h, const git_oid *id)
{
	int added;
	uint32_t n = oidmap_add(&h->map, id, &added);

	if (!added)
		return n;
	if (h->map.cap != h->cap) {
		h->commits =
		    xreallocarray(h->commits, h->map.cap, sizeof(*h->commits));
		h->cap = h->map.cap;
	}
	h->commits[n] = (struct commit){.parent = UINT32_MAX};
	return n;
}

static void
add_parent(struct history *h, uint32_t n)
{
	if (h->nparents == h->parents_cap) {
		h->parents_cap = h->parents_cap > 0 ? h->parents_cap * 2 : 256;
		h->parents = xreallocarray(h->parents, h->parents_cap,
					   sizeof(*h->parents));
	}
	h->parents[h->nparents++] = n;
}

static int
read_commit(struct history *h, uint32_t n, const struct object *o,
	    struct err *err)
{
	struct commit_head head;
	uint32_t first = h->nparents;
	git_oid id;

	if (commit_parse(o->data, o->len, &head, err) == -1)
		return -1;
	if (head.nparents > PARENTS_MAX)
		return err_set(err, "a commit has more than %d parents",
			       PARENTS_MAX);
	for (size_t i = 0; i < head.nparents; i++) {
		commit_parent(&head, i, &id);
		add_parent(h, add_commit(h, &id));
	}
	h->commits[n].tree = head.tree;
	h->commits[n].author = head.author;
	h->commits[n].nparents = (uint32_t)head.nparents;
	h->commits[n].parent = first;
	return 0;
}

/* Reads a commit unless it is known. */
static int
load(struct history *h, struct store *s, uint32_t n, struct err *err)
{
	git_oid id = h->map.ids[n];
	struct object *o;
	int r;

	if (h->commits[n].parent != UINT32_MAX)
		return 0;
	o = store_get(s, &id, GIT_OBJECT_COMMIT, err);
	if (o == NULL)
		return -1;
	r = read_commit(h, n, o, err);
	object_unref(o);
	return r == -1 ? err_prefix(err, "commit %s", git_oid_tostr_s(&id)) : 0;
}

/* ---- order ---- */

/* Grows degree so that it has a zero for each commit. */
static void
fit(uint32_t **degree, uint32_t *have, uint32_t n)
{
	if (n <= *have)
		return;
	*degree = xreallocarray(*degree, n, sizeof(**degree));
	memset(*degree + *have, 0, (n - *have) * sizeof(**degree));
	*have = n;
}

/* Loads everything the head reaches.  degree: number of children reached, plus
 * one for a commit that is reached. */
static int
reach(struct history *h, struct store *s, uint32_t head, uint32_t **degree,
      uint32_t *reached, struct err *err)
{
	struct list todo = {0};
	uint32_t have = 0;
	int r = 0;

	fit(degree, &have, h->map.n);
	(*degree)[head] = 1;
	for (list_add(&todo, head); todo.n > 0 && r == 0;) {
		uint32_t n = todo.v[--todo.n];

		r = load(h, s, n, err);
		if (r == -1)
			break;
		++*reached;
		fit(degree, &have, h->map.n);
		for (uint32_t i = 0; i < h->commits[n].nparents; i++) {
			uint32_t p = h->parents[h->commits[n].parent + i];

			if ((*degree)[p]++ == 0) {
				(*degree)[p]++;
				list_add(&todo, p);
			}
		}
	}
	free(todo.v);
	return r;
}

/*
 * Children before parents, as git log --topo-order does it (commit.c,
 * sort_in_topological_order): a commit becomes ready when all of its children
 * are out, and of those ready the last to become so is next.
 */
static void
sort(const struct history *h, uint32_t head, uint32_t *degree,
     struct list *order)
{
	struct list ready = {0};

	list_add(&ready, head);
	while (ready.n > 0) {
		uint32_t n = ready.v[--ready.n];
		const struct commit *c = &h->commits[n];

		list_add(order, n);
		for (uint32_t i = 0; i < c->nparents; i++) {
			uint32_t p = h->parents[c->parent + i];

			if (--degree[p] == 1)
				list_add(&ready, p);
		}
	}
	free(ready.v);
}

static int
order_commits(struct history *h, struct store *s, const git_oid *head,
	      struct list *order, struct err *err)
{
	uint32_t *degree = NULL, reached = 0;
	uint32_t n = add_commit(h, head);
	int r = reach(h, s, n, &degree, &reached, err);

	if (r == 0)
		sort(h, n, degree, order);
	free(degree);
	if (r == 0 && order->n != reached)
		return err_set(err, "the history is not a proper graph");
	return r;
}

/* ---- changes and dates ---- */

static int
compare(struct history *h, struct store *s, uint32_t n, struct err *err)
{
	struct commit *c = &h->commits[n];
	git_oid trees[PARENTS_MAX + 1];

	trees[0] = c->tree;
	for (uint32_t i = 0; i < c->nparents; i++)
		trees[i + 1] = h->commits[h->parents[c->parent + i]].tree;
	c->change = h->changes.n;
	if (changes_find(&h->changes, &h->paths, s, trees, c->nparents + 1,
			 err) == -1)
		return err_prefix(err, "commit %s",
				  git_oid_tostr_s(&h->map.ids[n]));
	c->nchanges = h->changes.n - c->change;
	c->compared = 1;
	h->compared++;
	return 0;
}

/* Newest first: that is the direction in which packs keep deltas. */
static int
compare_new(struct history *h, struct store *s, const struct list *order,
	    struct err *err)
{
	h->compared = 0;
	for (uint32_t i = 0; i < order->n; i++)
		if (!h->commits[order->v[i]].compared &&
		    compare(h, s, order->v[i], err) == -1)
			return -1;
	return 0;
}

/* The order is newest first, so the last one to change a path comes first. */
static void
date(struct history *h, const struct list *order)
{
	free(h->dates);
	h->ndates = h->paths.n;
	h->dates = xcalloc(h->ndates, sizeof(*h->dates));
	for (uint32_t i = 0; i < order->n; i++) {
		const struct commit *c = &h->commits[order->v[i]];

		for (uint32_t k = 0; k < c->nchanges; k++) {
			uint32_t path = h->changes.paths[c->change + k];
			struct dates *d = &h->dates[path];

			if (!d->set)
				d->updated = c->author;
			d->created = c->author;
			d->set = 1;
		}
	}
	h->head_date = h->commits[order->v[0]].author;
	h->ncommits = order->n;
}

static int
update(struct history *h, struct store *s, const git_oid *head, struct err *err)
{
	struct list order = {0};
	int r = order_commits(h, s, head, &order, err);

	if (r == 0)
		r = compare_new(h, s, &order, err);
	if (r == 0)
		date(h, &order);
	free(order.v);
	return r;
}

int
history_update(struct history *h, struct store *s, const git_oid *head,
	       struct err *err)
{
	if (update(h, s, head, err) == -1)
		return -1;
	if (h->map.n <= STALE_MIN || h->map.n / 2 <= h->ncommits)
		return 0;
	forget(h);
	return update(h, s, head, err);
}

int
history_dates(const struct history *h, struct slice path, int64_t *created,
	      int64_t *updated)
{
	uint32_t n = paths_find(&h->paths, path);

	if (n >= h->ndates || !h->dates[n].set)
		return -1;
	*created = h->dates[n].created;
	*updated = h->dates[n].updated;
	return 0;
}

int64_t
history_head_date(const struct history *h)
{
	return h->head_date;
}

uint32_t
history_commits(const struct history *h)
{
	return h->ncommits;
}

uint32_t
history_compared(const struct history *h)
{
	return h->compared;
}
