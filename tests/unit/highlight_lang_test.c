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

#include "daemon/buf.h"
#include "daemon/site/highlight_table.h"

/* lang/compile.awk: what it says of files that are wrong. */

static char directory[64] = "/tmp/blogd-lang-XXXXXX";
static struct buf out;

/* Runs compile.awk with the files; 1 when it was content. */
static int
compile(const char *files)
{
	static const char *const scripts[] = {"patterns", "tables", "compile"};
	const char *srcdir = getenv("srcdir");
	struct buf command = {0};
	size_t i;
	FILE *f;
	int c;

	buf_str(&command, "LC_ALL=C awk");
	for (i = 0; i < 3; i++)
		buf_printf(&command, " -f %s/daemon/site/lang/%s.awk",
			   srcdir != NULL ? srcdir : ".", scripts[i]);
	buf_printf(&command, " %s 2>&1", files);
	buf_clear(&out);
	f = popen(buf_cstr(&command), "r");
	assert_non_null(f);
	while ((c = getc(f)) != EOF)
		buf_char(&out, (char)c);
	buf_cstr(&out);
	buf_free(&command);
	return pclose(f) == 0;
}

static void
write_file(char *path, size_t size, const char *text)
{
	FILE *f;

	snprintf(path, size, "%s/x.lang", directory);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
test_messages(void **state)
{
	static const struct {
		const char *text, *message;
	} wrong[] = {
	    {"name x\n", "x.lang:1: no state"},
	    {"name x\nfoo\n", "x.lang:2: not understood"},
	    {"name x x\n", "x.lang:1: the name x is taken"},
	    {"like y\n", "x.lang:1: no language y in the files before"},
	    {"list q a\n", "x.lang:1: unknown class q"},
	    {"list k a b a\n", "x.lang:1: a is listed twice"},
	    {"unlisted any\n", "x.lang:1: unknown: any"},
	    {"state a -\nstate a -\n", "x.lang:2: state a again"},
	    {"state a =\n", "x.lang:1: unknown class ="},
	    {"more a\n", "x.lang:1: no state a above"},
	    {"state a -\n\tuse b\n", "x.lang:2: no state b"},
	    {"state a -\n\tuse a\n", "x.lang:2: state a uses itself"},
	    {"state a -\n\tz x\n", "x.lang:2: unknown class z"},
	    {"state a -\n\ts x jump\n", "x.lang:2: unknown action jump"},
	    {"state a -\n\ts x push\n",
	     "x.lang:2: wrong number of words after push"},
	    {"state a -\n\ts x push b\n", "x.lang:2: no state b"},
	    {"state a -\n\n\ts x embed b line\n", "x.lang:3: no language b"},
	    {"state a -\n\ts x embed b next\n", "x.lang:2: embed LANGUAGE "},
	    {"state a -\n\ts x embed b until 0123456789abcdef\n",
	     "x.lang:2: longer than 15 bytes"},
	    {"state a -\n\ts [ab\n", "x.lang:2: [ without ]"},
	    {"state a -\n\ts [b-a]\n", "x.lang:2: not a range: b-a"},
	    {"state a -\n\ts \\y\n", "x.lang:2: unknown escape \\y"},
	    {"state a -\n\ts a|b\n", "x.lang:2: put a \\ before |"},
	    {"state a -\n\ts (ab\n", "x.lang:2: ( without )"},
	    {"state a -\n\ts ab)\n", "x.lang:2: ) without ("},
	    {"state a -\n\ts a^\n", "x.lang:2: ^ stands at the beginning"},
	    {"state a -\n\ts (?!ab)\n", "x.lang:2: (?!) takes one "},
	    {"state a -\n\ts \\#a\n", "x.lang:2: \\# stands at the end"},
	    {"state a -\n\ts \xc3\xa4\n", "x.lang:2: a pattern holds ASCII"},
	    {"state a -\n\ts a*\n", "x.lang:2: the pattern may match nothing"},
	    {"state a -\n\ts (?=ab)b?\n",
	     "x.lang:2: the pattern may match nothing"},
	    {"state a -\n\ts a* become a\n",
	     "x.lang:2: the pattern may match nothing"},
	};
	char path[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		write_file(path, sizeof(path), wrong[i].text);
		if (compile(path))
			fail_msg("no complaint about %s", wrong[i].text);
		if (strstr(out.data, wrong[i].message) == NULL)
			fail_msg("%s instead of %s", out.data,
				 wrong[i].message);
	}
	unlink(path);
}

static void
test_right(void **state)
{
	char path[128];

	(void)state;
	write_file(path, sizeof(path),
		   "# a comment\nname x y\nlist k if\n\nstate a -\n"
		   "\ts a* pop\n\t= \\a\\w*\n\ts x(b*)\\1 push b\n"
		   "state b s\n\tuse a\n");
	if (!compile(path))
		fail_msg("%s", out.data);
	assert_non_null(strstr(out.data, "{\"y\", 0},"));
	unlink(path);
}

/* The manual lists every name. */
static void
test_manual(void **state)
{
	const char *srcdir = getenv("srcdir");
	char path[4096], name[32];
	struct buf manual = {0};
	unsigned i;
	FILE *f;
	int c;

	(void)state;
	snprintf(path, sizeof(path), "%s/doc/blogd-content.5",
		 srcdir != NULL ? srcdir : ".");
	f = fopen(path, "r");
	assert_non_null(f);
	while ((c = getc(f)) != EOF)
		buf_char(&manual, (char)(c == '\n' ? ',' : c));
	fclose(f);
	for (i = 0; i < hl_nnames; i++) {
		snprintf(name, sizeof(name), " %s,", hl_names[i].name);
		if (strstr(buf_cstr(&manual), name) == NULL)
			fail_msg("%s is not in the manual", hl_names[i].name);
	}
	buf_free(&manual);
}

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(directory) != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	buf_free(&out);
	return rmdir(directory);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_messages),
	    cmocka_unit_test(test_right),
	    cmocka_unit_test(test_manual),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
