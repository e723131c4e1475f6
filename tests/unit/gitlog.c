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
#include "gitlog.h"
#include "gitstore.h"

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
void
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

void
import_commit(struct buf *b, unsigned mark, long date, const char *parents)
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
