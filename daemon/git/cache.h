/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_CACHE_H
#define BLOGD_GIT_CACHE_H

#include "store.h"

/*
 * Inflated objects by where they lie (pack and offset), the least recently used
 * thrown away once they are more than CACHE_BYTES together.  It makes a walk
 * along a delta chain cost one delta a step.  Zero-initialise.
 */
#define CACHE_BYTES (UINT64_C(32) << 20)
#define CACHE_SLOTS 1024

struct cache_item;

struct cache {
	struct cache_item *slots[CACHE_SLOTS];
	struct cache_item *first, *last; /* most and least recently used */
	uint64_t bytes;
};

/* A new reference, or NULL. */
struct object *cache_get(struct cache *c, uint32_t pack, size_t off);
/* Takes a reference of its own. */
void cache_put(struct cache *c, uint32_t pack, size_t off, struct object *o);
void cache_clear(struct cache *c);

/* An object with room for len bytes and one reference. */
struct object *object_new(git_object_t type, size_t len);

#endif
