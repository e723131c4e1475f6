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

#include "../../daemon/git/local.h"
#include "../../daemon/git/publish.h"
#include "gitpack.h"
#include "gitrepo.h"

static void
expect_error(const struct err *err, const char *why)
{
	if (strstr(err->text, why) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", err->text, why);
}

/* ---- local repositories ---- */

/* n commits on main, with a post each and a second one that grows. */
static void
make_posts(const struct gitrepo *r, int first, int last)
{
	struct buf b = {0};

	for (int i = first; i <= last; i++) {
		buf_printf(
		    &b,
		    "commit refs/heads/main\n"
		    "author A <a@b> %d +0000\ncommitter A <a@b> %d +0000\n"
		    "data 1\nm\n",
		    i * 100, i * 100);
		if (i == first && first > 1)
			buf_str(&b, "from refs/heads/main^0\n");
		buf_printf(&b,
			   "M 100644 inline posts/%d.md\ndata 5\nabcde\n"
			   "M 100644 inline sub/dir/log\ndata %d\n",
			   i, i);
		for (int k = 0; k < i; k++)
			buf_char(&b, 'x');
		buf_char(&b, '\n');
	}
	gitrepo_import(r, &b);
	buf_free(&b);
}

static int
begin(struct gitrepo *r)
{
	if (gitrepo_begin(r) == -1)
		return -1;
	make_posts(r, 1, 30);
	return 0;
}

/* Every object that git lists is in the store, with the same bytes. */
static void
expect_all(const struct gitrepo *r, struct store *s)
{
	struct buf out = {0};
	struct err err = {{0}};
	unsigned n = 0;

	gitrepo_run(r, &out, "git -C \"$R\" rev-list --objects HEAD");
	for (char *line = buf_cstr(&out); *line != '\0';
	     line = strchr(line, '\n') + 1) {
		struct object *o;
		git_oid id, again;

		assert_int_equal(git_oid_fromstrn(&id, line, 40), 0);
		o = store_get(s, &id, GIT_OBJECT_ANY, &err);
		if (o == NULL)
			fail_msg("%s", err.text);
		again = gitstore_id(o->type, o->data, o->len);
		assert_true(git_oid_equal(&id, &again));
		object_unref(o);
		n++;
	}
	assert_true(n > 50);
	assert_int_equal(store_objects(s), n);
	buf_free(&out);
}

static void
test_local(void **state)
{
	struct store *s = new_store();
	struct err err = {{0}};
	struct gitrepo r;
	git_oid tip, old;
	uint32_t objects;

	(void)state;
	if (begin(&r) == -1)
		skip();
	assert_int_equal(local_fetch(s, r.path, "R", "", &tip, &err), 0);
	expect_all(&r, s);
	objects = store_objects(s);
	assert_int_equal(local_fetch(s, r.path, "R", "main", &old, &err), 0);
	assert_true(git_oid_equal(&tip, &old));
	assert_int_equal(store_objects(s), objects);
	/* A push: commit, three trees, one new text. */
	make_posts(&r, 31, 31);
	gitrepo_run(&r, NULL, "git -C \"$R\" repack -adfq");
	assert_int_equal(
	    local_fetch(s, r.path, "R", "refs/heads/main", &tip, &err), 0);
	assert_false(git_oid_equal(&tip, &old));
	assert_int_equal(store_objects(s), objects + 6);
	store_trim(s);
	expect_all(&r, s);
	gitrepo_end(&r);
	store_free(s);
}

static void
test_local_places(void **state)
{
	static const char *const good[] = {"work", "work/.git", "bare.git"};
	static const struct {
		const char *place, *branch, *why;
	} bad[] = {
	    {"nothing", "", "R: No such file or directory"},
	    {"stream", "", "R: not a directory"},
	    {"plain", "", "R: not a Git repository"},
	    {"work/posts", "", "R: not a Git repository"},
	    {"empty", "", "R: the repository is empty"},
	    {"empty", "main", "there is no branch \"main\""},
	    {"unborn", "", "HEAD names a branch that does not exist"},
	    {"bare.git", "gone", "there is no branch \"gone\""},
	    {"bare.git", "..", "there is no branch \"..\""},
	    {"linked", "", "its .git is no directory"},
	    {"shallow", "", "a shallow repository"},
	    {"blob", "", "R: "},
	};
	struct store *s = new_store();
	struct err err;
	struct gitrepo r;
	char path[400];
	git_oid tip;

	(void)state;
	if (begin(&r) == -1)
		skip();
	gitrepo_run(
	    &r, NULL,
	    "git clone -q bare.git work && mkdir plain && "
	    "git init -q -b other empty && git clone -q bare.git unborn && "
	    "git -C unborn symbolic-ref HEAD refs/heads/unborn && "
	    "git -C work worktree add -q ../linked -b linked && "
	    "git clone -q --depth 2 \"file://$R\" shallow && "
	    "git init -q --bare blob && "
	    "echo junk > blob/HEAD");
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", r.dir, good[i]);
		assert_int_equal(local_fetch(s, path, "R", "", &tip, &err), 0);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", r.dir, bad[i].place);
		err.text[0] = '\0';
		assert_int_equal(
		    local_fetch(s, path, "R", bad[i].branch, &tip, &err), -1);
		expect_error(&err, bad[i].why);
	}
	gitrepo_end(&r);
	store_free(s);
}

