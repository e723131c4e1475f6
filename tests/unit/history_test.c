/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/git/history.h"
#include "../../daemon/git/local.h"
#include "../../daemon/git/object.h"
#include "gitrepo.h"
#include "gitstore.h"

/*
 * The judge is git itself: the lines of
 * `git log --topo-order --reverse --no-renames -c --name-status` give the first
 * and the last date of each path, by a computation that shares nothing with
 * history.c.
 */

/* ---- expected dates ---- */

#define PATHS_MAX 64

struct expected {
	char path[PATHS_MAX][64];
	int64_t created[PATHS_MAX], updated[PATHS_MAX];
	size_t n;
};

static size_t
expected_path(struct expected *e, const char *path, size_t len)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (strlen(e->path[i]) == len &&
		    memcmp(e->path[i], path, len) == 0)
			return i;
	assert_true(e->n < PATHS_MAX && len < sizeof(e->path[0]));
	memcpy(e->path[e->n], path, len);
	e->created[e->n] = INT64_MIN;
	return e->n++;
}

static void
ask_git(const struct gitrepo *r, const char *rev, struct expected *e)
{
	struct buf out = {0};
	int64_t date = 0;
	char *line, *next;

	memset(e, 0, sizeof(*e));
	gitrepo_run(r, &out,
		    "git -C \"$R\" log --topo-order --reverse "
		    "--no-renames -c --name-status --format=@%%at %s",
		    rev);
	for (line = buf_cstr(&out); *line != '\0'; line = next) {
		const char *tab;
		size_t i;

		next = strchr(line, '\n');
		assert_non_null(next);
		*next++ = '\0';
		tab = strrchr(line, '\t');
		if (line[0] == '@') {
			date = strtoll(line + 1, NULL, 10);
		} else if (tab != NULL) {
			i = expected_path(e, tab + 1, strlen(tab + 1));
			if (e->created[i] == INT64_MIN)
				e->created[i] = date;
			e->updated[i] = date;
		}
	}
	buf_free(&out);
}

/* ---- what history.c says ---- */

static void
compare_path(const struct history *h, struct expected *e, const char *path,
	     const char *rev)
{
	size_t i = expected_path(e, path, strlen(path));
	int64_t created, updated;

	if (history_dates(h, slice_of(path), &created, &updated) == -1)
		fail_msg("%s: %s has no dates", rev, path);
	if (created != e->created[i] || updated != e->updated[i])
		fail_msg("%s: %s is %lld %lld, not %lld %lld", rev, path,
			 (long long)created, (long long)updated,
			 (long long)e->created[i], (long long)e->updated[i]);
}

static void
compare_files(const struct gitrepo *r, const struct history *h,
	      struct expected *e, const char *rev)
{
	struct buf out = {0};
	char *line, *next;

	gitrepo_run(r, &out, "git -C \"$R\" ls-tree -r --name-only %s", rev);
	for (line = buf_cstr(&out); *line != '\0'; line = next) {
		next = strchr(line, '\n');
		assert_non_null(next);
		*next++ = '\0';
		compare_path(h, e, line, rev);
	}
	buf_free(&out);
}

/* Checks revisions one after the other, with one history for all of them and
 * with a new one for each. */
static void
check_revisions(const struct gitrepo *r, const char *const *revs, size_t n)
{
	struct git_settings set = gitstore_settings();
	struct store *s = gitstore_new(&set);
	struct history *h = history_new(&set), *fresh;
	struct expected e;
	struct err err = {{0}};
	git_oid tip;

	for (size_t i = 0; i < n; i++) {
		ask_git(r, revs[i], &e);
		if (local_fetch(s, r->path, "R", revs[i], &tip, &err) == -1 ||
		    history_update(h, s, &tip, &err) == -1)
			fail_msg("%s: %s", revs[i], err.text);
		compare_files(r, h, &e, revs[i]);
		fresh = history_new(&set);
		assert_int_equal(history_update(fresh, s, &tip, &err), 0);
		compare_files(r, fresh, &e, revs[i]);
		assert_int_equal(history_head_date(fresh),
				 history_head_date(h));
		assert_int_equal(history_commits(fresh), history_commits(h));
		assert_int_equal(history_compared(fresh),
				 history_commits(fresh));
		history_free(fresh);
	}
	history_free(h);
	store_free(s);
}

/* ---- repositories ---- */

/* A commit: mark, author date, parents ("1 2", "" for none); the files follow.
 */
static void
commit(struct buf *b, unsigned mark, long date, const char *parents)
{
	const char *word = "from", *p = parents;
	char *end;

	buf_printf(b,
		   "commit refs/heads/c%u\nmark :%u\n"
		   "author A <a@b> %ld +0000\ncommitter C <c@d> %ld +0000\n"
		   "data 1\nm\n",
		   mark, mark, date, date);
	while (*p != '\0') {
		buf_printf(b, "%s :%lu\n", word, strtoul(p, &end, 10));
		word = "merge";
		p = end + strspn(end, " ");
	}
	/* Of a merge, all files are given. */
	if (strchr(parents, ' ') != NULL)
		buf_str(b, "deleteall\n");
}

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
	commit(&b, 1, 100, "");
	file(&b, "a", "1");
	file(&b, "d/b", "1");
	commit(&b, 2, 50, "1"); /* clocks go wrong */
	file(&b, "a", "2");
	commit(&b, 3, 300, "2");
	delete (&b, "a");
	commit(&b, 4, 300, "3");
	file(&b, "a", "2");	 /* added again: keeps the first date */
	commit(&b, 5, 200, "4"); /* changes nothing */
	check_import(&b, 1, 5);
}

