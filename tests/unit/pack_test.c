/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gitstore.h"

#define TEXT "The quick brown fox jumps over the lazy dog, twice a day.\n"

static struct store *
new_store(void)
{
	struct git_settings set = gitstore_settings();

	return gitstore_new(&set);
}

static void
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

/* The pack is refused with this in the message, and leaves no trace. */
static void
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

static void
test_objects(void **state)
{
	static const char *const texts[] = {"", "a", TEXT};
	struct store *s = new_store();
	struct packer p;

	(void)state;
	packer_begin(&p);
	for (int type = GIT_OBJECT_COMMIT; type <= GIT_OBJECT_TAG; type++)
		for (int i = 0; i < 3; i++)
			packer_object(&p, (git_object_t)type, texts[i],
				      strlen(texts[i]));
	packer_end(&p);
	assert_int_equal(gitstore_feed(s, &p.b, 7), 0);
	assert_int_equal(store_objects(s), 12);
	assert_int_equal(store_bytes(s), p.b.len);
	for (int type = GIT_OBJECT_COMMIT; type <= GIT_OBJECT_TAG; type++)
		for (int i = 0; i < 3; i++) {
			size_t n = strlen(texts[i]);
			git_oid id =
			    gitstore_id((git_object_t)type, texts[i], n);
			git_object_t got;
			uint64_t size;

			assert_int_equal(store_info(s, &id, &got, &size), 0);
			assert_int_equal(got, type);
			assert_int_equal(size, n);
			expect_text(s, &id, texts[i], n);
		}
	buf_free(&p.b);
	store_free(s);
}

/* "<n>" + TEXT as a delta on TEXT or on another of its kind. */
static git_oid
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

/* A chain of n deltas on TEXT; returns the id of the last. */
static git_oid
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

static void
test_chain(void **state)
{
	struct store *s = new_store();
	struct buf text = {0};
	struct packer p;
	git_oid id;

	(void)state;
	packer_begin(&p);
	id = make_chain(&p, &text, DEPTH_MAX);
	packer_end(&p);
	assert_int_equal(gitstore_feed(s, &p.b, 1 << 20), 0);
	assert_int_equal(store_objects(s), DEPTH_MAX + 1);
	assert_int_equal(s->at[oidmap_find(&s->map, &id)].depth, DEPTH_MAX);
	store_trim(s);
	expect_text(s, &id, text.data, text.len);
	expect_text(s, &id, text.data, text.len);
	buf_free(&p.b);
	store_free(s);

	s = new_store();
	packer_begin(&p);
	make_chain(&p, &text, DEPTH_MAX + 1);
	packer_end(&p);
	expect_refused(s, &p.b, "delta chain longer than 4095");
	buf_free(&p.b);
	buf_free(&text);
	store_free(s);
}

/* PACK_REF_DELTA: on a later entry, on a delta, on an older pack. */
static void
test_ref_deltas(void **state)
{
	struct store *s = new_store();
	struct buf delta = {0}, text = {0}, text2 = {0}, text3 = {0};
	struct packer p;
	git_oid base = gitstore_id(GIT_OBJECT_BLOB, TEXT, strlen(TEXT));
	git_oid id, id2, id3;

	(void)state;
	packer_begin(&p);
	id = numbered(&delta, &text, 1, strlen(TEXT));
	id2 = numbered(&delta, &text2, 22, text.len);
	packer_ref_delta(&p, &id, &delta);
	id = numbered(&delta, &text, 1, strlen(TEXT));
	packer_ref_delta(&p, &base, &delta);
	packer_object(&p, GIT_OBJECT_BLOB, TEXT, strlen(TEXT));
	packer_end(&p);
	assert_int_equal(gitstore_feed(s, &p.b, 100), 0);
	expect_text(s, &id, text.data, text.len);
	expect_text(s, &id2, text2.data, text2.len);
	buf_free(&p.b);

	packer_begin(&p);
	id3 = numbered(&delta, &text3, 333, text2.len);
	packer_ref_delta(&p, &id2, &delta);
	packer_end(&p);
	assert_int_equal(gitstore_feed(s, &p.b, 100), 0);
	store_trim(s);
	expect_text(s, &id3, text3.data, text3.len);
	buf_free(&p.b);
	buf_free(&delta);
	buf_free(&text);
	buf_free(&text2);
	buf_free(&text3);
	store_free(s);
}

