/* SPDX-License-Identifier: ISC */
#include "oidmap.h"

#include <stdlib.h>
#include <string.h>

#include "../buf.h"

/*
 * Open addressing, linear probing, at most half full.  Whoever makes the
 * objects can choose the first bytes of their ids, so the home slot also
 * depends on where the table lies in memory, which nobody outside knows.
 */
static uint32_t
home(const struct oidmap *m, const git_oid *id)
{
	uint64_t h;

	memcpy(&h, id->id, sizeof(h));
	h ^= (uint64_t)(uintptr_t)m->slots;
	h *= UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(h >> 32) & (m->nslots - 1);
}

static uint32_t *
slot_of(const struct oidmap *m, const git_oid *id)
{
	uint32_t i = home(m, id);

	while (m->slots[i] != 0 &&
	       memcmp(m->ids[m->slots[i] - 1].id, id->id, sizeof(id->id)) != 0)
		i = (i + 1) & (m->nslots - 1);
	return &m->slots[i];
}

static void
rehash(struct oidmap *m, uint32_t nslots)
{
	free(m->slots);
	m->slots = xcalloc(nslots, sizeof(*m->slots));
	m->nslots = nslots;
	for (uint32_t i = 0; i < m->n; i++)
		*slot_of(m, &m->ids[i]) = i + 1;
}

static void
resize(struct oidmap *m, uint32_t cap)
{
	m->ids = xreallocarray(m->ids, cap, sizeof(*m->ids));
	m->cap = cap;
	rehash(m, cap * 2);
}

uint32_t
oidmap_find(const struct oidmap *m, const git_oid *id)
{
	uint32_t slot = m->nslots > 0 ? *slot_of(m, id) : 0;

	return slot > 0 ? slot - 1 : OIDMAP_NONE;
}

uint32_t
oidmap_add(struct oidmap *m, const git_oid *id, int *added)
{
	uint32_t n = oidmap_find(m, id);

	*added = n == OIDMAP_NONE;
	if (!*added)
		return n;
	if (m->n == m->cap) {
		if (m->cap >= UINT32_C(1) << 30)
			abort(); /* callers limit the number far below */
		resize(m, m->cap > 0 ? m->cap * 2 : 64);
	}
	m->ids[m->n] = *id;
	*slot_of(m, id) = ++m->n;
	return m->n - 1;
}

void
oidmap_truncate(struct oidmap *m, uint32_t n)
{
	uint32_t cap = 64;

	if (n >= m->n)
		return;
	while (cap < n)
		cap *= 2;
	m->n = n;
	resize(m, cap);
}

void
oidmap_free(struct oidmap *m)
{
	free(m->ids);
	free(m->slots);
	memset(m, 0, sizeof(*m));
}