static void
expect_local_failure(const struct gitrepo *r, const struct git_settings *set,
		     const char *why)
{
	struct store *s = gitstore_new(set);
	struct err err = {{0}};
	git_oid tip;

	assert_int_equal(local_fetch(s, r->path, "R", "", &tip, &err), -1);
	expect_error(&err, why);
	assert_int_equal(store_objects(s), 0);
	assert_int_equal(store_bytes(s), 0);
	assert_int_equal(s->npacks, 0);
	store_free(s);
}

static void
test_local_limits(void **state)
{
	struct git_settings set = gitstore_settings();
	struct gitrepo r;

	(void)state;
	if (begin(&r) == -1)
		skip();
	set.max_objects = 100;
	expect_local_failure(&r, &set, "`fetch.max-objects`");
	set = gitstore_settings();
	set.max_bytes = 3000;
	expect_local_failure(&r, &set, "`fetch.max-bytes`");
	set = gitstore_settings();
	set.max_store = 3000;
	expect_local_failure(&r, &set, "`fetch.max-store`");
	set = gitstore_settings();
	set.max_object_size = 250;
	expect_local_failure(&r, &set, "`fetch.max-object-size`");
	set = gitstore_settings();
	/* A missing object, then one that is not what its name says. */
	gitrepo_run(
	    &r, NULL,
	    "git -C \"$R\" unpack-objects -q < "
	    "\"$(ls \"$R\"/objects/pack/*.pack)\" || true; "
	    "mkdir away; mv \"$R\"/objects/pack/* away; "
	    "git -C \"$R\" unpack-objects -q < \"$(ls away/*.pack)\"; "
	    "f=$(git -C \"$R\" rev-parse main~5:posts/1.md | "
	    "sed 's,^..,&/,'); g=$(git -C \"$R\" rev-parse main~9:sub/dir/log "
	    "| sed 's,^..,&/,'); mv \"$R/objects/$f\" f; "
	    "cp f \"$R/objects/x\"; rm -f \"$R/objects/$f\"; "
	    "echo \"$f $g\" > names");
	expect_local_failure(&r, &set, "R: object not found");
	gitrepo_run(&r, NULL,
		    "read f g < names; cp f \"$R/objects/$f\"; "
		    "rm -f \"$R/objects/$g\"; cp f \"$R/objects/$g\"");
	expect_local_failure(&r, &set, "is damaged");
	gitrepo_end(&r);
}

/* ---- publishing ---- */

static void
ignore_report(void *ctx, const char *line)
{
	(void)line;
	++*(int *)ctx;
}

