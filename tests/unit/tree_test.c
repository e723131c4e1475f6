/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/git/tree.h"
#include "gitstore.h"

struct fixture {
	struct git_settings set;
	struct store *s;
	git_oid blob;
	struct buf tree;
	struct buf reports;
	struct file_list list;
	struct err err;
};

static void
take_report(void *ctx, const char *line)
{
	struct fixture *f = ctx;

	buf_printf(&f->reports, "%s\n", line);
}

static int
setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	f.set = gitstore_settings();
	f.s = gitstore_new(&f.set);
	f.blob = gitstore_put(f.s, GIT_OBJECT_BLOB, "text", 4);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	file_list_free(&f->list);
	buf_free(&f->tree);
	buf_free(&f->reports);
	store_free(f->s);
	return 0;
}

/* Lists a commit of f->tree. */
static int
list_tree(struct fixture *f)
{
	git_oid t =
	    gitstore_put(f->s, GIT_OBJECT_TREE, f->tree.data, f->tree.len);
	git_oid commit = gitstore_commit(f->s, &t, NULL, 0, 1);

	file_list_free(&f->list);
	buf_clear(&f->reports);
	f->err.text[0] = '\0';
	return file_list_read(&f->list, f->s, &commit, &f->set, take_report, f,
			      &f->err);
}

/* The paths, sorted as they come, with spaces between. */
static void
expect_paths(struct fixture *f, const char *paths)
{
	struct buf b = {0};

	for (size_t i = 0; i < f->list.n; i++) {
		if (i > 0)
			buf_char(&b, ' ');
		buf_add(&b, f->list.items[i].path.data,
			f->list.items[i].path.len);
	}
	assert_string_equal(buf_cstr(&b), paths);
	buf_free(&b);
}

