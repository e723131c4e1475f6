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
#include "gitlog.h"
#include "gitstore.h"

static void
file(struct buf *b, const char *path, const char *text)
{
	buf_printf(b, "M 100644 inline %s\ndata %zu\n%s\n", path, strlen(text),
		   text);
}

static void delete (struct buf *b, const char *path)
{
	buf_printf(b, "D %s\n", path);
}

static void
check_import(struct buf *b, unsigned first, unsigned last)
{
	struct gitrepo r;
	char names[64][8];
	const char *revs[64];
	size_t n = 0;

	if (gitrepo_begin(&r) == -1)
		skip();
	gitrepo_import(&r, b);
	for (unsigned i = first; i <= last; i++) {
		snprintf(names[n], sizeof(names[n]), "c%u", i);
		revs[n] = names[n];
		n++;
	}
	check_revisions(&r, revs, n);
	gitrepo_end(&r);
	buf_free(b);
}

static void
test_linear(void **state)
{
	struct buf b = {0};

	(void)state;
	import_commit(&b, 1, 100, "");
	file(&b, "a", "1");
	file(&b, "d/b", "1");
	import_commit(&b, 2, 50, "1"); /* clocks go wrong */
	file(&b, "a", "2");
	import_commit(&b, 3, 300, "2");
	delete (&b, "a");
	import_commit(&b, 4, 300, "3");
	file(&b, "a", "2");		/* added again: keeps the first date */
	import_commit(&b, 5, 200, "4"); /* changes nothing */
	check_import(&b, 1, 5);
}

static void
test_mode_and_kind(void **state)
{
	struct buf b = {0};

	(void)state;
	import_commit(&b, 1, 100, "");
	file(&b, "a", "x");
	file(&b, "d/x", "x");
	import_commit(&b, 2, 200, "1");
	buf_str(&b, "M 100755 inline a\ndata 1\nx\n");
	import_commit(&b, 3, 300, "2");
	buf_str(&b, "M 120000 inline a\ndata 1\nx\n");
	import_commit(&b, 4, 400, "3"); /* a file becomes a directory */
	delete (&b, "a");
	file(&b, "a/x", "x");
	file(&b, "a.b", "x");
	import_commit(&b, 5, 500, "4"); /* and again a file */
	delete (&b, "a/x");
	file(&b, "a", "x");
	import_commit(&b, 6, 600, "5"); /* a directory moves */
	buf_str(&b, "R d e/f\n");
	import_commit(&b, 7, 700, "6");
	buf_str(&b, "R e/f d\n");
	check_import(&b, 1, 7);
}

/* A side branch that adds a file counts, the merge does not. */
static void
test_side_branch(void **state)
{
	struct buf b = {0};

	(void)state;
	import_commit(&b, 1, 100, "");
	file(&b, "a", "1");
	import_commit(&b, 2, 200, "1");
	file(&b, "side", "1");
	import_commit(&b, 3, 300, "1");
	file(&b, "a", "3");
	import_commit(&b, 4, 400, "3 2");
	file(&b, "a", "3");
	file(&b, "side", "1");
	import_commit(&b, 5, 500,
		      "2 3"); /* the other way round, as a pull does */
	file(&b, "a", "3");
	file(&b, "side", "1");
	check_import(&b, 1, 5);
}

/* The same merge by explicit dates, in case git log changes its mind. */
static void
test_explicit(void **state)
{
	struct git_settings set = gitstore_settings();
	struct store *s = gitstore_new(&set);
	struct history *h = history_new(&set);
	struct buf tree = {0};
	struct err err = {{0}};
	git_oid one, two, base, side, main_, parents[2], merge, t;
	int64_t created, updated;

	(void)state;
	one = gitstore_put(s, GIT_OBJECT_BLOB, "1", 1);
	two = gitstore_put(s, GIT_OBJECT_BLOB, "2", 1);
	tree_add(&tree, 0100644, "a", &one);
	t = gitstore_put(s, GIT_OBJECT_TREE, tree.data, tree.len);
	base = gitstore_commit(s, &t, NULL, 0, 100);
	tree_add(&tree, 0100644, "side", &one);
	t = gitstore_put(s, GIT_OBJECT_TREE, tree.data, tree.len);
	side = gitstore_commit(s, &t, &base, 1, 200);
	buf_clear(&tree);
	tree_add(&tree, 0100644, "a", &two);
	t = gitstore_put(s, GIT_OBJECT_TREE, tree.data, tree.len);
	main_ = gitstore_commit(s, &t, &base, 1, 300);
	tree_add(&tree, 0100644, "side", &one);
	t = gitstore_put(s, GIT_OBJECT_TREE, tree.data, tree.len);
	parents[0] = main_;
	parents[1] = side;
	merge = gitstore_commit(s, &t, parents, 2, 400);

	assert_int_equal(history_update(h, s, &merge, &err), 0);
	assert_int_equal(history_dates(h, slice_of("a"), &created, &updated),
			 0);
	assert_int_equal(created, 100);
	assert_int_equal(updated, 300);
	assert_int_equal(history_dates(h, slice_of("side"), &created, &updated),
			 0);
	assert_int_equal(created, 200);
	assert_int_equal(updated, 200);
	assert_int_equal(history_dates(h, slice_of("b"), &created, &updated),
			 -1);
	assert_int_equal(history_head_date(h), 400);
	buf_free(&tree);
	history_free(h);
	store_free(s);
}

