/* SPDX-License-Identifier: ISC */
#include "hpack.h"

#include <string.h>

#include "field.h"

/*
 * The encoder.  Who uses the peer's table says so (hpack_put_kept); no Huffman
 * code, for it takes a fifth off these few hundred bytes, at many times the
 * time of a copy.
 */

#define NAME_PREFIX   15 /* RFC 7541 section 6.2.2: literal, not indexed */
#define KEPT_PREFIX   63 /* section 6.2.1: literal, to be indexed */
#define KEPT	      0x40
#define INDEXED	      0x80 /* section 6.1 */
#define LENGTH_PREFIX 127  /* section 5.2, without the Huffman bit */
#define INDEX_STATUS  8
#define INDEX_DATE    33
#define OVERHEAD_MAX  32 /* bytes of a field beside its text */

/* Names of the static table that responses have. */
static const struct {
	struct slice name;
	uint8_t index;
} known[] = {
    {SLICE_INIT("age"), 21},
    {SLICE_INIT("etag"), 34},
    {SLICE_INIT("vary"), 59},
    {SLICE_INIT("allow"), 22},
    {SLICE_INIT("location"), 46},
    {SLICE_INIT("retry-after"), 53},
    {SLICE_INIT("content-type"), 31},
    {SLICE_INIT("cache-control"), 24},
    {SLICE_INIT("last-modified"), 44},
    {SLICE_INIT("accept-ranges"), 18},
    {SLICE_INIT("content-range"), 30},
    {SLICE_INIT("content-length"), 28},
    {SLICE_INIT("content-encoding"), 26},
    {SLICE_INIT("strict-transport-security"), 56},
};

/* RFC 7541 section 5.1; max: the prefix with all bits set. */
static void
put_integer(struct buf *out, size_t max, size_t n)
{
	char *at = out->data + out->len;

	if (n < max) {
		*at = (char)n;
		out->len++;
		return;
	}
	*at++ = (char)max;
	for (n -= max; n > 127; n >>= 7)
		*at++ = (char)(0x80 | (n & 0x7f));
	*at++ = (char)n;
	out->len = (size_t)(at - out->data);
}

static void
put_value(struct buf *out, struct slice value)
{
	put_integer(out, LENGTH_PREFIX, value.len);
	if (value.len > 0)
		memcpy(out->data + out->len, value.data, value.len);
	out->len += value.len;
}

/* RFC 9113 section 8.2: names are in lower case. */
static void
put_name(struct buf *out, size_t prefix, struct slice name)
{
	char *at;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (field_same_slice(name, known[i].name)) {
			put_integer(out, prefix, known[i].index);
			return;
		}
	put_integer(out, prefix, 0);
	put_integer(out, LENGTH_PREFIX, name.len);
	at = out->data + out->len;
	for (size_t i = 0; i < name.len; i++)
		at[i] = field_lower(name.data[i]);
	out->len += name.len;
}

static void
put_field(struct buf *out, size_t prefix, struct slice name, struct slice value)
{
	struct slice line;

	field_cut(value, '\r', &value, &line);
	buf_reserve(out, name.len + value.len + OVERHEAD_MAX);
	put_name(out, prefix, name);
	put_value(out, field_trim(value));
}

void
hpack_put_lines(struct buf *out, struct slice lines)
{
	struct slice line, name, value;

	while (field_cut(lines, '\n', &line, &lines) &&
	       field_cut(line, ':', &name, &value))
		put_field(out, NAME_PREFIX, name, value);
}

void
hpack_put_kept(struct buf *out, struct slice line)
{
	struct slice name, value;
	size_t start = out->len;

	if (!field_cut(line, ':', &name, &value))
		return;
	put_field(out, KEPT_PREFIX, name, value);
	out->data[start] |= KEPT;
}

void
hpack_put_index(struct buf *out, unsigned index)
{
	buf_char(out, (char)(INDEXED | index));
}

/* The common ones are in the static table, value and all. */
void
hpack_put_status(struct buf *out, unsigned status)
{
	static const unsigned fixed[] = {200, 204, 206, 304, 400, 404, 500};
	char digits[3] = {(char)('0' + status / 100),
			  (char)('0' + status / 10 % 10),
			  (char)('0' + status % 10)};

	for (unsigned i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (fixed[i] == status) {
			buf_char(out, (char)(0x80 | (INDEX_STATUS + i)));
			return;
		}
	buf_reserve(out, OVERHEAD_MAX);
	put_integer(out, NAME_PREFIX, INDEX_STATUS);
	put_value(out, (struct slice){digits, sizeof(digits)});
}

void
hpack_put_date(struct buf *out, const char *date, size_t len)
{
	buf_reserve(out, len + OVERHEAD_MAX);
	put_integer(out, NAME_PREFIX, INDEX_DATE);
	put_value(out, (struct slice){date, len});
}
