/* SPDX-License-Identifier: ISC */
#include "hpack.h"

#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "hpack_table.h"
#include "huffman.h"

/* Room behind list_max: for the text of an entry that goes to the table but is
 * not reported any more. */
#define SPARE HPACK_TABLE_MAX

/* In few bytes a block may have a long name copied from one entry to the next,
 * again and again.  No encoder has a reason to do that for so many bytes. */
#define CHURN_MAX (16 * HPACK_TABLE_MAX)

/* Longer integers are of no use: this is 2^28 and more. */
#define INTEGER_BYTES 4

/* RFC 7541 section 4.2: the smallest maximum since the last block, and the
 * last one. */
#define RESIZES_MAX 2

struct decoder {
	struct hpack *table;
	struct hpack_scratch *scratch;
	const unsigned char *next, *end;
	size_t used;  /* of the scratch, by fields that were reported */
	size_t taken; /* by the field at work, behind them */
	size_t list;  /* as SETTINGS_MAX_HEADER_LIST_SIZE counts */
	size_t churn; /* bytes of names copied within the table */
	unsigned resizes;
	int fields; /* there was one */
	int too_large;
	hpack_field_fn *fn;
	void *arg;
};

void
hpack_scratch_init(struct hpack_scratch *s, size_t list_max)
{
	huffman_init();
	s->data = xmalloc(list_max + SPARE);
	s->list_max = list_max;
}

void
hpack_scratch_free(struct hpack_scratch *s)
{
	free(s->data);
	s->data = NULL;
}

/* ---------------------------------------------- integers and strings -- */

/* The integer in the low bits of the next byte, which is there (RFC 7541
 * section 5.1).  0 when it does not end or is too large. */
static int
take_integer(struct decoder *d, unsigned prefix_bits, size_t *n)
{
	unsigned mask = (1U << prefix_bits) - 1;

	*n = *d->next++ & mask;
	if (*n < mask)
		return 1;
	for (unsigned i = 0; i < INTEGER_BYTES && d->next < d->end; i++) {
		*n += (size_t)(*d->next & 0x7f) << 7 * i;
		if (!(*d->next++ & 0x80))
			return 1;
	}
	return 0;
}

static size_t
room(const struct decoder *d)
{
	return d->scratch->list_max + SPARE - d->used - d->taken;
}

/* A string without its length is its own slice, unless Huffman coded.  A text
 * that the scratch has no room for keeps its length alone: it is too long for
 * the list and for the table. */
static int
take_string(struct decoder *d, struct slice *s)
{
	char *out = d->scratch->data + d->used + d->taken;
	int coded;

	if (d->next == d->end)
		return 0;
	coded = *d->next & 0x80;
	if (!take_integer(d, 7, &s->len) || s->len > (size_t)(d->end - d->next))
		return 0;
	s->data = (const char *)d->next;
	d->next += s->len;
	if (!coded)
		return 1;
	if (!huffman_decode(*s, out, room(d), &s->len))
		return 0;
	s->data = out;
	d->taken += s->len < room(d) ? s->len : room(d);
	return 1;
}

/* --------------------------------------------------------- characters -- */

/* RFC 9113 section 8.2.1: a token in lower case. */
static int
name_valid(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!field_is(name.data[i], CLASS_TOKEN) ||
		    (name.data[i] >= 'A' && name.data[i] <= 'Z'))
			return 0;
	return name.len > 0;
}

static int
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* No control bytes, as in HTTP/1.1 (section 8.2.1 forbids fewer); no white
 * space at the ends. */
static int
value_valid(struct slice v)
{
	return v.len == 0 ||
	       (field_text_span(v) == v.len && !is_space(v.data[0]) &&
		!is_space(v.data[v.len - 1]));
}

static void
examine(struct hpack_field *f)
{
	if (f->known == HPACK_OTHER)
		f->known = hpack_table_name(f->name);
	f->valid = (f->known != HPACK_OTHER || name_valid(f->name)) &&
		   value_valid(f->value);
}

void
hpack_field_set(struct hpack_field *f, struct slice name, struct slice value)
{
	*f = (struct hpack_field){.name = name, .value = value};
	examine(f);
}