/* Each fetch brings a delta on what the one before brought. */
static void
test_thin_packs(void **state)
{
	struct store *s = new_store();
	struct buf delta = {0}, text = {0};
	git_oid id = gitstore_put(s, GIT_OBJECT_BLOB, TEXT, strlen(TEXT));
	size_t len = strlen(TEXT);
	struct packer p;
	unsigned deepest = 0;

	(void)state;
	for (unsigned i = 1; i <= 500; i++) {
		git_oid next = numbered(&delta, &text, i, len);
		unsigned depth;

		packer_begin(&p);
		packer_ref_delta(&p, &id, &delta);
		packer_end(&p);
		assert_int_equal(gitstore_feed(s, &p.b, 100), 0);
		buf_free(&p.b);
		id = next;
		len = text.len;
		depth = s->at[oidmap_find(&s->map, &id)].depth;
		deepest = depth > deepest ? depth : deepest;
		store_trim(s);
		expect_text(s, &id, text.data, text.len);
	}
	assert_int_equal(deepest, DEPTH_WHOLE);
	buf_free(&delta);
	buf_free(&text);
	store_free(s);
}

/* A base so large that the way down to a delta does not fit in memory. */
static void
test_large_tree_of_deltas(void **state)
{
	enum { SIZE = 9 << 20, DEPTH = 6 };
	struct store *s = new_store();
	struct buf delta = {0};
	char *big = malloc(SIZE + 100);
	git_oid ids[DEPTH][2];
	size_t off;
	struct packer p;

	(void)state;
	assert_non_null(big);
	for (size_t i = 0; i < SIZE; i++)
		big[i] = (char)(i * 7 >> 9);
	packer_begin(&p);
	off = packer_object(&p, GIT_OBJECT_BLOB, big, SIZE);
	for (int i = 0; i < DEPTH; i++) {
		size_t here = off;

		/* Two on the same base; the next two on the first of them. */
		for (int k = 0; k < 2; k++) {
			big[0] = (char)('a' + i);
			big[1] = (char)('0' + k);
			big[2] = '\0';
			delta_begin(&delta, SIZE, SIZE);
			delta_insert(&delta, big);
			for (size_t at = 2; at < SIZE; at += 0xffff)
				delta_copy(&delta, (uint32_t)at,
					   (uint32_t)(SIZE - at < 0xffff
							  ? SIZE - at
							  : 0xffff));
			big[2] = (char)(2 * 7 >> 9);
			ids[i][k] = gitstore_id(GIT_OBJECT_BLOB, big, SIZE);
			here = packer_ofs_delta(&p, off, &delta);
			if (k == 1)
				off = here;
		}
	}
	packer_end(&p);
	assert_int_equal(gitstore_feed(s, &p.b, 1 << 20), 0);
	assert_int_equal(store_objects(s), 1 + 2 * DEPTH);
	for (int i = 0; i < DEPTH; i++)
		for (int k = 0; k < 2; k++)
			assert_true(store_has(s, &ids[i][k]));
	assert_true(s->cache.bytes <= CACHE_BYTES);
	buf_free(&p.b);
	buf_free(&delta);
	free(big);
	store_free(s);
}

static void
test_duplicates(void **state)
{
	struct store *s = new_store();
	struct buf delta = {0}, text = {0};
	struct packer p;
	git_oid id;
	size_t off;

	(void)state;
	packer_begin(&p);
	packer_object(&p, GIT_OBJECT_BLOB, TEXT, strlen(TEXT));
	off = packer_object(&p, GIT_OBJECT_BLOB, TEXT, strlen(TEXT));
	id = numbered(&delta, &text, 1, strlen(TEXT));
	packer_ofs_delta(&p, off, &delta);
	packer_ofs_delta(&p, off, &delta);
	packer_object(&p, GIT_OBJECT_BLOB, text.data, text.len);
	packer_end(&p);
	assert_int_equal(gitstore_feed(s, &p.b, 100), 0);
	assert_int_equal(store_objects(s), 2);
	expect_text(s, &id, text.data, text.len);
	/* The same pack again brings nothing and costs nothing. */
	assert_int_equal(gitstore_feed(s, &p.b, 100), 0);
	assert_int_equal(s->npacks, 1);
	assert_int_equal(store_bytes(s), p.b.len);
	buf_free(&p.b);
	buf_free(&delta);
	buf_free(&text);
	store_free(s);
}

