/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "store_int.h"

/*
 * Finds and verifies every object of a pack.  First all entries in turn: those
 * that are whole get their id at once, deltas are noted under their base.  Then
 * from each base to the deltas on it, to the deltas on those, and so on, with
 * an explicit stack: each delta is applied once, and only the objects on the
 * way from the base to the current delta are in memory, HELD_BYTES at most
 * (those nearest to the base are read again when they are needed again).
 */
#define NONE	      UINT32_MAX
#define HELD_BYTES    (UINT64_C(32) << 20)
#define PROGRESS_STEP 1024

struct item {
	size_t off;
	uint32_t child;	  /* first PACK_OFS_DELTA on this one */
	uint32_t sibling; /* next one on the same base */
	uint32_t object;  /* number in the store; NONE: not resolved yet */
	uint16_t depth;
	int first; /* the store had no such object before */
};

struct ref { /* a PACK_REF_DELTA; sorted by base */
	git_oid base;
	uint32_t item;
};

/* An object whose deltas are being resolved. */
struct frame {
	struct object *data; /* NULL: to be read again */
	size_t off;
	uint32_t pack;
	uint32_t object;
	uint16_t depth;	    /* of this place */
	uint32_t child;	    /* next PACK_OFS_DELTA */
	uint32_t ref, last; /* next PACK_REF_DELTA, end of its range */
};

struct index {
	struct store *s;
	uint32_t pack;
	size_t end; /* of the entries */
	struct item *items;
	uint32_t n;
	struct ref *refs;
	uint32_t nrefs, refs_cap;
	struct frame *stack;
	unsigned top, cap;
	uint64_t held;
	uint32_t resolved;
};

static int
tell(struct index *ix, struct err *err)
{
	struct store_progress p = {ix->s->packs[ix->pack].len, ix->resolved,
				   ix->n};

	return store_tell(ix->s, &p, err);
}

/* The object of an item is known: adds it to the store. */
static int
resolved(struct index *ix, uint32_t i, const struct object *o,
	 struct location *at, struct err *err)
{
	uint32_t had = ix->s->map.n;
	git_oid id;

	if (store_hash(ix->s, o->type, o->data, o->len, &id, err) == -1)
		return -1;
	at->size = o->len;
	at->type = (uint8_t)o->type;
	ix->items[i].object = store_add(ix->s, &id, at);
	ix->items[i].first = ix->items[i].object >= had;
	if (++ix->resolved % PROGRESS_STEP == 0)
		return tell(ix, err);
	return 0;
}

static uint32_t
item_at(const struct index *ix, uint32_t n, size_t off)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (ix->items[mid].off == off)
			return mid;
		if (ix->items[mid].off < off)
			low = mid + 1;
		else
			high = mid;
	}
	return NONE;
}

static void
add_ref(struct index *ix, const git_oid *base, uint32_t item)
{
	if (ix->nrefs == ix->refs_cap) {
		ix->refs_cap = ix->refs_cap > 0 ? ix->refs_cap * 2 : 256;
		ix->refs =
		    xreallocarray(ix->refs, ix->refs_cap, sizeof(*ix->refs));
	}
	ix->refs[ix->nrefs].base = *base;
	ix->refs[ix->nrefs++].item = item;
}

static int
note_delta(struct index *ix, uint32_t i, const struct pack_entry *e,
	   struct err *err)
{
	uint32_t base;

	if (e->type == PACK_REF_DELTA) {
		add_ref(ix, &e->base_id, i);
		return 0;
	}
	base = item_at(ix, i, e->base);
	if (base == NONE)
		return err_set(
		    err, "the pack is damaged: a delta's base is no entry");
	ix->items[i].sibling = ix->items[base].child;
	ix->items[base].child = i;
	return 0;
}

/* Inflates a delta for its end and the size of its result. */
static int
scan_delta(struct index *ix, const struct pack_entry *e, size_t *end,
	   struct err *err)
{
	struct store *s = ix->s;
	const uint8_t *pack = (const uint8_t *)s->packs[ix->pack].data;
	uint64_t from, to;

	if (store_allow_size(s, e->size, err) == -1 ||
	    store_charge(s, (size_t)e->size, err) == -1)
		return -1;
	buf_clear(&s->scratch);
	buf_reserve(&s->scratch, (size_t)e->size + 1);
	if (pack_inflate(s->inflate, pack, ix->end, e, s->scratch.data, end,
			 err) == -1 ||
	    delta_sizes((uint8_t *)s->scratch.data, (size_t)e->size, &from, &to,
			err) == -1)
		return -1;
	return store_allow_size(s, to, err);
}

static int
scan_whole(struct index *ix, uint32_t i, const struct pack_entry *e,
	   size_t *end, struct err *err)
{
	struct object *o = read_whole(ix->s, ix->pack, e, end, err);
	struct location at = {.off = ix->items[i].off, .pack = ix->pack};
	int r;

	if (o == NULL)
		return -1;
	r = resolved(ix, i, o, &at, err);
	object_unref(o);
	return r;
}

