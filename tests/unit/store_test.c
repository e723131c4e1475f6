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
expect_error(const struct err *err, const char *why)
{
	if (strstr(err->text, why) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", err->text, why);
}

/* ---- objects ---- */

static void
test_put_and_get(void **state)
{
	struct store *s = new_store();
	struct err err = {{0}};
	git_oid id = gitstore_put(s, GIT_OBJECT_BLOB, "hello", 5);
	git_oid none = {{9}};
	struct object *o;
	char into[5];

	(void)state;
	o = store_get(s, &id, GIT_OBJECT_BLOB, &err);
	assert_non_null(o);
	assert_string_equal((char *)o->data, "hello");
	object_unref(o);
	assert_int_equal(store_read_into(s, &id, into, 5, &err), 0);
	assert_memory_equal(into, "hello", 5);
	assert_int_equal(store_read_into(s, &id, into, 4, &err), -1);
	assert_null(store_get(s, &id, GIT_OBJECT_TREE, &err));
	expect_error(&err, "is a blob, not a tree");
	assert_null(store_get(s, &none, GIT_OBJECT_ANY, &err));
	expect_error(&err, "is missing");
	assert_int_equal(store_read_into(s, &none, into, 4, &err), -1);
	assert_int_equal(store_info(s, &none, NULL, NULL), -1);
	store_begin(s);
	assert_int_equal(
	    store_put(s, &none, GIT_OBJECT_BLOB, "x", 1, NULL, &err), -1);
	expect_error(&err, "is damaged");
	store_abort(s);
	store_free(s);
}

static void
test_abort(void **state)
{
	struct store *s = new_store();
	struct err err = {{0}};
	git_oid old = gitstore_put(s, GIT_OBJECT_BLOB, "old", 3);
	uint64_t bytes = store_bytes(s);
	struct object *o;
	char text[16];

	(void)state;
	store_begin(s);
	for (int i = 0; i < 1000; i++) {
		git_oid id;

		snprintf(text, sizeof(text), "new %d", i);
		id = gitstore_id(GIT_OBJECT_BLOB, text, strlen(text));
		assert_int_equal(store_put(s, &id, GIT_OBJECT_BLOB, text,
					   strlen(text), &old, &err),
				 0);
		assert_true(store_has(s, &id));
	}
	store_abort(s);
	assert_int_equal(store_objects(s), 1);
	assert_int_equal(store_bytes(s), bytes);
	assert_int_equal(s->map.cap, 64);
	for (int i = 0; i < 1000; i++) {
		git_oid id;

		snprintf(text, sizeof(text), "new %d", i);
		id = gitstore_id(GIT_OBJECT_BLOB, text, strlen(text));
		assert_false(store_has(s, &id));
	}
	o = store_get(s, &old, GIT_OBJECT_BLOB, &err);
	assert_non_null(o);
	object_unref(o);
	store_free(s);
}

/* Versions of one text, each put with the one before as its base. */
static void
test_put_deltas(void **state)
{
	enum { VERSIONS = 300, SIZE = 10000 };
	struct store *s = new_store();
	struct err err = {{0}};
	char *text = malloc(SIZE);
	git_oid ids[VERSIONS];
	uint32_t x = 1;

	(void)state;
	assert_non_null(text);
	for (int i = 0; i < SIZE; i++) {
		x = x * 1664525 + 1013904223;
		text[i] = (char)(x >> 24);
	}
	store_begin(s);
	for (int i = 0; i < VERSIONS; i++) {
		snprintf(text + i * 30, 20, "version %d", i);
		ids[i] = gitstore_id(GIT_OBJECT_BLOB, text, SIZE);
		assert_int_equal(store_put(s, &ids[i], GIT_OBJECT_BLOB, text,
					   SIZE, i > 0 ? &ids[i - 1] : NULL,
					   &err),
				 0);
	}
	store_commit(s);
	/* Incompressible text: one whole in DEPTH_WHOLE + 1. */
	assert_in_range(store_bytes(s), SIZE, SIZE * 8);
	store_trim(s);
	for (int i = 0; i < VERSIONS; i++) {
		struct object *o = store_get(s, &ids[i], GIT_OBJECT_BLOB, &err);
		git_oid id;

		assert_non_null(o);
		id = gitstore_id(GIT_OBJECT_BLOB, o->data, o->len);
		assert_true(git_oid_equal(&id, &ids[i]));
		object_unref(o);
		assert_true(s->at[i].depth <= DEPTH_WHOLE);
	}
	free(text);
	store_free(s);
}

/* What the cache holds stays within its bytes, and what is in use alive. */
static void
test_cache(void **state)
{
	static struct cache c;
	struct object *kept = NULL;

	(void)state;
	for (uint32_t i = 0; i < 200; i++) {
		struct object *o = object_new(GIT_OBJECT_BLOB, 1 << 20);

		o->data[0] = (uint8_t)i;
		cache_put(&c, i % 7, i, o);
		cache_put(&c, i % 7, i, o);
		object_unref(o);
		assert_true(c.bytes <= CACHE_BYTES);
		if (i == 10)
			kept = cache_get(&c, i % 7, i);
	}
	assert_non_null(kept);
	assert_int_equal(kept->data[0], 10);
	assert_null(cache_get(&c, 10 % 7, 10));
	for (uint32_t i = 168; i < 200; i++) {
		struct object *o = cache_get(&c, i % 7, i);

		assert_non_null(o);
		assert_int_equal(o->data[0], i);
		object_unref(o);
	}
	assert_null(cache_get(&c, 6, 199));
	object_unref(kept);
	cache_clear(&c);
	assert_int_equal(c.bytes, 0);
	assert_null(c.first);
}

static int
stop_at_once(void *ctx, const struct store_progress *p)
{
	*(struct store_progress *)ctx = *p;
	return 1;
}

static void
test_deadline_and_stop(void **state)
{
	struct store *s = new_store();
	struct store_progress seen = {0};
	struct err err = {{0}};
	git_oid id = gitstore_put(s, GIT_OBJECT_BLOB, "hello", 5);
	struct packer p;

	(void)state;
	packer_begin(&p);
	packer_object(&p, GIT_OBJECT_BLOB, "one", 3);
	packer_object(&p, GIT_OBJECT_BLOB, "two", 3);
	packer_end(&p);
	store_set_deadline(s, 1); /* in the first second after the start */
	assert_int_not_equal(gitstore_feed(s, &p.b, 100), 0);
	assert_string_equal(store_failure(s), "the fetch takes longer than 60 "
					      "seconds (`fetch.deadline`)");
	store_trim(s);
	assert_null(store_get(s, &id, GIT_OBJECT_BLOB, &err));
	expect_error(&err, "fetch.deadline");
	store_set_deadline(s, INT64_MAX);
	store_on_progress(s, stop_at_once, &seen);
	assert_int_not_equal(gitstore_feed(s, &p.b, 20), 0);
	assert_string_equal(store_failure(s), "the fetch was stopped");
	assert_int_equal(seen.received_bytes, 20);
	assert_int_equal(seen.total_objects, 2);
	store_on_progress(s, NULL, NULL);
	assert_int_equal(store_objects(s), 1);
	assert_int_equal(gitstore_feed(s, &p.b, 20), 0);
	assert_string_equal(store_failure(s), "");
	buf_free(&p.b);
	store_free(s);
}

/* ---- as libgit2 sees it ---- */

static void
test_references(void **state)
{
	struct store *s = new_store();
	git_repository *repo = store_repository(s);
	git_oid t = gitstore_put(s, GIT_OBJECT_TREE, "", 0);
	git_oid tip = gitstore_commit(s, &t, NULL, 0, 77);
	git_strarray names;
	git_reference *ref;
	git_commit *c;

	(void)state;
	assert_null(store_tip(s));
	assert_int_equal(git_reference_list(&names, repo), 0);
	assert_int_equal(names.count, 0);
	git_strarray_dispose(&names);
	store_set_tip(s, &tip);
	assert_true(git_oid_equal(store_tip(s), &tip));
	assert_int_equal(git_reference_list(&names, repo), 0);
	assert_int_equal(names.count, 1);
	assert_int_equal(git_reference_lookup(&ref, repo, names.strings[0]), 0);
	assert_true(git_oid_equal(git_reference_target(ref), &tip));
	git_reference_free(ref);
	git_strarray_dispose(&names);
	assert_int_equal(git_reference_lookup(&ref, repo, "refs/heads/x"),
			 GIT_ENOTFOUND);
	assert_int_equal(git_commit_lookup(&c, repo, &tip), 0);
	assert_int_equal(git_commit_author(c)->when.time, 77);
	git_commit_free(c);
	assert_int_not_equal(
	    git_reference_create(&ref, repo, "refs/heads/x", &tip, 1, NULL), 0);
	store_set_tip(s, NULL);
	assert_null(store_tip(s));
	store_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_put_and_get),
	    cmocka_unit_test(test_abort),
	    cmocka_unit_test(test_put_deltas),
	    cmocka_unit_test(test_cache),
	    cmocka_unit_test(test_deadline_and_stop),
	    cmocka_unit_test(test_references),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