/* An object that is the base of a delta that makes that object again. */
static void
test_loop_through_duplicate(void **state)
{
	struct store *s = new_store();
	struct buf delta = {0}, text = {0};
	git_oid base = gitstore_id(GIT_OBJECT_BLOB, TEXT, strlen(TEXT)), id;
	struct packer p;

	(void)state;
	packer_begin(&p);
	id = numbered(&delta, &text, 1, strlen(TEXT));
	packer_ref_delta(&p, &base, &delta);
	delta_begin(&delta, text.len, strlen(TEXT));
	delta_copy(&delta, 2, (uint32_t)strlen(TEXT));
	packer_ref_delta(&p, &id, &delta);
	packer_end(&p);
	expect_refused(s, &p.b, "2 deltas without a base");
	buf_free(&p.b);

	packer_begin(&p);
	packer_ref_delta(&p, &id, &delta);
	numbered(&delta, &text, 1, strlen(TEXT));
	packer_ref_delta(&p, &base, &delta);
	packer_object(&p, GIT_OBJECT_BLOB, TEXT, strlen(TEXT));
	packer_end(&p);
	assert_int_equal(gitstore_feed(s, &p.b, 100), 0);
	store_trim(s);
	expect_text(s, &id, text.data, text.len);
	expect_text(s, &base, TEXT, strlen(TEXT));
	buf_free(&p.b);
	buf_free(&delta);
	buf_free(&text);
	store_free(s);
}

/* A pack with one of everything. */
static void
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

static void
test_truncated(void **state)
{
	struct store *s = new_store();
	struct packer p;
	size_t whole;

	(void)state;
	make_sample(&p);
	whole = p.b.len;
	for (size_t n = 0; n < whole; n++) {
		struct buf part = {p.b.data, n, 0};

		expect_refused(s, &part, "");
	}
	/* Cut, and signed again. */
	for (size_t n = whole - 1; n > PACK_HEADER + PACK_TRAILER; n--) {
		p.b.len = n;
		packer_sign(&p, p.n);
		expect_refused(s, &p.b, "damaged");
	}
	buf_free(&p.b);
	store_free(s);
}

static void
test_counts(void **state)
{
	struct store *s = new_store();
	struct packer p;

	(void)state;
	make_sample(&p);
	packer_sign(&p, p.n + 1);
	expect_refused(s, &p.b, "damaged");
	packer_sign(&p, p.n - 1);
	expect_refused(s, &p.b, "bytes follow its last entry");
	packer_sign(&p, 999999);
	expect_refused(s, &p.b, "too short for 999999 objects");
	packer_sign(&p, p.n);
	buf_str(&p.b, "x");
	expect_refused(s, &p.b, "damaged");
	packer_sign(&p, p.n);
	expect_refused(s, &p.b, "bytes follow its last entry");
	p.b.len--;
	packer_sign(&p, p.n);
	p.b.data[p.b.len - 1] ^= 1;
	expect_refused(s, &p.b, "checksum is wrong");
	p.b.data[p.b.len - 1] ^= 1;
	assert_int_equal(gitstore_feed(s, &p.b, 10), 0);
	buf_free(&p.b);
	store_free(s);
}

static void
test_empty(void **state)
{
	struct store *s = new_store();
	struct packer p;

	(void)state;
	packer_begin(&p);
	packer_end(&p);
	assert_int_equal(gitstore_feed(s, &p.b, 100), 0);
	assert_int_equal(store_objects(s), 0);
	assert_int_equal(s->npacks, 0);
	p.b.data[7] = 4;
	expect_refused(s, &p.b, "version 4");
	p.b.data[0] = 'p';
	expect_refused(s, &p.b, "no header");
	buf_free(&p.b);
	store_free(s);
}

/* Every bit of a pack flipped, the checksum made right again: whatever comes of
 * it, nothing is read or written outside, and what is taken can be read. */
