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
	expect_refused(s, &p.b, "`fetch.max-object-size`");
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
	expect_refused(s, &p.b, "`fetch.max-object-size`");
	buf_free(&p.b);
	begin_bad(&p);
	buf_clear(&delta);
	buf_add(&delta, zeros, SIZE);
	packer_ofs_delta(&p, PACK_HEADER, &delta);
	packer_end(&p);
	expect_refused(s, &p.b, "`fetch.max-object-size`");
	assert_true(s->scratch.cap <= set.max_object_size);
	buf_free(&p.b);
	buf_free(&delta);
	free(zeros);
	store_free(s);
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
	expect_refused(s, &p.b, "`fetch.max-bytes`");
	store_free(s);

	set.max_bytes = p.b.len;
	set.max_store = p.b.len - 1;
	s = gitstore_new(&set);
	expect_refused(s, &p.b, "`fetch.max-store`");
	assert_false(store_is_full(s));
	store_free(s);

	set.max_store = p.b.len;
	set.max_objects = p.n - 1;
	s = gitstore_new(&set);
	expect_refused(s, &p.b,
		       "the pack holds more than 5 objects ("
		       "`fetch.max-objects`)");
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
	expect_refused(s, &p.b, "`fetch.max-store`");
	assert_true(store_is_full(s));
	store_free(s);

	set.max_store = 1 << 20;
	set.max_objects = p.n;
	s = gitstore_new(&set);
	gitstore_put(s, GIT_OBJECT_BLOB, "old", 3);
	expect_refused(s, &p.b, "`fetch.max-objects`");
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
	    cmocka_unit_test(test_truncated),
	    cmocka_unit_test(test_counts),
	    cmocka_unit_test(test_flipped),
	    cmocka_unit_test(test_bad_deltas),
	    cmocka_unit_test(test_bad_instructions),
	    cmocka_unit_test(test_bad_bases),
	    cmocka_unit_test(test_bad_entries),
	    cmocka_unit_test(test_bombs),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_full),
	    cmocka_unit_test(test_stops_in_append),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