static void
expect_failure(struct fixture *f, const char *why)
{
	assert_int_equal(list_tree(f), -1);
	if (strstr(f->err.text, why) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", f->err.text, why);
	assert_int_equal(f->list.n, 0);
	assert_null(f->list.items);
}

static void
test_files(void **state)
{
	struct fixture *f = *state;
	git_oid sub;
	struct buf b = {0};

	tree_add(&b, 0100644, "x", &f->blob);
	tree_add(&b, 0100755, "run", &f->blob);
	sub = gitstore_put(f->s, GIT_OBJECT_TREE, b.data, b.len);
	tree_add(&f->tree, 0100644, ".config", &f->blob);
	tree_add(&f->tree, 0100664, "old mode", &f->blob);
	tree_add(&f->tree, 040000, "d", &sub);
	tree_add(&f->tree, 040000, "e", &sub);
	tree_add(&f->tree, 0100644, "\xc3\xa9t\xc3\xa9 \xf0\x9f\x8c\xb4",
		 &f->blob);
	assert_int_equal(list_tree(f), 0);
	expect_paths(f, ".config d/run d/x e/run e/x old mode "
			"\xc3\xa9t\xc3\xa9 \xf0\x9f\x8c\xb4");
	assert_int_equal(f->list.left_out, 0);
	assert_int_equal(f->list.items[0].size, 4);
	assert_memory_equal(f->list.items[0].blob, f->blob.id, 20);
	buf_free(&b);
}

static void
test_kinds(void **state)
{
	struct fixture *f = *state;
	const char *lfs = "version https://git-lfs.github.com/spec/v1\n"
			  "oid sha256:4d7a2146\nsize 12345\n";
	git_oid pointer, no_pointer;
	struct buf b = {0};

	pointer = gitstore_put(f->s, GIT_OBJECT_BLOB, lfs, strlen(lfs));
	buf_str(&b, lfs);
	while (b.len < 1024)
		buf_char(&b, 'x');
	no_pointer = gitstore_put(f->s, GIT_OBJECT_BLOB, b.data, b.len);
	tree_add(&f->tree, 0100644, "a", &f->blob);
	tree_add(&f->tree, 0120000, "link", &f->blob);
	tree_add(&f->tree, 0160000, "module", &pointer);
	tree_add(&f->tree, 0100644, "lfs", &pointer);
	tree_add(&f->tree, 0100644, "long", &no_pointer);
	tree_add(&f->tree, 0170000, "strange", &pointer);
	assert_int_equal(list_tree(f), 0);
	expect_paths(f, "a long");
	assert_int_equal(f->list.left_out, 4);
	assert_string_equal(
	    buf_cstr(&f->reports),
	    "lfs:1:1: left out: a Git LFS pointer, not the file itself\n"
	    "link:1:1: left out: symbolic link\n"
	    "module:1:1: left out: submodule\n"
	    "strange:1:1: left out: submodule\n");
	buf_free(&b);
}

static void
test_names(void **state)
{
	static const char *const bad[] = {"",
					  ".",
					  "..",
					  ".git",
					  ".GIT",
					  ".Git",
					  "git~1",
					  "GIT~1",
					  "a/b",
					  "/",
					  "/etc",
					  "../x",
					  "a\nb",
					  "\x01",
					  "\x1f",
					  "\x7f",
					  "tab\t",
					  "\xff",
					  "\xc3",
					  "\xc0\x80",
					  "\xed\xa0\x80",
					  "\xf4\x90\x80\x80",
					  "\xe0\x80\x80",
					  "\x80",
					  "a\xf0\x9f\x8c"};
	static const char *const good[] = {"...",
					   ".gitignore",
					   "git~2",
					   "git",
					   ".git~",
					   "con",
					   "a\\b",
					   "a:b",
					   "-rf",
					   " ",
					   "~",
					   "%00",
					   "<b>",
					   "\xc2\x80",
					   "\xef\xbf\xbf",
					   "\xf4\x8f\xbf\xbf",
					   "\xee\x80\x80"};
	struct fixture *f = *state;
	size_t n = sizeof(bad) / sizeof(bad[0]);
	git_oid sub;

	for (size_t i = 0; i < n; i++)
		tree_add(&f->tree, 0100644, bad[i], &f->blob);
	assert_int_equal(list_tree(f), 0);
	assert_int_equal(f->list.n, 0);
	assert_int_equal(f->list.left_out, n);
	/* The same as directories. */
	sub = gitstore_put(f->s, GIT_OBJECT_TREE, "", 0);
	buf_clear(&f->tree);
	for (size_t i = 0; i < n; i++)
		tree_add(&f->tree, 040000, bad[i], &sub);
	assert_int_equal(list_tree(f), 0);
	assert_int_equal(f->list.left_out, n);

	buf_clear(&f->tree);
	n = sizeof(good) / sizeof(good[0]);
	for (size_t i = 0; i < n; i++)
		tree_add(&f->tree, 0100644, good[i], &f->blob);
	assert_int_equal(list_tree(f), 0);
	assert_int_equal(f->list.n, n);
	assert_int_equal(f->list.left_out, 0);
}

static void
test_twins(void **state)
{
	struct fixture *f = *state;
	git_oid other = gitstore_put(f->s, GIT_OBJECT_BLOB, "other", 5);
	git_oid sub;
	struct buf b = {0};

	tree_add(&b, 0100644, "in", &other);
	sub = gitstore_put(f->s, GIT_OBJECT_TREE, b.data, b.len);
	tree_add(&f->tree, 0100644, "twin", &other);
	tree_add(&f->tree, 0100644, "A", &f->blob);
	tree_add(&f->tree, 0100644, "twin", &f->blob);
	tree_add(&f->tree, 0100644, "a", &f->blob);
	tree_add(&f->tree, 040000, "twin", &sub);
	tree_add(&f->tree, 040000, "dir", &sub);
	tree_add(&f->tree, 0100644, "dir", &f->blob);
	assert_int_equal(list_tree(f), 0);
	expect_paths(f, "A a dir/in twin");
	assert_int_equal(f->list.items[3].size, 5);
	assert_int_equal(f->list.left_out, 3);
	assert_non_null(
	    strstr(buf_cstr(&f->reports),
		   "twin:1:1: left out: a second entry of the same name\n"));
	buf_free(&b);
}

/* n directories in each other, then a file. */
static git_oid
deep(struct fixture *f, unsigned n)
{
	git_oid t = f->blob;
	struct buf b = {0};

	for (unsigned i = 0; i <= n; i++) {
		buf_clear(&b);
		tree_add(&b, i > 0 ? 040000 : 0100644, "d", &t);
		t = gitstore_put(f->s, GIT_OBJECT_TREE, b.data, b.len);
	}
	buf_free(&b);
	return t;
}

static void
test_depth(void **state)
{
	struct fixture *f = *state;
	git_oid t = deep(f, 10000);

	tree_add(&f->tree, 040000, "top", &t);
	assert_int_equal(list_tree(f), 0);
	assert_int_equal(f->list.n, 0);
	assert_int_equal(f->list.left_out, 1);
	assert_non_null(strstr(buf_cstr(&f->reports), "fetch.max-depth"));
	buf_clear(&f->tree);
	f->set.max_depth = 5;
	t = deep(f, 3);
	tree_add(&f->tree, 040000, "top", &t);
	assert_int_equal(list_tree(f), 0);
	expect_paths(f, "top/d/d/d/d");
	f->set.max_depth = 4;
	assert_int_equal(list_tree(f), 0);
	assert_int_equal(f->list.left_out, 1);
}

static void
test_limits(void **state)
{
	struct fixture *f = *state;
	char name[300];

	memset(name, 'n', sizeof(name));
	name[299] = '\0';
	tree_add(&f->tree, 0100644, "a", &f->blob);
	tree_add(&f->tree, 0100644, "b", &f->blob);
	tree_add(&f->tree, 0100644, name, &f->blob);
	f->set.max_path = 298;
	assert_int_equal(list_tree(f), 0);
	expect_paths(f, "a b");
	assert_non_null(strstr(buf_cstr(&f->reports), "fetch.max-path"));
	f->set.max_path = 299;
	assert_int_equal(list_tree(f), 0);
	assert_int_equal(f->list.n, 3);
	f->set.max_files = 2;
	expect_failure(f, "more than 2 files and directories ("
			  "`fetch.max-files`)");
	f->set.max_files = 3;
	f->set.max_source = 11;
	expect_failure(f, "more than 11 bytes (`fetch.max-source`)");
	f->set.max_source = 12;
	assert_int_equal(list_tree(f), 0);
	f->set.max_object_size = 3;
	assert_int_equal(list_tree(f), 0);
	assert_int_equal(f->list.n, 0);
	assert_non_null(strstr(buf_cstr(&f->reports), "fetch.max-object-size"));
}

/* Trees that contain the same tree ten times, twenty levels: with files at the
 * bottom, and with nothing. */
static void
test_bombs(void **state)
{
	struct fixture *f = *state;

	for (int files = 0; files < 2; files++) {
		git_oid t = f->blob;

		for (int level = files ? 0 : 1; level < 20; level++) {
			buf_clear(&f->tree);
			if (level == 1 && !files)
				t = gitstore_put(f->s, GIT_OBJECT_TREE, "", 0);
			for (int i = 0; i < 10; i++) {
				char name[2] = {(char)('0' + i), '\0'};

				tree_add(&f->tree, level > 0 ? 040000 : 0100644,
					 name, &t);
			}
			t = gitstore_put(f->s, GIT_OBJECT_TREE, f->tree.data,
					 f->tree.len);
		}
		expect_failure(f, "`fetch.max-files`");
	}
}

static void
test_damaged(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} trees[] = {{"1", 1},
		     {"100644", 6},
		     {"100644 ", 7},
		     {"100644 a", 8},
		     {"100644 a\0", 9},
		     {"100644 a\0abcdefghijklmnopqrs", 28},
		     {"100648 a\0abcdefghijklmnopqrst", 29},
		     {" a\0abcdefghijklmnopqrst", 23},
		     {"7777777777777777777777777 a\0abcdefghijklmnopqrst", 48}};
	struct fixture *f = *state;
	git_oid none = {{1}}, t;

	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		buf_clear(&f->tree);
		buf_add(&f->tree, trees[i].bytes, trees[i].len);
		expect_failure(f, "malformed");
	}
	assert_false(store_is_incomplete(f->s));
	buf_clear(&f->tree);
	tree_add(&f->tree, 0100644, "a", &none);
	expect_failure(f, "is missing");
	assert_true(store_is_incomplete(f->s));
	buf_clear(&f->tree);
	tree_add(&f->tree, 040000, "a", &none);
	expect_failure(f, "is missing");
	/* A file that is a tree, a tree that is a file. */
	t = gitstore_put(f->s, GIT_OBJECT_TREE, "", 0);
	buf_clear(&f->tree);
	tree_add(&f->tree, 0100644, "a", &t);
	expect_failure(f, "is no file");
	buf_clear(&f->tree);
	tree_add(&f->tree, 040000, "a", &f->blob);
	expect_failure(f, "is a blob, not a tree");
	/* An empty commit is no fault. */
	buf_clear(&f->tree);
	assert_int_equal(list_tree(f), 0);
	assert_int_equal(f->list.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_files, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_kinds, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_names, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_twins, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_depth, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_bombs, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
