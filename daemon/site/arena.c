/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "arena.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define UNIT ((size_t)16) /* alignment, and the length of a block's header */

struct block {
	size_t len; /* usable bytes, a multiple of UNIT */
	_Alignas(16) char data[];
};

_Static_assert(sizeof(struct block) == 16, "a header is one unit");

int
arena_map(struct arena *a, size_t size, void (*full)(void))
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return -1;
	a->base = p;
	a->size = size;
	a->full = full;
	arena_reset(a);
	return 0;
}

void
arena_reset(struct arena *a)
{
	a->used = 0;
	memset(a->freed, 0, sizeof(a->freed));
}

static struct block *
block_of(void *p)
{
	return (struct block *)((char *)p - sizeof(struct block));
}

/* A block of at least len bytes, not cleared. */
static void *
take(struct arena *a, size_t len)
{
	struct block *b;
	void **freed;

	if (len > a->size)
		a->full();
	len = len > 0 ? (len + UNIT - 1) & ~(UNIT - 1) : UNIT;
	freed = len / UNIT <= ARENA_CLASSES ? &a->freed[len / UNIT - 1] : NULL;
	if (freed != NULL && *freed != NULL) {
		void *p = *freed;

		memcpy(freed, p, sizeof(*freed));
		return p;
	}
	if (len + sizeof(*b) > a->size - a->used)
		a->full();
	b = (struct block *)(a->base + a->used);
	a->used += sizeof(*b) + len;
	b->len = len;
	return b->data;
}

static int
is_last(const struct arena *a, const struct block *b)
{
	return (const char *)b + sizeof(*b) + b->len == a->base + a->used;
}

void *
arena_calloc(struct arena *a, size_t n, size_t size)
{
	size_t len;
	void *p;

	if (__builtin_mul_overflow(n, size, &len))
		a->full();
	p = take(a, len);
	memset(p, 0, len);
	return p;
}

/* The last block grows in place: cmark's buffers are that, mostly. */
static int
grow_last(struct arena *a, struct block *b, size_t size)
{
	size_t len = (size + UNIT - 1) & ~(UNIT - 1);

	if (!is_last(a, b) || len - b->len > a->size - a->used)
		return 0;
	a->used += len - b->len;
	b->len = len;
	return 1;
}

void *
arena_realloc(struct arena *a, void *p, size_t size)
{
	struct block *b;
	void *q;

	if (p == NULL)
		return take(a, size);
	if (size > a->size)
		a->full();
	b = block_of(p);
	if (size <= b->len || grow_last(a, b, size))
		return p;
	q = take(a, size);
	memcpy(q, p, b->len);
	arena_free(a, p);
	return q;
}

void
arena_free(struct arena *a, void *p)
{
	struct block *b;

	if (p == NULL)
		return;
	b = block_of(p);
	if (is_last(a, b)) {
		a->used -= sizeof(*b) + b->len;
	} else if (b->len / UNIT <= ARENA_CLASSES) {
		memcpy(p, &a->freed[b->len / UNIT - 1], sizeof(void *));
		a->freed[b->len / UNIT - 1] = p;
	}
}