static void
test_flipped(void **state)
{
	struct store *s;
	struct packer p;
	unsigned taken = 0;

	(void)state;
	make_sample(&p);
	for (size_t bit = 0; bit < (p.b.len - PACK_TRAILER) * 8; bit++) {
		p.b.data[bit / 8] ^= (char)(1 << bit % 8);
		packer_sign(&p, p.n);
		s = new_store();
		if (gitstore_feed(s, &p.b, 50) == 0) {
			taken++;
			for (uint32_t i = 0; i < s->map.n; i++) {
				struct err err = {{0}};
				git_oid id = s->map.ids[i];
				struct object *o =
				    store_get(s, &id, GIT_OBJECT_ANY, &err);

				assert_non_null(o);
				object_unref(o);
			}
		} else {
			assert_int_equal(store_objects(s), 0);
		}
		store_free(s);
		p.b.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	/* Types of whole objects can be changed without harm, little else. */
	assert_in_range(taken, 1, 200);
	buf_free(&p.b);
}

/* One whole object, then an entry by hand. */
static void
begin_bad(struct packer *p)
{
	packer_begin(p);
	packer_object(p, GIT_OBJECT_BLOB, TEXT, strlen(TEXT));
}

static void
end_bad(struct packer *p, const char *why)
{
	struct store *s = new_store();

	packer_end(p);
	expect_refused(s, &p->b, why);
	buf_free(&p->b);
	store_free(s);
}

static void
bad_delta(const char *bytes, size_t len, const char *why)
{
	struct packer p;
	struct buf delta = {0};

	begin_bad(&p);
	buf_add(&delta, bytes, len);
	packer_ofs_delta(&p, PACK_HEADER, &delta);
	end_bad(&p, why);
	buf_free(&delta);
}

static void
test_bad_deltas(void **state)
{
	(void)state;
	/* TEXT has 58 (0x3a) bytes. */
	bad_delta("", 0, "no sizes");
	bad_delta("\x3a", 1, "no sizes");
	bad_delta("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02", 13,
		  "no sizes");
	bad_delta("\x3b\x01\x01x", 4, "does not fit its base");
}

static void
test_bad_instructions(void **state)
{
	(void)state;
	bad_delta("\x3a\x02\x01x", 4, "too short");
	bad_delta("\x3a\x01\x02xy", 5, "reaches outside");
	bad_delta("\x3a\x05\x05he", 5, "reaches outside");
	bad_delta("\x3a\x01\x00", 3, "reaches outside");
	bad_delta("\x3a\x05\x91\x36\x05", 5, "reaches outside");
	bad_delta("\x3a\x05\x91\x3b\x01", 5, "reaches outside");
	bad_delta("\x3a\x05\xff\xff\xff\xff\xff\xff\xff\xff", 10,
		  "reaches outside");
	bad_delta("\x3a\x05\xff\x01", 4, "reaches outside");
	bad_delta("\x3a\x05\x80", 3, "reaches outside");
}

static void
test_bad_bases(void **state)
{
	static const uint64_t back[] = {0, 1, 1000, UINT64_C(1) << 40,
					UINT64_C(1) << 62};
	struct packer p;

	(void)state;
	for (size_t i = 0; i < sizeof(back) / sizeof(back[0]); i++) {
		begin_bad(&p);
		packer_header(&p, PACK_OFS_DELTA, 4);
		packer_base(&p, back[i]);
		packer_deflate(&p, "\x3a\x01\x01x", 4);
		end_bad(&p, "a delta's base is");
	}
	begin_bad(&p);
	packer_header(&p, PACK_OFS_DELTA, 4);
	for (int i = 0; i < 30; i++)
		buf_char(&p.b, (char)0xff);
	end_bad(&p, "a delta's base is");
}

static void
test_bad_entries(void **state)
{
	static const uint64_t sizes[] = {0,
					 1,
					 57,
					 59,
					 4096,
					 UINT64_C(1) << 20,
					 UINT64_C(1) << 40,
					 UINT64_C(1) << 59};
	struct packer p;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		begin_bad(&p);
		packer_header(&p, GIT_OBJECT_BLOB, sizes[i]);
		packer_deflate(&p, TEXT, strlen(TEXT));
		end_bad(&p, "damaged");
	}
	for (unsigned type = 0; type <= 5; type += 5) {
		begin_bad(&p);
		packer_header(&p, type, strlen(TEXT));
		packer_deflate(&p, TEXT, strlen(TEXT));
		end_bad(&p, "type is unknown");
	}
	begin_bad(&p);
	p.n++;
	for (int i = 0; i < 40; i++)
		buf_char(&p.b, (char)0xb5);
	end_bad(&p, "size is wrong");
	begin_bad(&p);
	packer_header(&p, GIT_OBJECT_BLOB, 10);
	buf_str(&p.b, "not a zlib stream");
	end_bad(&p, "cannot be inflated");
}