/* Publishes and tells how many files came with bytes. */
static unsigned
publish_count(struct publisher *p, struct store *s, const git_oid *tip,
	      int full, struct source *src)
{
	struct err err = {{0}};
	struct published result;
	unsigned with_data = 0;
	int reports = 0;

	if (publish(p, s, tip, full, ignore_report, &reports, &result, &err) ==
	    -1)
		fail_msg("%s", err.text);
	if (source_open(src, result.fd, &err) == -1)
		fail_msg("%s", err.text);
	close(result.fd);
	assert_int_equal(result.files, src->head->nfiles);
	assert_int_equal(reports, (int)result.left_out);
	assert_memory_equal(src->head->commit, tip->id, 20);
	for (uint32_t i = 0; i < src->head->nfiles; i++)
		with_data += source_has_data(&src->files[i]) ? 1 : 0;
	return with_data;
}

static void
test_publish(void **state)
{
	struct git_settings set = gitstore_settings();
	struct store *s = gitstore_new(&set);
	struct publisher *p = publisher_new(&set);
	struct err err = {{0}};
	struct gitrepo r;
	struct source src;
	git_oid tip;

	(void)state;
	if (begin(&r) == -1)
		skip();
	assert_int_equal(local_fetch(s, r.path, "R", "", &tip, &err), 0);
	assert_int_equal(publish_count(p, s, &tip, 0, &src), 31);
	assert_int_equal(src.head->commit_time, 3000);
	assert_true(slice_is(source_path(&src, &src.files[30]), "sub/dir/log"));
	assert_true(slice_is(source_data(&src, &src.files[30]),
			     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"));
	assert_int_equal(src.files[30].created, 100);
	assert_int_equal(src.files[30].updated, 3000);
	assert_true(slice_is(source_path(&src, &src.files[1]), "posts/10.md"));
	assert_int_equal(src.files[1].created, 1000);
	assert_int_equal(src.files[1].updated, 1000);
	source_close(&src);

	assert_int_equal(publish_count(p, s, &tip, 0, &src), 0);
	source_close(&src);
	make_posts(&r, 31, 32);
	assert_int_equal(local_fetch(s, r.path, "R", "", &tip, &err), 0);
	assert_int_equal(publish_count(p, s, &tip, 0, &src), 3);
	source_close(&src);
	assert_int_equal(publish_count(p, s, &tip, 1, &src), 33);
	source_close(&src);
	publisher_free(p);
	gitrepo_end(&r);
	store_free(s);
}

/* A failure leaves what was known: the next source is again only the news. */
static void
test_publish_failure(void **state)
{
	struct git_settings set = gitstore_settings();
	struct store *s = gitstore_new(&set);
	struct publisher *p = publisher_new(&set);
	struct err err = {{0}};
	struct published result;
	struct buf tree = {0};
	git_oid blob, t, none = {{1}}, good, bad;
	struct source src;
	int reports = 0;

	(void)state;
	blob = gitstore_put(s, GIT_OBJECT_BLOB, "text", 4);
	tree_add(&tree, 0100644, "a", &blob);
	tree_add(&tree, 0120000, "b", &blob);
	t = gitstore_put(s, GIT_OBJECT_TREE, tree.data, tree.len);
	good = gitstore_commit(s, &t, NULL, 0, 5);
	bad = gitstore_commit(s, &t, &none, 1, 5);
	assert_int_equal(publish_count(p, s, &good, 0, &src), 1);
	source_close(&src);
	assert_int_equal(
	    publish(p, s, &bad, 0, ignore_report, &reports, &result, &err), -1);
	expect_error(&err, "is missing");
	assert_int_equal(result.fd, -1);
	store_set_deadline(s, 1);
	assert_int_equal(
	    publish(p, s, &good, 0, ignore_report, &reports, &result, &err),
	    -1);
	expect_error(&err, "fetch.deadline");
	store_set_deadline(s, 0);
	assert_int_equal(publish_count(p, s, &good, 0, &src), 0);
	assert_int_equal(src.files[0].created, 5);
	source_close(&src);
	buf_free(&tree);
	publisher_free(p);
	store_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_local),
	    cmocka_unit_test(test_local_places),
	    cmocka_unit_test(test_local_limits),
	    cmocka_unit_test(test_publish),
	    cmocka_unit_test(test_publish_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
