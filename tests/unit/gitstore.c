/* SPDX-License-Identifier: ISC */
#include "gitstore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <git2/sys/odb_backend.h>
#include <openssl/evp.h>

#include "../../daemon/git/object.h"

struct git_settings
gitstore_settings(void)
{
	struct git_settings set = {.deadline_s = 60,
				   .max_bytes = UINT64_C(1) << 30,
				   .max_store = UINT64_C(1) << 30,
				   .max_objects = 1000000,
				   .max_object_size = UINT64_C(64) << 20,
				   .max_files = 100000,
				   .max_source = UINT64_C(1) << 30,
				   .max_path = 1024,
				   .max_depth = 32};

	return set;
}

struct store *
gitstore_new(const struct git_settings *settings)
{
	struct err err = {{0}};
	struct store *s;

	assert_int_equal(store_library_init(&err), 0);
	s = store_new(settings, &err);
	if (s == NULL)
		fail_msg("%s", err.text);
	return s;
}

git_oid
gitstore_id(git_object_t type, const void *data, size_t len)
{
	git_oid id;

	assert_int_equal(git_odb_hash(&id, data, len, type), 0);
	return id;
}

git_oid
gitstore_put(struct store *s, git_object_t type, const void *data, size_t len)
{
	git_oid id = gitstore_id(type, data, len);
	struct err err = {{0}};

	store_begin(s);
	if (store_put(s, &id, type, data, len, NULL, &err) == -1)
		fail_msg("%s", err.text);
	store_commit(s);
	return id;
}

void
tree_add(struct buf *tree, unsigned mode, const char *name, const git_oid *id)
{
	buf_printf(tree, "%o %s", mode, name);
	buf_char(tree, '\0');
	buf_add(tree, id->id, OID_LEN);
}

git_oid
gitstore_commit(struct store *s, const git_oid *tree, const git_oid *parents,
		size_t n, long author)
{
	struct buf b = {0};
	git_oid id;

	buf_printf(&b, "tree %s\n", git_oid_tostr_s(tree));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "parent %s\n", git_oid_tostr_s(&parents[i]));
	buf_printf(&b,
		   "author A > <a@example.org> %ld +0200\n"
		   "committer C <c@example.org> 5 +0000\n\nText\n",
		   author);
	id = gitstore_put(s, GIT_OBJECT_COMMIT, b.data, b.len);
	buf_free(&b);
	return id;
}

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