/* 50 MB of zeros in 50 kB, for a limit of 1 MB. */
static void
test_bombs(void **state)
{
	enum { SIZE = 50 << 20 };
	struct git_settings set = gitstore_settings();
	char *zeros = calloc(1, SIZE);
	struct buf delta = {0};
	struct store *s;
	struct packer p;

	(void)state;
	assert_non_null(zeros);
	set.max_object_size = 1 << 20;
	s = gitstore_new(&set);
	begin_bad(&p);
	packer_object(&p, GIT_OBJECT_BLOB, zeros, SIZE);
	packer_end(&p);
	expect_refused(s, &p.b, "limit fetch.max-object-size");
	assert_true(s->scratch.cap <= set.max_object_size);
	buf_free(&p.b);

	/* One that says it is small. */
	begin_bad(&p);
	packer_header(&p, GIT_OBJECT_BLOB, 1000);
	packer_deflate(&p, zeros, SIZE);
	packer_end(&p);
	expect_refused(s, &p.b, "size is not what it says");
	buf_free(&p.b);

	/* A small delta with a large result, and a large delta. */
	begin_bad(&p);
	delta_begin(&delta, strlen(TEXT), SIZE);
	packer_ofs_delta(&p, PACK_HEADER, &delta);
	packer_end(&p);
	expect_refused(s, &p.b, "limit fetch.max-object-size");
	buf_free(&p.b);
	begin_bad(&p);
	buf_clear(&delta);
	buf_add(&delta, zeros, SIZE);
	packer_ofs_delta(&p, PACK_HEADER, &delta);
	packer_end(&p);
	expect_refused(s, &p.b, "limit fetch.max-object-size");
	assert_true(s->scratch.cap <= set.max_object_size);
	buf_free(&p.b);
	buf_free(&delta);
	free(zeros);
	store_free(s);
}

/* Deltas of random bytes, from a fixed seed. */
static void
test_random_deltas(void **state)
{
	uint8_t base[64], out[64], delta[24];
	uint32_t x = 2463534242U;
	unsigned good = 0;

	(void)state;
	memset(base, 'b', sizeof(base));
	for (int round = 0; round < 200000; round++) {
		size_t n = sizeof(delta);

		for (size_t i = 0; i < n; i++) {
			x ^= x << 13;
			x ^= x >> 17;
			x ^= x << 5;
			delta[i] = (uint8_t)(x >> 24);
			if (i > 1 && x % 3 == 0)
				delta[i] &= 0x1f;
		}
		delta[0] = sizeof(base);
		delta[1] = x % sizeof(out);
		n = 2 + x % (n - 2);
		if (delta_apply(base, sizeof(base), delta, n, out, delta[1],
				NULL) == 0)
			good++;
	}
	assert_true(good > 0);
}

static void
test_delta_make(void **state)
{
	static const char *const pairs[][2] = {
	    {"", ""},
	    {"", "abc"},
	    {"abc", ""},
	    {"abc", "abc"},
	    {"abc", "abcabc"},
	    {"aaaa", "aa"},
	    {"aa", "aaaa"},
	    {TEXT, "x" TEXT},
	    {TEXT, TEXT "x"},
	    {TEXT TEXT TEXT TEXT, TEXT TEXT "-" TEXT TEXT},
	    {"one two three", "one 2 three"}};
	struct buf delta = {0};
	uint64_t from, to;
	uint8_t out[512];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const uint8_t *a = (const uint8_t *)pairs[i][0];
		const uint8_t *b = (const uint8_t *)pairs[i][1];
		size_t na = strlen(pairs[i][0]), nb = strlen(pairs[i][1]);
		const uint8_t *d;

		buf_clear(&delta);
		delta_make(&delta, a, na, b, nb);
		d = (const uint8_t *)delta.data;
		assert_int_equal(delta_sizes(d, delta.len, &from, &to, NULL),
				 0);
		assert_int_equal(from, na);
		assert_int_equal(to, nb);
		assert_int_equal(
		    delta_apply(a, na, d, delta.len, out, nb, NULL), 0);
		assert_memory_equal(out, b, nb);
	}
	buf_free(&delta);
}