static int
scan(struct index *ix, struct err *err)
{
	const uint8_t *pack = (const uint8_t *)ix->s->packs[ix->pack].data;
	size_t off = PACK_HEADER;
	struct pack_entry e;
	int r;

	for (uint32_t i = 0; i < ix->n; i++) {
		ix->items[i] = (struct item){
		    .off = off, .child = NONE, .sibling = NONE, .object = NONE};
		if (pack_entry(pack, ix->end, off, &e, err) == -1)
			return -1;
		if (e.type <= GIT_OBJECT_TAG)
			r = scan_whole(ix, i, &e, &off, err);
		else if (note_delta(ix, i, &e, err) == -1)
			r = -1;
		else
			r = scan_delta(ix, &e, &off, err);
		if (r == -1)
			return -1;
		if (off > ix->end)
			return err_set(err, "the pack is damaged: its last "
					    "entry reaches into the checksum");
	}
	if (off != ix->end)
		return err_set(err,
			       "the pack is damaged: %zu bytes follow its "
			       "last entry",
			       ix->end - off);
	return 0;
}

static int
ref_cmp(const void *a, const void *b)
{
	const struct ref *x = a, *y = b;
	int c = memcmp(x->base.id, y->base.id, sizeof(x->base.id));

	return c != 0 ? c : (x->item > y->item) - (x->item < y->item);
}

/* The first ref whose base has this id or a higher one (after 0), or a higher
 * one (after 1). */