static void
test_evil_merge(void **state)
{
	struct buf b = {0};

	(void)state;
	import_commit(&b, 1, 100, "");
	file(&b, "a", "1");
	file(&b, "b", "1");
	file(&b, "c", "1");
	import_commit(&b, 2, 200, "1");
	file(&b, "a", "2");
	import_commit(&b, 3, 300, "1");
	file(&b, "a", "3");
	delete (&b, "c");
	import_commit(&b, 4, 400, "2 3"); /* a resolved, b changed, new added */
	file(&b, "a", "23");
	file(&b, "b", "4");
	file(&b, "c", "1");
	file(&b, "new", "4");
	import_commit(&b, 5, 500,
		      "2 3"); /* a from one side, c from the other */
	file(&b, "a", "2");
	file(&b, "b", "1");
	check_import(&b, 1, 5);
}

/* Both sides add, change and delete the same paths, at equal times. */
static void
test_criss_cross(void **state)
{
	struct buf b = {0};

	(void)state;
	import_commit(&b, 1, 100, "");
	file(&b, "a", "1");
	import_commit(&b, 2, 100, "1");
	file(&b, "p/x", "2");
	import_commit(&b, 3, 100, "1");
	file(&b, "p/x", "3");
	file(&b, "a", "3");
	import_commit(&b, 4, 90, "2 3");
	file(&b, "a", "3");
	file(&b, "p/x", "2");
	import_commit(&b, 5, 95, "3 2");
	file(&b, "a", "1");
	file(&b, "p/x", "3");
	import_commit(&b, 6, 80, "4 5");
	file(&b, "a", "6");
	file(&b, "p/x", "2");
	import_commit(&b, 7, 81, "5 4");
	file(&b, "p/x", "3");
	check_import(&b, 1, 7);
}

static void
test_octopus(void **state)
{
	struct buf b = {0};

	(void)state;
	import_commit(&b, 1, 100, "");
	file(&b, "a", "1");
	file(&b, "b", "1");
	for (unsigned i = 2; i <= 5; i++) {
		char text[2] = {(char)('0' + i), '\0'};

		import_commit(&b, i, 100 + (long)i, "1");
		file(&b, "a", text);
		file(&b, i % 2 ? "odd/x" : "even", text);
	}
	import_commit(&b, 6, 600, "2 3 4 5");
	file(&b, "a", "4");
	file(&b, "b", "6");
	file(&b, "odd/x", "3");
	file(&b, "even", "6");
	import_commit(&b, 7, 50, ""); /* another root */
	file(&b, "b", "7");
	file(&b, "a", "1");
	import_commit(&b, 8, 800, "7 6");
	file(&b, "a", "1");
	file(&b, "b", "7");
	file(&b, "even", "6");
	check_import(&b, 1, 8);
}

/*
 * A branch from long ago is merged late: its commits come in between old ones,
 * and so do their dates.  Here both sides add the same path, and whether the
 * old main line or the branch has it first depends on the order of the merge's
 * parents, after the main line was published.
 */
static void
test_late_merge(void **state)
{
	struct buf b = {0};

	(void)state;
	import_commit(&b, 1, 100, "");
	file(&b, "a", "1");
	import_commit(&b, 2, 200, "1");
	file(&b, "late", "1");
	import_commit(&b, 3, 300, "1");
	file(&b, "a", "3");
	import_commit(&b, 4, 400, "3");
	file(&b, "late", "4");
	import_commit(&b, 5, 500, "4");
	file(&b, "a", "5");
	import_commit(&b, 6, 600, "5 2");
	file(&b, "a", "5");
	file(&b, "late", "4");
	import_commit(&b, 7, 600, "2 5");
	file(&b, "a", "5");
	file(&b, "late", "1");
	import_commit(&b, 8, 600, "1 5 2");
	file(&b, "late", "1");
	check_import(&b, 4, 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_linear),
	    cmocka_unit_test(test_mode_and_kind),
	    cmocka_unit_test(test_side_branch),
	    cmocka_unit_test(test_explicit),
	    cmocka_unit_test(test_evil_merge),
	    cmocka_unit_test(test_criss_cross),
	    cmocka_unit_test(test_octopus),
	    cmocka_unit_test(test_late_merge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
