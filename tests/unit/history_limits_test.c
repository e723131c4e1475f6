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

#include "../../daemon/git/history.h"
#include "../../daemon/git/object.h"
#include "gitstore.h"

/* A push costs what it brings, and a force push back costs nothing. */
static void
test_incremental(void **state)
{
	struct git_settings set = gitstore_settings();
	struct store *s = gitstore_new(&set);
	struct history *h = history_new(&set);
	struct err err = {{0}};
	struct buf tree = {0};
	git_oid heads[100], blob, t;

	(void)state;
	for (int i = 0; i < 100; i++) {
		char name[16];

		snprintf(name, sizeof(name), "p%02d", i);
		blob = gitstore_put(s, GIT_OBJECT_BLOB, name, 3);
		tree_add(&tree, 0100644, name, &blob);
		t = gitstore_put(s, GIT_OBJECT_TREE, tree.data, tree.len);
		heads[i] = gitstore_commit(s, &t, i > 0 ? &heads[i - 1] : NULL,
					   i > 0, 1000 + i);
	}
	assert_int_equal(history_update(h, s, &heads[89], &err), 0);
	assert_int_equal(history_compared(h), 90);
	assert_int_equal(history_update(h, s, &heads[99], &err), 0);
	assert_int_equal(history_compared(h), 10);
	assert_int_equal(history_commits(h), 100);
	assert_int_equal(history_update(h, s, &heads[49], &err), 0);
	assert_int_equal(history_compared(h), 0);
	assert_int_equal(history_commits(h), 50);
	assert_int_equal(history_update(h, s, &heads[49], &err), 0);
	assert_int_equal(history_head_date(h), 1049);
	buf_free(&tree);
	history_free(h);
	store_free(s);
}

/* After a force push to something small, what is unreachable is forgotten. */
static void
test_forgets(void **state)
{
	struct git_settings set = gitstore_settings();
	struct store *s = gitstore_new(&set);
	struct history *h = history_new(&set);
	struct err err = {{0}};
	git_oid blob, t, head = {{0}}, first = {{0}};
	struct buf tree = {0};

	(void)state;
	blob = gitstore_put(s, GIT_OBJECT_BLOB, "x", 1);
	tree_add(&tree, 0100644, "x", &blob);
	t = gitstore_put(s, GIT_OBJECT_TREE, tree.data, tree.len);
	for (int i = 0; i < 1100; i++) {
		head = gitstore_commit(s, &t, i > 0 ? &head : NULL, i > 0, i);
		if (i == 2)
			first = head;
	}
	assert_int_equal(history_update(h, s, &head, &err), 0);
	assert_int_equal(history_commits(h), 1100);
	assert_int_equal(history_update(h, s, &first, &err), 0);
	assert_int_equal(history_compared(h), 3);
	assert_int_equal(history_update(h, s, &head, &err), 0);
	assert_int_equal(history_compared(h), 1097);
	buf_free(&tree);
	history_free(h);
	store_free(s);
}

static void
expect_error(struct store *s, const git_oid *head, const char *why)
{
	struct history *h = history_new(&s->set);
	struct err err = {{0}};

	assert_int_equal(history_update(h, s, head, &err), -1);
	if (strstr(err.text, why) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", err.text, why);
	history_free(h);
}

static void
test_damaged(void **state)
{
	static const char *const trees[] = {
	    "x", "100644 a", "100644 a\0123", "9 a", " a", "77777777777777 a"};
	struct git_settings set = gitstore_settings();
	struct store *s = gitstore_new(&set);
	git_oid none = {{1}}, t, head, blob;

	(void)state;
	expect_error(s, &none, "is missing");
	t = gitstore_put(s, GIT_OBJECT_TREE, "", 0);
	head = gitstore_commit(s, &t, &none, 1, 1);
	expect_error(s, &head, "is missing");
	head = gitstore_commit(s, &none, NULL, 0, 1);
	expect_error(s, &head, "is missing");
	blob = gitstore_put(s, GIT_OBJECT_BLOB, "x", 1);
	expect_error(s, &blob, "is a blob, not a commit");
	head = gitstore_commit(s, &blob, NULL, 0, 1);
	expect_error(s, &head, "is a blob, not a tree");
	head = gitstore_put(s, GIT_OBJECT_COMMIT, "tree 12\n", 8);
	expect_error(s, &head, "has no tree");
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		t = gitstore_put(s, GIT_OBJECT_TREE, trees[i],
				 strlen(trees[i]));
		head = gitstore_commit(s, &t, NULL, 0, 1);
		expect_error(s, &head, "malformed");
	}
	store_free(s);
}