static void
test_mode_and_kind(void **state)
{
	struct buf b = {0};

	(void)state;
	commit(&b, 1, 100, "");
	file(&b, "a", "x");
	file(&b, "d/x", "x");
	commit(&b, 2, 200, "1");
	buf_str(&b, "M 100755 inline a\ndata 1\nx\n");
	commit(&b, 3, 300, "2");
	buf_str(&b, "M 120000 inline a\ndata 1\nx\n");
	commit(&b, 4, 400, "3"); /* a file becomes a directory */
	delete (&b, "a");
	file(&b, "a/x", "x");
	file(&b, "a.b", "x");
	commit(&b, 5, 500, "4"); /* and again a file */
	delete (&b, "a/x");
	file(&b, "a", "x");
	commit(&b, 6, 600, "5"); /* a directory moves */
	buf_str(&b, "R d e/f\n");
	commit(&b, 7, 700, "6");
	buf_str(&b, "R e/f d\n");
	check_import(&b, 1, 7);
}

/* A side branch that adds a file counts, the merge does not. */
static void
test_side_branch(void **state)
{
	struct buf b = {0};

	(void)state;
	commit(&b, 1, 100, "");
	file(&b, "a", "1");
	commit(&b, 2, 200, "1");
	file(&b, "side", "1");
	commit(&b, 3, 300, "1");
	file(&b, "a", "3");
	commit(&b, 4, 400, "3 2");
	file(&b, "a", "3");
	file(&b, "side", "1");
	commit(&b, 5, 500, "2 3"); /* the other way round, as a pull does */
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
	commit(&b, 1, 100, "");
	file(&b, "a", "1");
	file(&b, "b", "1");
	file(&b, "c", "1");
	commit(&b, 2, 200, "1");
	file(&b, "a", "2");
	commit(&b, 3, 300, "1");
	file(&b, "a", "3");
	delete (&b, "c");
	commit(&b, 4, 400, "2 3"); /* a resolved, b changed, new added */
	file(&b, "a", "23");
	file(&b, "b", "4");
	file(&b, "c", "1");
	file(&b, "new", "4");
	commit(&b, 5, 500, "2 3"); /* a from one side, c from the other */
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
	commit(&b, 1, 100, "");
	file(&b, "a", "1");
	commit(&b, 2, 100, "1");
	file(&b, "p/x", "2");
	commit(&b, 3, 100, "1");
	file(&b, "p/x", "3");
	file(&b, "a", "3");
	commit(&b, 4, 90, "2 3");
	file(&b, "a", "3");
	file(&b, "p/x", "2");
	commit(&b, 5, 95, "3 2");
	file(&b, "a", "1");
	file(&b, "p/x", "3");
	commit(&b, 6, 80, "4 5");
	file(&b, "a", "6");
	file(&b, "p/x", "2");
	commit(&b, 7, 81, "5 4");
	file(&b, "p/x", "3");
	check_import(&b, 1, 7);
}

static void
test_octopus(void **state)
{
	struct buf b = {0};

	(void)state;
	commit(&b, 1, 100, "");
	file(&b, "a", "1");
	file(&b, "b", "1");
	for (unsigned i = 2; i <= 5; i++) {
		char text[2] = {(char)('0' + i), '\0'};

		commit(&b, i, 100 + (long)i, "1");
		file(&b, "a", text);
		file(&b, i % 2 ? "odd/x" : "even", text);
	}
	commit(&b, 6, 600, "2 3 4 5");
	file(&b, "a", "4");
	file(&b, "b", "6");
	file(&b, "odd/x", "3");
	file(&b, "even", "6");
	commit(&b, 7, 50, ""); /* another root */
	file(&b, "b", "7");
	file(&b, "a", "1");
	commit(&b, 8, 800, "7 6");
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
	commit(&b, 1, 100, "");
	file(&b, "a", "1");
	commit(&b, 2, 200, "1");
	file(&b, "late", "1");
	commit(&b, 3, 300, "1");
	file(&b, "a", "3");
	commit(&b, 4, 400, "3");
	file(&b, "late", "4");
	commit(&b, 5, 500, "4");
	file(&b, "a", "5");
	commit(&b, 6, 600, "5 2");
	file(&b, "a", "5");
	file(&b, "late", "4");
	commit(&b, 7, 600, "2 5");
	file(&b, "a", "5");
	file(&b, "late", "1");
	commit(&b, 8, 600, "1 5 2");
	file(&b, "late", "1");
	check_import(&b, 4, 8);
}

/* ---- random histories ---- */

static uint32_t seed;

static unsigned
pick(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % n;
}

