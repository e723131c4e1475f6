/* SPDX-License-Identifier: ISC */
#include "cache.h"

#include <stdlib.h>
#include <string.h>

#include "../buf.h"

struct cache_item {
	struct cache_item *newer, *older; /* by use */
	struct cache_item *next;	  /* in the slot */
	struct object *object;
	size_t off;
	uint32_t pack;
};

struct object *
object_new(git_object_t type, size_t len)
{
	struct object *o = xmalloc(sizeof(*o));

	if (len == SIZE_MAX)
		abort(); /* pack_entry lets no such size through */
	o->data = xmalloc(len + 1);
	o->data[len] = '\0';
	o->len = len;
	o->type = type;
	o->refs = 1;
	return o;
}

static struct object *
object_ref(struct object *o)
{
	o->refs++;
	return o;
}

void
object_unref(struct object *o)
{
	if (o == NULL || --o->refs > 0)
		return;
	free(o->data);
	free(o);
}

static struct cache_item **
slot_of(struct cache *c, uint32_t pack, size_t off)
{
	uint64_t h = (uint64_t)off ^ (uint64_t)pack << 40;

	h *= UINT64_C(0x9e3779b97f4a7c15);
	return &c->slots[(h >> 32) % CACHE_SLOTS];
}

static struct cache_item **
find(struct cache *c, uint32_t pack, size_t off)
{
	struct cache_item **it = slot_of(c, pack, off);

	while (*it != NULL && ((*it)->pack != pack || (*it)->off != off))
		it = &(*it)->next;
	return it;
}

static void
unlink_use(struct cache *c, struct cache_item *it)
{
	*(it->newer != NULL ? &it->newer->older : &c->first) = it->older;
	*(it->older != NULL ? &it->older->newer : &c->last) = it->newer;
}

static void
link_use(struct cache *c, struct cache_item *it)
{
	it->newer = NULL;
	it->older = c->first;
	*(c->first != NULL ? &c->first->newer : &c->last) = it;
	c->first = it;
}

static void
drop(struct cache *c, struct cache_item *it)
{
	*find(c, it->pack, it->off) = it->next;
	unlink_use(c, it);
	c->bytes -= it->object->len;
	object_unref(it->object);
	free(it);
}

struct object *
cache_get(struct cache *c, uint32_t pack, size_t off)
{
	struct cache_item *it = *find(c, pack, off);

	if (it == NULL)
		return NULL;
	unlink_use(c, it);
	link_use(c, it);
	return object_ref(it->object);
}

void
cache_put(struct cache *c, uint32_t pack, size_t off, struct object *o)
{
	struct cache_item **slot = find(c, pack, off), *it;

	if (*slot != NULL || o->len > CACHE_BYTES / 4)
		return;
	it = xcalloc(1, sizeof(*it));
	it->pack = pack;
	it->off = off;
	it->object = object_ref(o);
	*slot = it;
	link_use(c, it);
	c->bytes += o->len;
	while (c->bytes > CACHE_BYTES)
		drop(c, c->last);
}

void
cache_clear(struct cache *c)
{
	while (c->last != NULL)
		drop(c, c->last);
}
