/* SPDX-License-Identifier: ISC */
#include "hpack_table.h"

#include <stdlib.h>
#include <string.h>

#define S(s)                     \
	{                        \
		s, sizeof(s) - 1 \
	}
static const struct {
	struct slice name, value;
} fixed[HPACK_STATIC] = {
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

/* The first place of a name that has several. */
static uint8_t
first_place(size_t index)
{
	static const uint8_t first[] = {
	    [3] = HPACK_METHOD,	 [5] = HPACK_PATH,    [7] = HPACK_SCHEME,
	    [9] = HPACK_STATUS,	 [10] = HPACK_STATUS, [11] = HPACK_STATUS,
	    [12] = HPACK_STATUS, [13] = HPACK_STATUS, [14] = HPACK_STATUS};

	return index < sizeof(first) && first[index] != 0 ? first[index]
							  : (uint8_t)index;
}

uint8_t
hpack_table_name(struct slice name)
{
	for (size_t i = 0; i < HPACK_STATIC; i++)
		if (fixed[i].name.len == name.len &&
		    memcmp(fixed[i].name.data, name.data, name.len) == 0)
			return (uint8_t)(i + 1);
	return HPACK_OTHER;
}

/*
 * The block: texts from its start in the order they came, and from its end
 * downwards a struct place for each.  Old entries leave a gap at both ends
 * which is closed when room is needed.  A place is smaller than the 32 bytes
 * the RFC counts, so HPACK_TABLE_MAX bytes always do, and closing a gap is rare
 * unless entries are large.  Names that the static table has are not repeated.
 */
struct place {
	uint16_t at, name_len, value_len;
	uint8_t known, valid;
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

static void
get_fixed(size_t index, struct hpack_field *f)
{
	f->name = fixed[index - 1].name;
	f->value = fixed[index - 1].value;
	f->known = first_place(index);
	f->valid = 1;
}

int
hpack_table_get(const struct hpack *h, size_t index, struct hpack_field *f)
{
	struct place p;

	if (index - 1 < HPACK_STATIC) {
		get_fixed(index, f);
		return 1;
	}
	index -= HPACK_STATIC + 1;
	if (index >= (size_t)(h->last - h->first))
		return 0;
	p = get_place(h, h->last - 1 - (unsigned)index);
	f->known = p.known;
	f->valid = p.valid;
	if (p.known != HPACK_OTHER)
		f->name = fixed[p.known - 1].name;
	else
		f->name = (struct slice){h->block + p.at, p.name_len};
	f->value = (struct slice){h->block + p.at + p.name_len, p.value_len};
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
		size_t name_len = p.known != HPACK_OTHER
				      ? fixed[p.known - 1].name.len
				      : p.name_len;

		h->size -= (uint16_t)(name_len + p.value_len + HPACK_OVERHEAD);
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

static void
put_text(struct hpack *h, struct slice text)
{
	if (text.len > 0)
		memcpy(h->block + h->end, text.data, text.len);
	h->end += (uint16_t)text.len;
}

static void
put(struct hpack *h, const struct hpack_field *f)
{
	struct slice name = f->name;
	struct place p = {.value_len = (uint16_t)f->value.len,
			  .known = f->known,
			  .valid = f->valid};

	if (f->known != HPACK_OTHER)
		name.len = 0;
	p.name_len = (uint16_t)name.len;
	make_room(h, name.len + f->value.len);
	p.at = h->end;
	memcpy(place_of(h, h->last++), &p, sizeof(p));
	put_text(h, name);
	put_text(h, f->value);
}

void
hpack_table_add(struct hpack *h, const struct hpack_field *f)
{
	size_t max = HPACK_TABLE_MAX - h->lowered;
	size_t len = f->name.len + f->value.len;

	if (f->name.len > max || f->value.len > max ||
	    len + HPACK_OVERHEAD > max) {
		clear(h);
		return;
	}
	evict_until(h, max - len - HPACK_OVERHEAD);
	put(h, f);
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
