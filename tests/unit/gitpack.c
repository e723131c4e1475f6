/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <git2/sys/odb_backend.h>
#include <openssl/evp.h>

#include "../../daemon/git/object.h"
#include "gitpack.h"

void
packer_begin(struct packer *p)
{
	memset(p, 0, sizeof(*p));
	buf_add(&p->b, "PACK\0\0\0\2\0\0\0\0", PACK_HEADER);
}

void
packer_header(struct packer *p, unsigned type, uint64_t size)
{
	unsigned char c = (unsigned char)(type << 4 | (size & 15));

	p->n++;
	for (size >>= 4; size > 0; size >>= 7) {
		buf_char(&p->b, (char)(c | 0x80));
		c = size & 0x7f;
	}
	buf_char(&p->b, (char)c);
}

void
packer_deflate(struct packer *p, const void *data, size_t len)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(6);
	size_t room = libdeflate_zlib_compress_bound(c, len);

	buf_reserve(&p->b, room);
	p->b.len += libdeflate_zlib_compress(c, len > 0 ? data : "", len,
					     p->b.data + p->b.len, room);
	libdeflate_free_compressor(c);
}

void
packer_base(struct packer *p, uint64_t back)
{
	unsigned char bytes[10];
	size_t n = 0;

	bytes[n++] = back & 0x7f;
	while ((back >>= 7) > 0)
		bytes[n++] = (--back & 0x7f) | 0x80;
	while (n > 0)
		buf_char(&p->b, (char)bytes[--n]);
}

size_t
packer_object(struct packer *p, git_object_t type, const void *data, size_t len)
{
	size_t off = p->b.len;

	packer_header(p, (unsigned)type, len);
	packer_deflate(p, data, len);
	return off;
}

size_t
packer_ofs_delta(struct packer *p, size_t base, const struct buf *delta)
{
	size_t off = p->b.len;

	packer_header(p, PACK_OFS_DELTA, delta->len);
	packer_base(p, off - base);
	packer_deflate(p, delta->data, delta->len);
	return off;
}

size_t
packer_ref_delta(struct packer *p, const git_oid *base, const struct buf *delta)
{
	size_t off = p->b.len;

	packer_header(p, PACK_REF_DELTA, delta->len);
	buf_add(&p->b, base->id, OID_LEN);
	packer_deflate(p, delta->data, delta->len);
	return off;
}

void
packer_sign(struct packer *p, uint32_t count)
{
	unsigned n;
	uint8_t digest[EVP_MAX_MD_SIZE];

	for (int i = 0; i < 4; i++)
		p->b.data[8 + i] = (char)(count >> (24 - 8 * i));
	EVP_Digest(p->b.data, p->b.len - PACK_TRAILER, digest, &n, EVP_sha1(),
		   NULL);
	memcpy(p->b.data + p->b.len - PACK_TRAILER, digest, PACK_TRAILER);
}

void
packer_end(struct packer *p)
{
	static const char room[PACK_TRAILER];

	buf_add(&p->b, room, sizeof(room));
	packer_sign(p, p->n);
}

static void
delta_size(struct buf *d, uint64_t size)
{
	for (; size >= 0x80; size >>= 7)
		buf_char(d, (char)(size | 0x80));
	buf_char(d, (char)size);
}

void
delta_begin(struct buf *d, uint64_t base, uint64_t result)
{
	buf_clear(d);
	delta_size(d, base);
	delta_size(d, result);
}

void
delta_copy(struct buf *d, uint32_t off, uint32_t n)
{
	buf_char(d, (char)0xff);
	for (int i = 0; i < 4; i++)
		buf_char(d, (char)(off >> 8 * i));
	for (int i = 0; i < 3; i++)
		buf_char(d, (char)(n >> 8 * i));
}

void
delta_insert(struct buf *d, const char *text)
{
	assert_in_range(strlen(text), 1, 127);
	buf_char(d, (char)strlen(text));
	buf_str(d, text);
}

int
gitstore_feed(struct store *s, const struct buf *pack, size_t part)
{
	git_indexer_progress stats = {0};
	git_odb_writepack *w;
	git_odb *odb;
	int r = 0;

	assert_int_equal(git_repository_odb(&odb, store_repository(s)), 0);
	assert_int_equal(git_odb_write_pack(&w, odb, NULL, NULL), 0);
	for (size_t off = 0; r == 0 && off < pack->len; off += part)
		r = w->append(w, pack->data + off,
			      pack->len - off < part ? pack->len - off : part,
			      &stats);
	if (r == 0)
		r = w->commit(w, &stats);
	w->free(w);
	git_odb_free(odb);
	return r;
}

struct store *
new_store(void)
{
	struct git_settings set = gitstore_settings();

	return gitstore_new(&set);
}

void
expect_text(struct store *s, const git_oid *id, const void *data, size_t len)
{
	struct err err = {{0}};
	struct object *o = store_get(s, id, GIT_OBJECT_ANY, &err);

	if (o == NULL)
		fail_msg("%s", err.text);
	assert_int_equal(o->len, len);
	assert_memory_equal(o->data, data, len);
	object_unref(o);
}

void
expect_refused(struct store *s, const struct buf *pack, const char *why)
{
	uint32_t objects = store_objects(s), packs = s->npacks;
	uint64_t bytes = store_bytes(s), cached = s->cache.bytes;

	assert_int_not_equal(gitstore_feed(s, pack, 1000), 0);
	if (strstr(store_failure(s), why) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", store_failure(s), why);
	assert_int_equal(store_objects(s), objects);
	assert_int_equal(store_bytes(s), bytes);
	assert_int_equal(s->npacks, packs);
	assert_true(s->cache.bytes <= cached);
}

git_oid
numbered(struct buf *delta, struct buf *text, unsigned n, size_t base_len)
{
	size_t tail = strlen(TEXT);
	char number[16];

	snprintf(number, sizeof(number), "%u:", n);
	buf_clear(text);
	buf_str(text, number);
	buf_str(text, TEXT);
	delta_begin(delta, base_len, text->len);
	delta_insert(delta, number);
	delta_copy(delta, (uint32_t)(base_len - tail), (uint32_t)tail);
	return gitstore_id(GIT_OBJECT_BLOB, text->data, text->len);
}

git_oid
make_chain(struct packer *p, struct buf *text, unsigned n)
{
	struct buf delta = {0};
	size_t len = strlen(TEXT);
	size_t off = packer_object(p, GIT_OBJECT_BLOB, TEXT, len);
	git_oid id = {{0}};

	for (unsigned i = 1; i <= n; i++) {
		id = numbered(&delta, text, i, len);
		off = packer_ofs_delta(p, off, &delta);
		len = text->len;
	}
	buf_free(&delta);
	return id;
}

void
make_sample(struct packer *p)
{
	struct buf text = {0}, delta = {0};
	git_oid id;

	packer_begin(p);
	make_chain(p, &text, 3);
	id = gitstore_id(GIT_OBJECT_BLOB, TEXT, strlen(TEXT));
	numbered(&delta, &text, 99, strlen(TEXT));
	packer_ref_delta(p, &id, &delta);
	packer_object(p, GIT_OBJECT_TREE, "", 0);
	packer_end(p);
	buf_free(&text);
	buf_free(&delta);
}