static void
test_many_parents(void **state)
{
	struct git_settings set = gitstore_settings();
	struct store *s = gitstore_new(&set);
	git_oid t, parents[300], head;

	(void)state;
	t = gitstore_put(s, GIT_OBJECT_TREE, "", 0);
	for (int i = 0; i < 300; i++)
		parents[i] = gitstore_commit(s, &t, NULL, 0, i);
	head = gitstore_commit(s, &t, parents, 300, 1);
	expect_error(s, &head, "more than 256 parents");
	/* The same parent twice, which git does not make. */
	parents[1] = parents[0];
	head = gitstore_commit(s, &t, parents, 2, 1);
	struct history *h = history_new(&set);
	struct err err = {{0}};
	assert_int_equal(history_update(h, s, &head, &err), 0);
	assert_int_equal(history_commits(h), 2);
	history_free(h);
	store_free(s);
}

/* Ten times ten times ten... the same tree: 10^20 paths in 2 kB. */
static git_oid
tree_bomb(struct store *s, unsigned levels)
{
	git_oid t = gitstore_put(s, GIT_OBJECT_BLOB, "x", 1);
	struct buf b = {0};

	for (unsigned level = 0; level < levels; level++) {
		buf_clear(&b);
		for (int i = 0; i < 10; i++) {
			char name[2] = {(char)('0' + i), '\0'};

			tree_add(&b, level > 0 ? 040000 : 0100644, name, &t);
		}
		t = gitstore_put(s, GIT_OBJECT_TREE, b.data, b.len);
	}
	buf_free(&b);
	return t;
}

static void
test_tree_bomb(void **state)
{
	struct git_settings set = gitstore_settings();
	struct store *s;
	git_oid t, head;

	(void)state;
	set.max_store = 4 << 20;
	s = gitstore_new(&set);
	t = tree_bomb(s, 20);
	head = gitstore_commit(s, &t, NULL, 0, 1);
	expect_error(s, &head, "`fetch.max-store`");
	store_set_deadline(s, 1); /* long ago */
	expect_error(s, &head, "`fetch.deadline`");
	store_free(s);
}

/* Deeper or longer than any source may have: not looked at. */
static void
test_depth(void **state)
{
	struct git_settings set = gitstore_settings();
	struct store *s = gitstore_new(&set);
	struct history *h = history_new(&set);
	struct err err = {{0}};
	struct buf b = {0};
	git_oid t = gitstore_put(s, GIT_OBJECT_BLOB, "x", 1), head;
	int64_t created, updated;

	(void)state;
	for (int level = 0; level < 10000; level++) {
		buf_clear(&b);
		tree_add(&b, level > 0 ? 040000 : 0100644, "d", &t);
		if (level == 9999)
			tree_add(&b, 0100644, "file", &head);
		t = gitstore_put(s, GIT_OBJECT_TREE, b.data, b.len);
		head = t;
	}
	head = gitstore_commit(s, &t, NULL, 0, 7);
	assert_int_equal(history_update(h, s, &head, &err), 0);
	assert_int_equal(history_dates(h, slice_of("file"), &created, &updated),
			 0);
	assert_int_equal(created, 7);
	assert_int_equal(
	    history_dates(h, slice_of("d/d/d"), &created, &updated), -1);
	assert_int_equal(history_dates(h, slice_of(""), &created, &updated),
			 -1);
	buf_free(&b);
	history_free(h);
	store_free(s);
}

static void
test_author_dates(void **state)
{
	static const struct {
		const char *line;
		int64_t date;
	} cases[] = {
	    {"author A <a@b> 1234 +0000\n", 1234},
	    {"author A > 99 <a@b> 1234 -0700\n", 1234},
	    {"author <> 5\n", 5},
	    {"author A <a@b>\n", 0},
	    {"author A <a@b> x\n", 0},
	    {"author A <a@b> -5 +0000\n", 0},
	    {"author A <a@b> 99999999999999999999999 +0000\n", 0},
	    {"author 77\n", 0},
	    {"committer A <a@b> 9 +0000\n", 0},
	    {"\nauthor A <a@b> 9 +0000\n", 0},
	    {"x author\nauthor A <a@b> 9 +0000", 9},
	};
	struct commit_head head;
	struct buf b = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&b);
		buf_printf(&b, "tree %040d\n%s", 7, cases[i].line);
		assert_int_equal(
		    commit_parse((uint8_t *)b.data, b.len, &head, NULL), 0);
		assert_int_equal(head.author, cases[i].date);
		assert_int_equal(head.nparents, 0);
	}
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_incremental),
	    cmocka_unit_test(test_forgets),
	    cmocka_unit_test(test_damaged),
	    cmocka_unit_test(test_many_parents),
	    cmocka_unit_test(test_tree_bomb),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_author_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
