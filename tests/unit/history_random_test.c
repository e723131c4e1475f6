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

#include "gitlog.h"

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
	import_commit(b, mark, pick(3) == 0 ? 1000000000 : *date,
		      buf_cstr(&list));
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
