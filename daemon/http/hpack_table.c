/* SPDX-License-Identifier: ISC */
#include "hpack_table.h"

#include <stdlib.h>
#include <string.h>

#define S(s)                     \
	{                        \
		s, sizeof(s) - 1 \
	}
static const struct hpack_entry fixed[HPACK_STATIC] = {
    {S(":authority"), S("")},
    {S(":method"), S("GET")},
    {S(":method"), S("POST")},
    {S(":path"), S("/")},
    {S(":path"), S("/index.html")},
    {S(":scheme"), S("http")},
    {S(":scheme"), S("https")},
    {S(":status"), S("200")},
    {S(":status"), S("204")},
    {S(":status"), S("206")},
    {S(":status"), S("304")},
    {S(":status"), S("400")},
    {S(":status"), S("404")},
    {S(":status"), S("500")},
    {S("accept-charset"), S("")},
    {S("accept-encoding"), S("gzip, deflate")},
    {S("accept-language"), S("")},
    {S("accept-ranges"), S("")},
    {S("accept"), S("")},
    {S("access-control-allow-origin"), S("")},
    {S("age"), S("")},
    {S("allow"), S("")},
    {S("authorization"), S("")},
    {S("cache-control"), S("")},
    {S("content-disposition"), S("")},
    {S("content-encoding"), S("")},
    {S("content-language"), S("")},
    {S("content-length"), S("")},
    {S("content-location"), S("")},
    {S("content-range"), S("")},
    {S("content-type"), S("")},
    {S("cookie"), S("")},
    {S("date"), S("")},
    {S("etag"), S("")},
    {S("expect"), S("")},
    {S("expires"), S("")},
    {S("from"), S("")},
    {S("host"), S("")},
    {S("if-match"), S("")},
    {S("if-modified-since"), S("")},
    {S("if-none-match"), S("")},
    {S("if-range"), S("")},
    {S("if-unmodified-since"), S("")},
    {S("last-modified"), S("")},
    {S("link"), S("")},
    {S("location"), S("")},
    {S("max-forwards"), S("")},
    {S("proxy-authenticate"), S("")},
    {S("proxy-authorization"), S("")},
    {S("range"), S("")},
    {S("referer"), S("")},
    {S("refresh"), S("")},
    {S("retry-after"), S("")},
    {S("server"), S("")},
    {S("set-cookie"), S("")},
    {S("strict-transport-security"), S("")},
    {S("transfer-encoding"), S("")},
    {S("user-agent"), S("")},
    {S("vary"), S("")},
    {S("via"), S("")},
    {S("www-authenticate"), S("")},
};
#undef S

/*
 * The block: texts from its start in the order they came, and from its end
 * downwards a struct place for each.  Old entries leave a gap at both ends
 * which is closed when room is needed.  A place is smaller than the 32 bytes
 * the RFC counts, so HPACK_TABLE_MAX bytes always do, and closing a gap is rare
 * unless entries are large.
 */
struct place {
	uint16_t at, name_len, value_len;
};
#define BLOCK_STEP 256

static char *
place_of(const struct hpack *h, unsigned i)
{
	return h->block + h->cap - (i + 1) * sizeof(struct place);
}

static struct place
get_place(const struct hpack *h, unsigned i)
{
	struct place p;

	memcpy(&p, place_of(h, i), sizeof(p));
	return p;
}

int
hpack_table_get(const struct hpack *h, size_t index, struct hpack_entry *e)
{
	struct place p;

	if (index - 1 < HPACK_STATIC) {
		*e = fixed[index - 1];
		return 1;
	}
	index -= HPACK_STATIC + 1;
	if (index >= (size_t)(h->last - h->first))
		return 0;
	p = get_place(h, h->last - 1 - (unsigned)index);
	e->name = (struct slice){h->block + p.at, p.name_len};
	e->value = (struct slice){h->block + p.at + p.name_len, p.value_len};
	return 1;
}

static void
clear(struct hpack *h)
{
	h->end = h->first = h->last = h->size = 0;
}

static void
evict_until(struct hpack *h, size_t size)
{
	while (h->size > size) {
		struct place p = get_place(h, h->first++);

		h->size -= p.name_len + p.value_len + HPACK_OVERHEAD;
	}
	if (h->size == 0)
		clear(h);
}

/* The texts' gap. */
static size_t
gap(const struct hpack *h)
{
	return h->first < h->last ? get_place(h, h->first).at : 0;
}

static void
close_gap(struct hpack *h)
{
	uint16_t n = h->last - h->first, by = (uint16_t)gap(h);

	memmove(h->block, h->block + by, h->end - by);
	for (unsigned i = 0; i < n; i++) {
		struct place p = get_place(h, h->first + i);

		p.at -= by;
		memcpy(place_of(h, i), &p, sizeof(p));
	}
	h->end -= by;
	h->first = 0;
	h->last = n;
}

/* The places move along with the block's end. */
static void
grow(struct hpack *h, size_t cap)
{
	size_t places = h->last * sizeof(struct place);
	size_t old = h->cap;

	cap = (cap + BLOCK_STEP - 1) / BLOCK_STEP * BLOCK_STEP;
	h->block = xreallocarray(h->block, cap, 1);
	memmove(h->block + cap - places, h->block + old - places, places);
	h->cap = (uint16_t)cap;
}

/* Room for one more entry, whose text has len bytes. */
static void
make_room(struct hpack *h, size_t len)
{
	size_t more = len + sizeof(struct place);
	size_t used = h->end + h->last * sizeof(struct place);

	if (used + more <= h->cap)
		return;
	if (used + more <= HPACK_TABLE_MAX && gap(h) <= h->cap / 4U) {
		grow(h, used + more);
		return;
	}
	close_gap(h);
	used = h->end + h->last * sizeof(struct place);
	if (used + more > h->cap)
		grow(h, used + more);
}

void
hpack_table_add(struct hpack *h, const struct hpack_entry *e)
{
	size_t max = HPACK_TABLE_MAX - h->lowered;
	size_t len = e->name.len + e->value.len;
	struct place p;

	if (e->name.len > max || e->value.len > max ||
	    len + HPACK_OVERHEAD > max) {
		clear(h);
		return;
	}
	evict_until(h, max - len - HPACK_OVERHEAD);
	make_room(h, len);
	p = (struct place){h->end, (uint16_t)e->name.len,
			   (uint16_t)e->value.len};
	memcpy(place_of(h, h->last++), &p, sizeof(p));
	if (e->name.len > 0)
		memcpy(h->block + h->end, e->name.data, e->name.len);
	if (e->value.len > 0)
		memcpy(h->block + h->end + e->name.len, e->value.data,
		       e->value.len);
	h->end += (uint16_t)len;
	h->size += (uint16_t)(len + HPACK_OVERHEAD);
}

void
hpack_table_resize(struct hpack *h, size_t max)
{
	h->lowered = (uint16_t)(HPACK_TABLE_MAX - max);
	evict_until(h, max);
	if (max == 0)
		hpack_free(h);
}

void
hpack_free(struct hpack *h)
{
	free(h->block);
	h->block = NULL;
	h->cap = 0;
	clear(h);
}
