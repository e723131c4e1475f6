/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gitpack.h"

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

/* Many copies of a base and many deltas that name it must not cost their
 * product in time; each delta is resolved once, whichever copy comes first. */
static void
test_many_duplicates(void **state)
{
	enum { N = 5000 };
	struct store *s = new_store();
	struct buf delta = {0}, text = {0};
	git_oid base = gitstore_id(GIT_OBJECT_BLOB, TEXT, strlen(TEXT));
	git_oid id = {{0}};
	struct packer p;

	(void)state;
	for (int in_store = 0; in_store < 2; in_store++) {
		packer_begin(&p);
		for (unsigned i = 0; i < N; i++) {
			id = numbered(&delta, &text, i + (in_store ? N : 0),
				      strlen(TEXT));
			packer_ref_delta(&p, &base, &delta);
			packer_object(&p, GIT_OBJECT_BLOB, TEXT, strlen(TEXT));
		}
		packer_end(&p);
		assert_int_equal(gitstore_feed(s, &p.b, 1 << 20), 0);
		assert_int_equal(store_objects(s), 1 + N * (in_store + 1));
		expect_text(s, &id, text.data, text.len);
		buf_free(&p.b);
	}
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
	    cmocka_unit_test(test_many_duplicates),
	    cmocka_unit_test(test_loop_through_duplicate),
	    cmocka_unit_test(test_empty),
	    cmocka_unit_test(test_random_deltas),
	    cmocka_unit_test(test_delta_make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