static const char *const names[] = {"a",     "a.b", "a/1", "b",	  "d",
				    "d/e/z", "d/x", "d/y", "q/1", "q/2"};

#define NAMES	(sizeof(names) / sizeof(names[0]))
#define COMMITS 40

/* What a commit has at each name: 0, or a letter and a mode. */
struct files {
	char letter[NAMES];
	char mode[NAMES];
};

static void
put(struct files *f, size_t i, char letter, char mode)
{
	size_t n = strlen(names[i]);

	f->letter[i] = letter;
	f->mode[i] = mode;
	for (size_t k = 0; letter != 0 && k < NAMES; k++) {
		size_t m = strlen(names[k]);

		/* A file excludes what is below it and what it is below. */
		if ((m > n && names[k][n] == '/' &&
		     memcmp(names[k], names[i], n) == 0) ||
		    (m < n && names[i][m] == '/' &&
		     memcmp(names[k], names[i], m) == 0))
			f->letter[k] = 0;
	}
}

static void
write_files(struct buf *b, const struct files *f)
{
	static const char *const modes[] = {"100644", "100755", "120000"};

	buf_str(b, "deleteall\n");
	for (size_t i = 0; i < NAMES; i++)
		if (f->letter[i] != 0)
			buf_printf(b, "M %s inline %s\ndata 1\n%c\n",
				   modes[(int)f->mode[i]], names[i],
				   f->letter[i]);
}

/* Chooses up to three different parents among the last six. */
static size_t
choose_parents(unsigned mark, unsigned parents[3])
{
	static const unsigned counts[] = {1, 1, 1, 1, 2, 2, 3, 0};
	unsigned want = counts[pick(40) == 0 ? 7 : pick(7)];
	size_t n = 0;

	for (int tries = 0; tries < 20 && n < want && mark > 1; tries++) {
		unsigned p = mark - 1 - pick(mark - 1 < 6 ? mark - 1 : 6);
		size_t i = 0;

		while (i < n && parents[i] != p)
			i++;
		if (i == n)
			parents[n++] = p;
	}
	return n;
}

static void
random_commit(struct buf *b, struct files *all, unsigned mark, long *date)
{
	static const long steps[] = {-500, 0, 0, 60, 1000, -100000};
	struct files *f = &all[mark];
	unsigned parents[3];
	size_t n = choose_parents(mark, parents);
	struct buf list = {0};

	for (size_t i = 0; i < n; i++)
		buf_printf(&list, "%u ", parents[i]);
	if (n > 0)
		*f = all[parents[pick((unsigned)n)]];
	for (size_t i = 0; n > 1 && i < NAMES; i++) {
		const struct files *from = &all[parents[pick((unsigned)n)]];

		if (pick(2) == 0)
			put(f, i, from->letter[i], from->mode[i]);
	}
	for (unsigned i = pick(n > 1 ? 3 : 4); i > 0; i--)
		put(f, pick(NAMES), pick(3) == 0 ? 0 : (char)('A' + pick(6)),
		    (char)(pick(6) < 3 ? 0 : pick(3)));
	*date += steps[pick(6)];
	commit(b, mark, pick(3) == 0 ? 1000000000 : *date, buf_cstr(&list));
	write_files(b, f);
	buf_free(&list);
}

static void
random_history(uint32_t with_seed)
{
	struct files all[COMMITS + 1] = {{{0}, {0}}};
	struct buf b = {0};
	struct gitrepo r;
	char revs[8][8];
	const char *list[8];
	long date = 1500000000;

	seed = with_seed * 2654435761U + 1;
	assert_int_equal(gitrepo_begin(&r), 0);
	for (unsigned i = 1; i <= COMMITS; i++)
		random_commit(&b, all, i, &date);
	gitrepo_import(&r, &b);
	/* Mostly forwards, once back, once to the same. */
	for (unsigned i = 0; i < 8; i++) {
		unsigned n = i == 3 ? 5 : (i + 1) * COMMITS / 8;

		snprintf(revs[i], sizeof(revs[i]), "c%u", i == 6 ? COMMITS : n);
		list[i] = revs[i];
	}
	check_revisions(&r, list, 8);
	gitrepo_end(&r);
	buf_free(&b);
}

static void
test_random(void **state)
{
	struct gitrepo r;

	(void)state;
	if (gitrepo_begin(&r) == -1)
		skip();
	gitrepo_end(&r);
	for (uint32_t i = 1; i <= 24; i++)
		random_history(i);
}

/* ---- increments, limits, damage ---- */

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
	expect_error(s, &head, "limit fetch.max-store");
	store_set_deadline(s, 1); /* long ago */
	expect_error(s, &head, "limit fetch.deadline");
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
	    cmocka_unit_test(test_linear),
	    cmocka_unit_test(test_mode_and_kind),
	    cmocka_unit_test(test_side_branch),
	    cmocka_unit_test(test_explicit),
	    cmocka_unit_test(test_evil_merge),
	    cmocka_unit_test(test_criss_cross),
	    cmocka_unit_test(test_octopus),
	    cmocka_unit_test(test_late_merge),
	    cmocka_unit_test(test_random),
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
