/* SPDX-License-Identifier: ISC */
#include "../../daemon/git/object.h"
#include "fuzz.h"
#include "store.h"

/*
 * A pack of well-formed entries with any content: what compression and
 * checksums would keep a fuzzer from.  Each entry is a byte for its type, one
 * for its base, one for its length, and that many bytes.
 */
#define ENTRIES 64

struct builder {
	struct buf pack;
	size_t at[ENTRIES];
	git_oid whole[ENTRIES]; /* ids of those that are no deltas */
	unsigned n, nwhole;
	struct libdeflate_compressor *c;
};

/* An entry's header, then the distance of its base. */
static void
add_offset_delta(struct builder *b, unsigned base, struct slice s)
{
	size_t back = b->pack.len - b->at[base % b->n];
	struct buf entry = {0};

	pack_append(&entry, b->c, GIT_OBJECT_BLOB, NULL, s.data, s.len);
	entry.data[0] = (char)((entry.data[0] & 0x8f) | PACK_OFS_DELTA << 4);
	buf_add(&b->pack, entry.data, s.len < 16 ? 1 : 2);
	if (back >= 0x80)
		buf_char(&b->pack, (char)(((back >> 7) - 1) | 0x80));
	buf_char(&b->pack, (char)(back & 0x7f));
	buf_add(&b->pack, entry.data + (s.len < 16 ? 1 : 2),
		entry.len - (s.len < 16 ? 1 : 2));
	buf_free(&entry);
}

static void
add_entry(struct builder *b, unsigned type, unsigned base, struct slice s)
{
	size_t at = b->pack.len;

	if (b->n > 0 && type == PACK_OFS_DELTA &&
	    at - b->at[base % b->n] < 0x4000) {
		add_offset_delta(b, base, s);
	} else if (b->nwhole > 0 && type == PACK_REF_DELTA) {
		pack_append(&b->pack, b->c, type, &b->whole[base % b->nwhole],
			    s.data, s.len);
	} else {
		type = type % 4 + 1;
		pack_append(&b->pack, b->c, type, NULL, s.data, s.len);
		git_odb_hash(&b->whole[b->nwhole++], s.data, s.len,
			     (git_object_t)type);
	}
	b->at[b->n++] = at;
}

static void
apply_alone(struct slice base, struct slice delta)
{
	const uint8_t *p = (const uint8_t *)delta.data;
	uint64_t from, to;
	struct err err;
	uint8_t *out;

	if (delta_sizes(p, delta.len, &from, &to, &err) == -1 || to > 4096)
		return;
	out = xmalloc(to > 0 ? to : 1);
	delta_apply((const uint8_t *)base.data, base.len, p, delta.len, out, to,
		    &err);
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice rest = {(const char *)data, len};
	struct builder b = {.c = libdeflate_alloc_compressor(1)};
	struct store *s = fuzz_store();
	struct slice last = {"", 0};

	buf_add(&b.pack, "PACK\0\0\0\2\0\0\0\0", PACK_HEADER);
	while (rest.len > 0 && b.n < ENTRIES) {
		unsigned type = fuzz_byte(&rest) % 8, base = fuzz_byte(&rest);
		struct slice text = fuzz_take(&rest, fuzz_byte(&rest));

		apply_alone(last, text);
		add_entry(&b, type, base, text);
		last = text;
	}
	b.pack.data[PACK_HEADER - 1] = (char)b.n;
	buf_add(&b.pack, "....................", PACK_TRAILER);
	fuzz_sign(&b.pack);
	fuzz_feed(s, &b.pack);
	libdeflate_free_compressor(b.c);
	buf_free(&b.pack);
	store_free(s);
	return 0;
}