/* ------------------------------------------------------------- fields -- */

static size_t
field_size(const struct hpack_field *f)
{
	return f->name.len + f->value.len + HPACK_OVERHEAD;
}

/* Counts the field; 0 when it may not be reported any more. */
static int
within_list(struct decoder *d, const struct hpack_field *f)
{
	d->list += field_size(f);
	if (d->list > d->scratch->list_max)
		d->too_large = 1;
	return !d->too_large;
}

/* Into the scratch, where the table's changes cannot reach it. */
static void
save(struct decoder *d, struct slice *s)
{
	char *out = d->scratch->data + d->used + d->taken;

	if (s->len > 0)
		memcpy(out, s->data, s->len);
	s->data = out;
	d->taken += s->len;
}

static void
report(struct decoder *d, const struct hpack_field *f)
{
	d->used += d->taken;
	d->fn(d->arg, f);
}

static int
on_indexed(struct decoder *d)
{
	struct hpack_field f;
	size_t index;

	if (!take_integer(d, 7, &index) ||
	    !hpack_table_get(d->table, index, &f))
		return 0;
	if (!within_list(d, &f))
		return 1;
	if (index > HPACK_STATIC) {
		if (f.known == HPACK_OTHER)
			save(d, &f.name);
		save(d, &f.value);
	}
	report(d, &f);
	return 1;
}

/* *borrowed: its text is in the dynamic table. */
static int
take_name(struct decoder *d, unsigned prefix_bits, struct hpack_field *f,
	  int *borrowed)
{
	size_t index;

	f->known = HPACK_OTHER;
	*borrowed = 0;
	if (!take_integer(d, prefix_bits, &index))
		return 0;
	if (index == 0)
		return take_string(d, &f->name);
	if (!hpack_table_get(d->table, index, f))
		return 0;
	*borrowed = index > HPACK_STATIC && f->known == HPACK_OTHER;
	return 1;
}

static int
on_literal(struct decoder *d, unsigned prefix_bits, int add)
{
	struct hpack_field f;
	int borrowed, keep;

	if (!take_name(d, prefix_bits, &f, &borrowed) ||
	    !take_string(d, &f.value))
		return 0;
	keep = within_list(d, &f);
	if (add && borrowed && (d->churn += f.name.len) > CHURN_MAX)
		return 0;
	/* Else its text may not even be there. */
	if (keep || field_size(&f) <= HPACK_TABLE_MAX)
		examine(&f);
	/* The table may drop the name to make room for this very field
	 * (section 4.4). */
	if (borrowed && (keep || (add && field_size(&f) <= HPACK_TABLE_MAX)))
		save(d, &f.name);
	if (add)
		hpack_table_add(d->table, &f);
	if (keep)
		report(d, &f);
	return 1;
}

/* Only at the start of a block (section 4.2), and no more than SETTINGS
 * allow (section 6.3). */
static int
on_resize(struct decoder *d)
{
	size_t max;

	if (d->fields || ++d->resizes > RESIZES_MAX ||
	    !take_integer(d, 5, &max) || max > HPACK_TABLE_MAX)
		return 0;
	hpack_table_resize(d->table, max);
	return 1;
}

/* RFC 7541 section 6: the kind of representation is in its first bits. */
static int
take_field(struct decoder *d)
{
	unsigned char first = *d->next;

	d->taken = 0;
	if (!(first & 0x80) && (first & 0xe0) == 0x20)
		return on_resize(d);
	d->fields = 1;
	if (first & 0x80)
		return on_indexed(d);
	if (first & 0x40)
		return on_literal(d, 6, 1);
	return on_literal(d, 4, 0);
}

enum hpack_result
hpack_decode(struct hpack *h, struct slice block, struct hpack_scratch *s,
	     hpack_field_fn *fn, void *arg)
{
	const unsigned char *data = (const unsigned char *)block.data;
	struct decoder d = {.table = h,
			    .scratch = s,
			    .next = data,
			    .end = data + block.len,
			    .fn = fn,
			    .arg = arg};

	while (d.next < d.end)
		if (!take_field(&d))
			return HPACK_ERROR;
	return d.too_large ? HPACK_TOO_LARGE : HPACK_OK;
}
