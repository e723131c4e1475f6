/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "places.h"

#include <stdlib.h>

#include "notes.h"
#include "search.h"

/* An id, or with an empty text the mark that all of the article's are there. */
struct id {
	const struct article *article; /* NULL: free */
	struct slice text;
};

struct places {
	struct place *place;
	size_t cap; /* a power of two, more than twice what is in it */
	struct id *id;
	size_t nids, capids;
};

/* FNV-1a: whoever makes names collide slows his own site down. */
static size_t
hash(struct slice s, size_t seed)
{
	uint32_t h = 2166136261u ^ (uint32_t)seed;
	size_t i;

	for (i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.data[i]) * 16777619u;
	return h;
}

static size_t
power_above(size_t n)
{
	size_t cap = 64;

	while (cap < n)
		cap *= 2;
	return cap;
}

/* ---- files and pages ---- */

static struct place *
slot(const struct places *p, struct slice key)
{
	size_t i = hash(key, 0) & (p->cap - 1);

	while (p->place[i].key.data != NULL &&
	       slice_cmp(p->place[i].key, key) != 0)
		i = (i + 1) & (p->cap - 1);
	return &p->place[i];
}

static void
add_page(struct places *p, const struct page *page)
{
	struct slice key = page->pub.path;
	struct place *at;

	if (key.len == 0)
		return;
	key = (struct slice){key.data + 1, key.len - 1};
	at = slot(p, key);
	at->key = key;
	at->page = page;
}

struct places *
places_new(const struct site *s)
{
	struct places *p = xcalloc(1, sizeof(*p));
	struct place *at;
	size_t i;

	p->cap = power_above((s->nfiles + s->npages + 1) * 2 + 1);
	p->place = xcalloc(p->cap, sizeof(*p->place));
	for (i = 0; i < s->nfiles; i++) {
		at = slot(p, s->files[i].path);
		at->key = s->files[i].path;
		at->file = &s->files[i];
	}
	for (i = 0; i < s->npages; i++)
		add_page(p, &s->pages[i]);
	if (s->searchable)
		add_page(p, &search_answers);
	return p;
}

void
places_free(struct places *p)
{
	free(p->place);
	free(p->id);
	free(p);
}

const struct place *
places_find(const struct places *p, struct slice key)
{
	const struct place *at = slot(p, key);

	return at->key.data != NULL ? at : NULL;
}

/* ---- ids ---- */

static struct id *
id_slot(struct id *ids, size_t cap, const struct article *a, struct slice text)
{
	size_t i = hash(text, (uintptr_t)a / sizeof(*a)) & (cap - 1);

	while (ids[i].article != NULL &&
	       (ids[i].article != a || slice_cmp(ids[i].text, text) != 0))
		i = (i + 1) & (cap - 1);
	return &ids[i];
}

static void
grow_ids(struct places *p)
{
	size_t i, cap = p->capids > 0 ? p->capids * 2 : 256;
	struct id *ids = xcalloc(cap, sizeof(*ids));

	for (i = 0; i < p->capids; i++)
		if (p->id[i].article != NULL)
			*id_slot(ids, cap, p->id[i].article, p->id[i].text) =
			    p->id[i];
	free(p->id);
	p->id = ids;
	p->capids = cap;
}

static void
add_id(struct places *p, const struct article *a, struct slice text)
{
	struct id *at;

	if (p->nids >= p->capids / 2)
		grow_ids(p);
	at = id_slot(p->id, p->capids, a, text);
	p->nids += at->article == NULL;
	*at = (struct id){a, text};
}

/* An article's ids are looked up once somebody refers to one. */
static void
add_ids(struct places *p, const struct article *a)
{
	struct notes n;
	struct note note;

	notes_start(&n, a->notes);
	while (notes_next(&n, &note)) {
		if (note.type == NOTE_ID && note.text.len > 0)
			add_id(p, a, note.text);
		else if (note.type == NOTE_HEADING && note.id.len > 0)
			add_id(p, a, note.id);
	}
	add_id(p, a, slice_of(""));
}

int
places_has_id(struct places *p, const struct article *a, struct slice id)
{
	if (p->capids == 0 ||
	    id_slot(p->id, p->capids, a, slice_of(""))->article == NULL)
		add_ids(p, a);
	return id_slot(p->id, p->capids, a, id)->article != NULL;
}