static void
test_limits(void **state)
{
	struct git_settings set = gitstore_settings();
	struct store *s;
	struct packer p;

	(void)state;
	make_sample(&p);
	set.max_bytes = p.b.len - 1;
	s = gitstore_new(&set);
	expect_refused(s, &p.b, "limit fetch.max-bytes");
	store_free(s);

	set.max_bytes = p.b.len;
	set.max_store = p.b.len - 1;
	s = gitstore_new(&set);
	expect_refused(s, &p.b, "limit fetch.max-store");
	assert_false(store_is_full(s));
	store_free(s);

	set.max_store = p.b.len;
	set.max_objects = p.n - 1;
	s = gitstore_new(&set);
	expect_refused(s, &p.b,
		       "the pack holds more than 5 objects (limit "
		       "fetch.max-objects)");
	store_free(s);

	set.max_objects = p.n;
	s = gitstore_new(&set);
	assert_int_equal(gitstore_feed(s, &p.b, 100), 0);
	store_free(s);
	buf_free(&p.b);
}

/* A store that has no room left says so, and a new one would have it. */
static void
test_full(void **state)
{
	struct git_settings set = gitstore_settings();
	struct store *s;
	struct packer p;

	(void)state;
	make_sample(&p);
	set.max_store = p.b.len;
	s = gitstore_new(&set);
	gitstore_put(s, GIT_OBJECT_BLOB, "old", 3);
	expect_refused(s, &p.b, "limit fetch.max-store");
	assert_true(store_is_full(s));
	store_free(s);

	set.max_store = 1 << 20;
	set.max_objects = p.n;
	s = gitstore_new(&set);
	gitstore_put(s, GIT_OBJECT_BLOB, "old", 3);
	expect_refused(s, &p.b, "limit fetch.max-objects");
	assert_true(store_is_full(s));
	store_free(s);
	buf_free(&p.b);
}

/* The bytes are refused as they come, not when all are there. */
static void
test_stops_in_append(void **state)
{
	struct git_settings set = gitstore_settings();
	git_indexer_progress stats = {0};
	char junk[1000] = "PACK\0\0\0\2\0\0\0\1";
	git_odb_writepack *w;
	struct store *s;
	git_odb *odb;
	int n = 0;

	(void)state;
	set.max_bytes = 10500;
	s = gitstore_new(&set);
	assert_int_equal(git_repository_odb(&odb, store_repository(s)), 0);
	assert_int_equal(git_odb_write_pack(&w, odb, NULL, NULL), 0);
	while (w->append(w, junk, sizeof(junk), &stats) == 0)
		n++;
	assert_int_equal(n, 10);
	assert_int_equal(stats.received_bytes, 10000);
	assert_int_equal(stats.total_objects, 1);
	assert_non_null(strstr(git_error_last()->message, "fetch.max-bytes"));
	w->free(w);

	/* The count is checked as soon as it is known. */
	memcpy(junk + 8, "\xff\xff\xff\xff", 4);
	assert_int_equal(git_odb_write_pack(&w, odb, NULL, NULL), 0);
	assert_int_equal(w->append(w, junk, 11, &stats), 0);
	assert_int_not_equal(w->append(w, junk + 11, 1, &stats), 0);
	assert_non_null(strstr(store_failure(s), "fetch.max-objects"));
	w->free(w);
	git_odb_free(odb);
	store_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_objects),
	    cmocka_unit_test(test_chain),
	    cmocka_unit_test(test_ref_deltas),
	    cmocka_unit_test(test_thin_packs),
	    cmocka_unit_test(test_large_tree_of_deltas),
	    cmocka_unit_test(test_duplicates),
	    cmocka_unit_test(test_loop_through_duplicate),
	    cmocka_unit_test(test_truncated),
	    cmocka_unit_test(test_counts),
	    cmocka_unit_test(test_empty),
	    cmocka_unit_test(test_flipped),
	    cmocka_unit_test(test_bad_deltas),
	    cmocka_unit_test(test_bad_instructions),
	    cmocka_unit_test(test_bad_bases),
	    cmocka_unit_test(test_bad_entries),
	    cmocka_unit_test(test_bombs),
	    cmocka_unit_test(test_random_deltas),
	    cmocka_unit_test(test_delta_make),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_full),
	    cmocka_unit_test(test_stops_in_append),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
