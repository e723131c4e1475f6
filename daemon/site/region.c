/* SPDX-License-Identifier: ISC */
#include "region.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../log.h"

#define BLOCK ((size_t)1 << 18)
#define ALIGN 16

struct region_block {
	struct region_block *next;
	size_t used, size;
	_Alignas(ALIGN) char data[];
};

static struct region_block *
block_new(struct region *r, size_t size)
{
	struct region_block *b;

	if (size > SIZE_MAX / 2)
		fatalx("out of memory (%zu bytes)", size);
	b = xmalloc(sizeof(*b) + size);
	b->next = r->blocks;
	b->used = 0;
	b->size = size;
	r->blocks = b;
	return b;
}

static void *
region_raw(struct region *r, size_t len)
{
	struct region_block *b = r->blocks;
	void *p;

	if (len > SIZE_MAX / 4)
		fatalx("out of memory (%zu bytes)", len);
	len = (len + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (b == NULL || len > b->size - b->used)
		b = block_new(r, len > BLOCK ? len : BLOCK);
	p = b->data + b->used;
	b->used += len;
	return p;
}

void *
region_alloc(struct region *r, size_t n, size_t size)
{
	size_t len;
	void *p;

	if (__builtin_mul_overflow(n, size, &len))
		fatalx("out of memory (%zu times %zu bytes)", n, size);
	p = region_raw(r, len);
	memset(p, 0, len);
	return p;
}

struct slice
region_copy(struct region *r, struct slice s)
{
	char *p;

	if (s.len == 0)
		return (struct slice){"", 0};
	p = region_raw(r, s.len);
	memcpy(p, s.data, s.len);
	return (struct slice){p, s.len};
}

struct slice
region_take(struct region *r, struct buf *b)
{
	struct slice s = region_copy(r, (struct slice){b->data, b->len});

	buf_clear(b);
	return s;
}

void
region_free(struct region *r)
{
	struct region_block *b = r->blocks, *next;

	for (; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	r->blocks = NULL;
}

void
region_clear(struct region *r)
{
	struct region_block *kept = r->blocks, *b, *next;

	if (kept == NULL)
		return;
	for (b = kept->next; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	kept->next = NULL;
	kept->used = 0;
	if (kept->size > BLOCK)
		region_free(r);
}