static uint32_t
find_ref(const struct index *ix, const git_oid *id, int after)
{
	uint32_t low = 0, high = ix->nrefs;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		const git_oid *base = &ix->refs[mid].base;

		if (memcmp(base->id, id->id, sizeof(id->id)) < after)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Makes room by letting go of what is farthest from the top. */
static void
hold_less(struct index *ix)
{
	for (unsigned i = 0; i + 1 < ix->top && ix->held > HELD_BYTES; i++) {
		struct frame *f = &ix->stack[i];

		if (f->data == NULL)
			continue;
		ix->held -= f->data->len;
		object_unref(f->data);
		f->data = NULL;
	}
}

/* Pushes a frame with the deltas on it still to be found; of those that name it
 * by its id, only when by_id is set, which is once for each object.  Takes its
 * data. */
static void
push(struct index *ix, struct frame f, int by_id)
{
	const git_oid *id = &ix->s->map.ids[f.object];

	if (by_id) {
		f.ref = find_ref(ix, id, 0);
		f.last = find_ref(ix, id, 1);
	}
	if (f.child == NONE && f.ref == f.last) {
		object_unref(f.data);
		return;
	}
	if (ix->top == ix->cap) {
		ix->cap = ix->cap > 0 ? ix->cap * 2 : 64;
		ix->stack =
		    xreallocarray(ix->stack, ix->cap, sizeof(*ix->stack));
	}
	ix->stack[ix->top++] = f;
	ix->held += f.data != NULL ? f.data->len : 0;
	hold_less(ix);
}

static void
pop(struct index *ix)
{
	struct frame *f = &ix->stack[--ix->top];

	if (f->data != NULL)
		ix->held -= f->data->len;
	object_unref(f->data);
}

/* The next delta on the top frame that is not resolved; NONE: there is none.
 * *deep: how many deltas its base takes. */
static uint32_t
next_delta(struct index *ix, struct frame *f, unsigned *deep)
{
	uint32_t i = f->child;

	*deep = f->depth;
	if (i != NONE) {
		f->child = ix->items[i].sibling;
		return i;
	}
	/* Its base will be looked up by id, which may lead to another place
	 * than this one. */
	*deep = ix->s->at[f->object].depth;
	while (f->ref < f->last) {
		i = ix->refs[f->ref++].item;
		if (ix->items[i].object == NONE)
			return i;
	}
	return NONE;
}

/* Where the object of a delta lies: as received, or appended as a whole when
 * the chain through older packs has become long. */
static int
place(struct index *ix, const struct pack_entry *e, const struct frame *f,
      const struct object *o, struct location *at, struct err *err)
{
	struct buf *pack = &ix->s->packs[ix->pack];
	const struct location *base = &ix->s->at[f->object];

	if (e->type != PACK_REF_DELTA || base->pack == ix->pack ||
	    base->depth < DEPTH_WHOLE)
		return 0;
	at->off = pack->len;
	at->depth = 0;
	pack_append(pack, ix->s->deflate, (unsigned)o->type, NULL, o->data,
		    o->len);
	return store_allow_pack(ix->s, pack->len, err);
}

static int
resolve(struct index *ix, struct frame *f, uint32_t i, unsigned deep,
	struct err *err)
{
	struct item *item = &ix->items[i];
	struct location at = {.off = item->off, .pack = ix->pack};
	struct pack_entry e;
	struct object *o;

	if (++deep > DEPTH_MAX)
		return err_set(err, "the pack has a delta chain longer than %d",
			       DEPTH_MAX);
	item->depth = at.depth = (uint16_t)deep;
	if (pack_entry((const uint8_t *)ix->s->packs[ix->pack].data, ix->end,
		       item->off, &e, err) == -1)
		return -1;
	o = read_delta(ix->s, ix->pack, &e, f->data, err);
	if (o == NULL)
		return -1;
	if (place(ix, &e, f, o, &at, err) == -1 ||
	    resolved(ix, i, o, &at, err) == -1) {
		object_unref(o);
		return -1;
	}
	push(ix,
	     (struct frame){.data = o,
			    .off = item->off,
			    .pack = ix->pack,
			    .object = item->object,
			    .depth = item->depth,
			    .child = item->child},
	     item->first);
	return 0;
}

/* Resolves everything that builds on the frame that was pushed. */
static int
resolve_all(struct index *ix, struct err *err)
{
	while (ix->top > 0) {
		struct frame *f = &ix->stack[ix->top - 1];
		unsigned deep;
		uint32_t i = next_delta(ix, f, &deep);

		if (i == NONE) {
			pop(ix);
			continue;
		}
		if (f->data == NULL) {
			f->data = read_at(ix->s, f->pack, f->off, err);
			if (f->data == NULL)
				return -1;
			ix->held += f->data->len;
		}
		if (resolve(ix, f, i, deep, err) == -1)
			return -1;
	}
	return 0;
}

static int
resolve_from_wholes(struct index *ix, struct err *err)
{
	for (uint32_t i = 0; i < ix->n; i++) {
		struct item *item = &ix->items[i];

		if (item->object == NONE || item->depth > 0)
			continue;
		push(ix,
		     (struct frame){.off = item->off,
				    .pack = ix->pack,
				    .object = item->object,
				    .child = item->child},
		     item->first);
		if (resolve_all(ix, err) == -1)
			return -1;
	}
	return 0;
}

/* Deltas on objects of older packs (a thin pack). */
static int
resolve_from_store(struct index *ix, struct err *err)
{
	for (uint32_t r = 0; r < ix->nrefs; r++) {
		uint32_t n;

		if (ix->items[ix->refs[r].item].object != NONE)
			continue;
		n = oidmap_find(&ix->s->map, &ix->refs[r].base);
		if (n == OIDMAP_NONE)
			continue;
		push(ix,
		     (struct frame){.off = (size_t)ix->s->at[n].off,
				    .pack = ix->s->at[n].pack,
				    .object = n,
				    .child = NONE},
		     1);
		if (resolve_all(ix, err) == -1)
			return -1;
	}
	return 0;
}

static int
check_trailer(struct index *ix, struct err *err)
{
	const struct buf *pack = &ix->s->packs[ix->pack];
	uint8_t digest[PACK_TRAILER];

	if (store_digest(ix->s, pack->data, ix->end, digest, err) == -1)
		return -1;
	if (memcmp(digest, pack->data + ix->end, sizeof(digest)) != 0)
		return err_set(err,
			       "the pack is damaged: its checksum is wrong");
	return 0;
}

static int
begin(struct index *ix, struct err *err)
{
	const struct buf *pack = &ix->s->packs[ix->pack];

	if (pack_header((const uint8_t *)pack->data, pack->len, &ix->n, err) ==
	    -1)
		return -1;
	if (pack->len < PACK_HEADER + PACK_TRAILER)
		return err_set(err, "the pack is damaged: it is cut short");
	ix->end = pack->len - PACK_TRAILER;
	if (store_allow_count(ix->s, ix->n, err) == -1)
		return -1;
	if (ix->n > ix->end)
		return err_set(err,
			       "the pack is damaged: it is too short for "
			       "%u objects",
			       ix->n);
	ix->items = xcalloc(ix->n, sizeof(*ix->items));
	return check_trailer(ix, err);
}

static int
run(struct index *ix, struct err *err)
{
	if (begin(ix, err) == -1 || scan(ix, err) == -1)
		return -1;
	if (ix->nrefs > 0)
		qsort(ix->refs, ix->nrefs, sizeof(*ix->refs), ref_cmp);
	if (resolve_from_wholes(ix, err) == -1 ||
	    resolve_from_store(ix, err) == -1)
		return -1;
	if (ix->resolved < ix->n)
		return err_set(err, "the pack has %u deltas without a base",
			       ix->n - ix->resolved);
	return tell(ix, err);
}

int
index_pack(struct store *s, struct err *err)
{
	struct index ix = {.s = s, .pack = s->npacks - 1};
	int r = run(&ix, err);

	while (ix.top > 0)
		pop(&ix);
	free(ix.stack);
	free(ix.refs);
	free(ix.items);
	return r;
}
