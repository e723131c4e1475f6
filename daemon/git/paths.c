/* SPDX-License-Identifier: ISC */
#include "paths.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a, begun with an address nobody outside knows: the names are hostile. */
static uint32_t
home(const struct paths *p, uint32_t dir, struct slice name)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ (uintptr_t)p->slots ^ dir;

	for (size_t i = 0; i < name.len; i++)
		h = (h ^ (unsigned char)name.data[i]) * UINT64_C(0x100000001b3);
	h *= UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(h >> 32) & (p->nslots - 1);
}

static struct slice
name_of(const struct paths *p, const struct path_node *n)
{
	return (struct slice){p->names.data + n->name, n->len};
}

static uint32_t *
slot_of(const struct paths *p, uint32_t dir, struct slice name)
{
	uint32_t i = home(p, dir, name);

	for (; p->slots[i] != 0; i = (i + 1) & (p->nslots - 1)) {
		const struct path_node *n = &p->nodes[p->slots[i]];

		if (n->dir == dir && slice_cmp(name_of(p, n), name) == 0)
			break;
	}
	return &p->slots[i];
}

static void
grow(struct paths *p)
{
	uint32_t cap = p->cap > 0 ? p->cap * 2 : 256;

	if (cap > UINT32_C(1) << 30)
		abort(); /* history.c stops far below */
	p->nodes = xreallocarray(p->nodes, cap, sizeof(*p->nodes));
	p->cap = cap;
	free(p->slots);
	p->slots = xcalloc((size_t)cap * 2, sizeof(*p->slots));
	p->nslots = cap * 2;
	if (p->n == 0)
		p->nodes[p->n++] = (struct path_node){0};
	for (uint32_t i = 1; i < p->n; i++)
		*slot_of(p, p->nodes[i].dir, name_of(p, &p->nodes[i])) = i;
}

uint32_t
paths_add(struct paths *p, uint32_t dir, struct slice name)
{
	uint32_t *slot;

	if (p->n == p->cap)
		grow(p);
	slot = slot_of(p, dir, name);
	if (*slot != 0)
		return *slot;
	p->nodes[p->n] =
	    (struct path_node){dir, (uint32_t)name.len, p->names.len};
	buf_add(&p->names, name.data, name.len);
	*slot = p->n;
	return p->n++;
}

uint32_t
paths_find(const struct paths *p, struct slice path)
{
	uint32_t at = PATHS_ROOT;
	size_t off = 0;

	if (p->n == 0)
		return PATHS_NONE;
	while (off <= path.len) {
		const char *name = path.data + off;
		const char *slash = memchr(name, '/', path.len - off);
		size_t n =
		    slash != NULL ? (size_t)(slash - name) : path.len - off;

		at = *slot_of(p, at, (struct slice){name, n});
		if (at == 0)
			return PATHS_NONE;
		off += n + 1;
	}
	return at;
}

uint64_t
paths_bytes(const struct paths *p)
{
	return (uint64_t)p->n * (sizeof(*p->nodes) + 2 * sizeof(*p->slots)) +
	       p->names.len;
}

void
paths_free(struct paths *p)
{
	free(p->nodes);
	free(p->slots);
	buf_free(&p->names);
	memset(p, 0, sizeof(*p));
}
