/* SPDX-License-Identifier: ISC */
#include "pack.h"

#include <string.h>

/* A DEFLATE stream cannot grow by more than this factor, so a larger size in a
 * header is a lie that needs no memory to find out. */
#define INFLATE_MAX 1032

struct reader {
	const uint8_t *p, *end;
};

static int
damaged(struct err *err, const char *what)
{
	return err_set(err, "the pack is damaged: %s", what);
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

int
pack_header(const uint8_t *pack, size_t len, uint32_t *count, struct err *err)
{
	if (len < PACK_HEADER || memcmp(pack, "PACK", 4) != 0)
		return damaged(err, "it has no header");
	if (be32(pack + 4) != 2 && be32(pack + 4) != 3)
		return err_set(err, "pack version %u is not supported",
			       be32(pack + 4));
	*count = be32(pack + 8);
	return 0;
}

/* Little-endian groups of seven bits; shift: bits that *value has already. */
static int
read_size(struct reader *r, unsigned shift, uint64_t *value)
{
	uint8_t c;

	do {
		if (r->p == r->end || shift > 56)
			return -1;
		c = *r->p++;
		*value |= (uint64_t)(c & 0x7f) << shift;
		shift += 7;
	} while (c & 0x80);
	return 0;
}

/* Big-endian groups of seven bits, each further one counting from one. */
static int
read_distance(struct reader *r, uint64_t *value)
{
	uint8_t c;

	*value = 0;
	for (;;) {
		if (r->p == r->end || *value >= UINT64_C(1) << 55)
			return -1;
		c = *r->p++;
		*value = *value << 7 | (c & 0x7f);
		if (!(c & 0x80))
			return 0;
		++*value;
	}
}

static int
read_base(struct reader *r, size_t off, struct pack_entry *e, struct err *err)
{
	uint64_t back;

	if (e->type == PACK_OFS_DELTA) {
		if (read_distance(r, &back) == -1 || back == 0 || back > off ||
		    off - back < PACK_HEADER)
			return damaged(err, "a delta's base is outside");
		e->base = off - (size_t)back;
	} else if (e->type == PACK_REF_DELTA) {
		if ((size_t)(r->end - r->p) < sizeof(e->base_id.id))
			return damaged(err, "it ends within an entry");
		memcpy(e->base_id.id, r->p, sizeof(e->base_id.id));
		r->p += sizeof(e->base_id.id);
	}
	return 0;
}

int
pack_entry(const uint8_t *pack, size_t len, size_t off, struct pack_entry *e,
	   struct err *err)
{
	struct reader r;

	if (off >= len)
		return damaged(err, "it ends before its last entry");
	r.p = pack + off;
	r.end = pack + len;
	e->type = *r.p >> 4 & 7;
	e->size = *r.p & 15;
	if ((*r.p++ & 0x80) && read_size(&r, 4, &e->size) == -1)
		return damaged(err, "an entry's size is wrong");
	if (e->type == 0 || e->type == 5)
		return damaged(err, "an entry's type is unknown");
	if (read_base(&r, off, e, err) == -1)
		return -1;
	e->data = (size_t)(r.p - pack);
	if (e->size / INFLATE_MAX > len - e->data || e->size > PTRDIFF_MAX)
		return damaged(err, "an entry is larger than its bytes allow");
	return 0;
}

int
pack_inflate(struct libdeflate_decompressor *d, const uint8_t *pack, size_t len,
	     const struct pack_entry *e, void *out, size_t *end,
	     struct err *err)
{
	size_t used, got;
	enum libdeflate_result r;

	r = libdeflate_zlib_decompress_ex(d, pack + e->data, len - e->data, out,
					  (size_t)e->size, &used, &got);
	if (r == LIBDEFLATE_INSUFFICIENT_SPACE ||
	    (r == LIBDEFLATE_SUCCESS && got != e->size))
		return damaged(err, "an entry's size is not what it says");
	if (r != LIBDEFLATE_SUCCESS)
		return damaged(err, "an entry cannot be inflated");
	*end = e->data + used;
	return 0;
}

static void
append_entry_header(struct buf *pack, unsigned type, uint64_t size)
{
	uint8_t c = (uint8_t)(type << 4 | (size & 15));

	for (size >>= 4; size > 0; size >>= 7) {
		buf_char(pack, (char)(c | 0x80));
		c = size & 0x7f;
	}
	buf_char(pack, (char)c);
}

void
pack_append(struct buf *pack, struct libdeflate_compressor *c, unsigned type,
	    const git_oid *base, const void *data, size_t len)
{
	size_t room = libdeflate_zlib_compress_bound(c, len);

	append_entry_header(pack, base != NULL ? PACK_REF_DELTA : type, len);
	if (base != NULL)
		buf_add(pack, base->id, sizeof(base->id));
	buf_reserve(pack, room);
	pack->len += libdeflate_zlib_compress(c, data, len,
					      pack->data + pack->len, room);
}

static int
read_delta_sizes(struct reader *r, uint64_t *base, uint64_t *result,
		 struct err *err)
{
	*base = *result = 0;
	if (read_size(r, 0, base) == -1 || read_size(r, 0, result) == -1)
		return damaged(err, "a delta has no sizes");
	return 0;
}

int
delta_sizes(const uint8_t *delta, size_t len, uint64_t *base, uint64_t *result,
	    struct err *err)
{
	struct reader r = {delta, delta + len};

	return read_delta_sizes(&r, base, result, err);
}

/* The bits of op say which of n bytes of a little-endian number are there. */
static int
read_sparse(struct reader *r, unsigned op, unsigned n, size_t *value)
{
	*value = 0;
	for (unsigned i = 0; i < n; i++) {
		if (!(op & 1U << i))
			continue;
		if (r->p == r->end)
			return -1;
		*value |= (size_t)*r->p++ << 8 * i;
	}
	return 0;
}

/* Reads one instruction's operands: from *from, *n bytes. */
static int
read_instruction(struct reader *r, const uint8_t *base, size_t base_len,
		 const uint8_t **from, size_t *n)
{
	uint8_t op = *r->p++;
	size_t off;

	if (!(op & 0x80)) {
		*n = op;
		*from = r->p;
		if (op == 0 || *n > (size_t)(r->end - r->p))
			return -1;
		r->p += *n;
		return 0;
	}
	if (read_sparse(r, op, 4, &off) == -1 ||
	    read_sparse(r, op >> 4 & 7, 3, n) == -1)
		return -1;
	if (*n == 0)
		*n = 0x10000;
	if (off > base_len || *n > base_len - off)
		return -1;
	*from = base + off;
	return 0;
}

int
delta_apply(const uint8_t *base, size_t base_len, const uint8_t *delta,
	    size_t len, uint8_t *out, size_t out_len, struct err *err)
{
	struct reader r = {delta, delta + len};
	uint64_t want_base, want_out;
	const uint8_t *from;
	size_t n;

	if (read_delta_sizes(&r, &want_base, &want_out, err) == -1)
		return -1;
	if (want_base != base_len || want_out != out_len)
		return damaged(err, "a delta does not fit its base");
	while (r.p < r.end) {
		if (read_instruction(&r, base, base_len, &from, &n) == -1 ||
		    n > out_len)
			return damaged(err, "a delta reaches outside");
		memcpy(out, from, n);
		out += n;
		out_len -= n;
	}
	if (out_len > 0)
		return damaged(err, "a delta is too short");
	return 0;
}

static void
append_size(struct buf *out, uint64_t size)
{
	for (; size >= 0x80; size >>= 7)
		buf_char(out, (char)(size | 0x80));
	buf_char(out, (char)size);
}

static void
append_copy(struct buf *out, size_t off, size_t n)
{
	while (n > 0) {
		size_t part = n < 0xffff ? n : 0xffff;
		uint8_t op[7] = {0xbf,
				 (uint8_t)off,
				 (uint8_t)(off >> 8),
				 (uint8_t)(off >> 16),
				 (uint8_t)(off >> 24),
				 (uint8_t)part,
				 (uint8_t)(part >> 8)};

		buf_add(out, op, sizeof(op));
		off += part;
		n -= part;
	}
}

static void
append_insert(struct buf *out, const uint8_t *data, size_t n)
{
	while (n > 0) {
		size_t part = n < 127 ? n : 127;

		buf_char(out, (char)part);
		buf_add(out, data, part);
		data += part;
		n -= part;
	}
}

static size_t
common_head(const uint8_t *a, const uint8_t *b, size_t max)
{
	size_t n = 0;

	while (max - n >= 64 && memcmp(a + n, b + n, 64) == 0)
		n += 64;
	while (n < max && a[n] == b[n])
		n++;
	return n;
}

/* a and b point behind the last byte. */
static size_t
common_tail(const uint8_t *a, const uint8_t *b, size_t max)
{
	size_t n = 0;

	while (max - n >= 64 && memcmp(a - n - 64, b - n - 64, 64) == 0)
		n += 64;
	while (n < max && a[-1 - (ptrdiff_t)n] == b[-1 - (ptrdiff_t)n])
		n++;
	return n;
}

void
delta_make(struct buf *out, const uint8_t *base, size_t base_len,
	   const uint8_t *data, size_t len)
{
	size_t max = base_len < len ? base_len : len, head, tail;

	/* A copy's offset has four bytes. */
	if (base_len > UINT32_MAX)
		max = 0;
	head = common_head(base, data, max);
	tail = common_tail(base + base_len, data + len, max - head);
	append_size(out, base_len);
	append_size(out, len);
	append_copy(out, 0, head);
	append_insert(out, data + head, len - head - tail);
	append_copy(out, base_len - tail, tail);
}
