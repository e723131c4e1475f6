/* SPDX-License-Identifier: ISC */
#include "store_int.h"

#include <stdlib.h>
#include <string.h>

/* One delta of a chain, from the object wanted down to its whole base. */
struct link {
	struct pack_entry e;
	size_t off;
	uint32_t pack;
};

struct chain {
	struct link *links;
	unsigned n, cap;
};

static const uint8_t *
pack_bytes(const struct store *s, uint32_t pack)
{
	return (const uint8_t *)s->packs[pack].data;
}

struct object *
read_whole(struct store *s, uint32_t pack, const struct pack_entry *e,
	   size_t *end, struct err *err)
{
	struct object *o;

	if (store_allow_size(s, e->size, err) == -1 ||
	    store_charge(s, (size_t)e->size, err) == -1)
		return NULL;
	o = object_new((git_object_t)e->type, (size_t)e->size);
	if (pack_inflate(s->inflate, pack_bytes(s, pack), s->packs[pack].len, e,
			 o->data, end, err) == 0)
		return o;
	object_unref(o);
	return NULL;
}

struct object *
read_delta(struct store *s, uint32_t pack, const struct pack_entry *e,
	   const struct object *base, struct err *err)
{
	uint8_t *delta;
	uint64_t from, to;
	struct object *o;
	size_t end;

	if (store_allow_size(s, e->size, err) == -1)
		return NULL;
	buf_clear(&s->scratch);
	buf_reserve(&s->scratch, (size_t)e->size + 1);
	delta = (uint8_t *)s->scratch.data;
	if (pack_inflate(s->inflate, pack_bytes(s, pack), s->packs[pack].len, e,
			 delta, &end, err) == -1 ||
	    delta_sizes(delta, (size_t)e->size, &from, &to, err) == -1 ||
	    store_allow_size(s, to, err) == -1 ||
	    store_charge(s, (size_t)(e->size + to), err) == -1)
		return NULL;
	o = object_new(base->type, (size_t)to);
	if (delta_apply(base->data, base->len, delta, (size_t)e->size, o->data,
			o->len, err) == 0)
		return o;
	object_unref(o);
	return NULL;
}

static void
chain_add(struct chain *c, const struct link *l)
{
	if (c->n == c->cap) {
		c->cap = c->cap > 0 ? c->cap * 2 : 64;
		c->links = xreallocarray(c->links, c->cap, sizeof(*c->links));
	}
	c->links[c->n++] = *l;
}

/* Moves to the base of the delta at *l. */
static int
step_down(const struct store *s, struct link *l, struct err *err)
{
	uint32_t n;

	if (l->e.type == PACK_OFS_DELTA) {
		l->off = l->e.base;
		return 0;
	}
	n = oidmap_find(&s->map, &l->e.base_id);
	if (n == OIDMAP_NONE)
		return err_set(err, "the base of a delta is missing: %s",
			       git_oid_tostr_s(&l->e.base_id));
	l->pack = s->at[n].pack;
	l->off = (size_t)s->at[n].off;
	return 0;
}

/* Collects deltas until a base is known or whole; returns that base. */
static struct object *
find_base(struct store *s, struct chain *c, struct link l, struct err *err)
{
	struct object *o;
	size_t end;

	for (;;) {
		o = cache_get(&s->cache, l.pack, l.off);
		if (o != NULL)
			return o;
		if (pack_entry(pack_bytes(s, l.pack), s->packs[l.pack].len,
			       l.off, &l.e, err) == -1)
			return NULL;
		if (l.e.type <= GIT_OBJECT_TAG)
			break;
		if (c->n > DEPTH_MAX) {
			err_set(err, "a delta chain is longer than %d",
				DEPTH_MAX);
			return NULL;
		}
		chain_add(c, &l);
		if (step_down(s, &l, err) == -1)
			return NULL;
	}
	o = read_whole(s, l.pack, &l.e, &end, err);
	if (o != NULL)
		cache_put(&s->cache, l.pack, l.off, o);
	return o;
}

struct object *
read_at(struct store *s, uint32_t pack, size_t off, struct err *err)
{
	struct chain c = {0};
	struct object *o, *base;

	o = find_base(s, &c, (struct link){.off = off, .pack = pack}, err);
	while (o != NULL && c.n > 0) {
		struct link *l = &c.links[--c.n];

		base = o;
		o = read_delta(s, l->pack, &l->e, base, err);
		object_unref(base);
		if (o != NULL)
			cache_put(&s->cache, l->pack, l->off, o);
	}
	free(c.links);
	return o;
}

struct object *
store_get(struct store *s, const git_oid *id, git_object_t want,
	  struct err *err)
{
	uint32_t n = oidmap_find(&s->map, id);

	if (n == OIDMAP_NONE) {
		store_missing(s, id, err);
		return NULL;
	}
	if (want != GIT_OBJECT_ANY && s->at[n].type != (uint8_t)want) {
		err_set(err, "object %s is a %s, not a %s", git_oid_tostr_s(id),
			git_object_type2string((git_object_t)s->at[n].type),
			git_object_type2string(want));
		return NULL;
	}
	return read_at(s, s->at[n].pack, (size_t)s->at[n].off, err);
}

/* A whole object is inflated where it is wanted. */
static int
inflate_into(struct store *s, const struct location *at, void *into, size_t len,
	     struct err *err)
{
	const struct buf *pack = &s->packs[at->pack];
	struct pack_entry e;
	size_t end;

	if (pack_entry(pack_bytes(s, at->pack), pack->len, (size_t)at->off, &e,
		       err) == -1)
		return -1;
	if (e.size != len)
		return err_set(err, "an object has another size than before");
	if (store_charge(s, len, err) == -1)
		return -1;
	return pack_inflate(s->inflate, pack_bytes(s, at->pack), pack->len, &e,
			    into, &end, err);
}

int
store_read_into(struct store *s, const git_oid *id, void *into, size_t len,
		struct err *err)
{
	uint32_t n = oidmap_find(&s->map, id);
	struct object *o;
	int r = 0;

	if (n != OIDMAP_NONE && s->at[n].depth == 0)
		return inflate_into(s, &s->at[n], into, len, err);
	o = store_get(s, id, GIT_OBJECT_ANY, err);
	if (o == NULL)
		return -1;
	if (o->len == len)
		memcpy(into, o->data, len);
	else
		r = err_set(err, "object %s has another size than before",
			    git_oid_tostr_s(id));
	object_unref(o);
	return r;
}
