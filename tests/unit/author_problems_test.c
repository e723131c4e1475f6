/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/author/author_problems.h"

static struct author_problems list;
static char *output;
static size_t length;

static void
add(enum severity severity, const char *text)
{
	author_problems_add(&list, severity, text);
}

static const char *
print(enum author_format format)
{
	FILE *out;

	free(output);
	out = open_memstream(&output, &length);
	author_problems_sort(&list);
	if (format == FORMAT_JSON)
		author_problems_json(&list, 7, out);
	else
		author_problems_print(&list, format, 0, out);
	fclose(out);
	author_problems_clear(&list);
	return output;
}

static void
sorts_and_tells_once(void **state)
{
	(void)state;
	add(SEVERITY_WARNING, "b:1:1: second file");
	add(SEVERITY_ERROR, "a:10:1: ten");
	add(SEVERITY_ERROR, "a:9:2: nine");
	add(SEVERITY_ERROR, "a:10:1: ten");
	add(SEVERITY_ERROR, "the whole");
	assert_string_equal(print(FORMAT_TEXT),
			    "error: the whole\n"
			    "a:9:2: error: nine\n"
			    "a:10:1: error: ten\n"
			    "b:1:1: warning: second file\n");
}

static void
keeps_colons_where_they_belong(void **state)
{
	(void)state;
	add(SEVERITY_ERROR, "a:b:12:3: see http://x:1:2 there");
	assert_string_equal(print(FORMAT_TEXT),
			    "a:b:12:3: error: see http://x:1:2 there\n");
	add(SEVERITY_ERROR, "no place: at all");
	assert_string_equal(print(FORMAT_JSON),
			    "{\n  \"articles\": 7,\n  \"problems\": [\n"
			    "    {\"file\": \"\", \"line\": 0, \"column\": 0, "
			    "\"severity\": \"error\", \"message\": "
			    "\"no place: at all\"}\n  ]\n}\n");
	assert_string_equal(print(FORMAT_JSON),
			    "{\n  \"articles\": 7,\n  \"problems\": []\n}\n");
}

static void
cannot_be_made_to_say_more(void **state)
{
	(void)state;
	add(SEVERITY_ERROR, "a,b:c\n%:1:1: m%\n::error::x");
	assert_string_equal(
	    print(FORMAT_GITHUB),
	    "::error file=a%2Cb%3Ac%0A%25,line=1,col=1::m%25%0A::error::x\n");
	add(SEVERITY_ERROR, "a\033[31m:1:1: m\x9b\xff\"\\\xc2\x9b");
	assert_string_equal(
	    print(FORMAT_TEXT),
	    "a\\x1b[31m:1:1: error: m\\x9b\\xff\"\\\\xc2\\x9b\n");
	add(SEVERITY_ERROR, "a\033\":1:1: m\xff\\\n");
	assert_non_null(strstr(print(FORMAT_JSON),
			       "\"file\": \"a\\u001b\\\"\", \"line\": 1"));
	add(SEVERITY_ERROR, "a:1:1: m\xff\\\n");
	assert_non_null(strstr(print(FORMAT_JSON),
			       "\"message\": \"m\xef\xbf\xbd\\\\\\u000a\""));
}

static void
reads_the_command_line(void **state)
{
	static const struct {
		const char *words[6];
		int result;
	} cases[] = {
	    {{"check"}, 0},
	    {{"check", "dir", "--format", "json"}, 0},
	    {{"check", "a", "b"}, -1},
	    {{"check", "--port", "80"}, -1},
	    {{"check", "--format", "xml"}, -1},
	    {{"check", "--git"}, -1},
	    {{"check", "-h"}, 1},
	    {{"new"}, -1},
	    {{"new", "dir", "A title"}, 0},
	    {{"export"}, -1},
	    {{"export", "to", "--from", "dir"}, 0},
	    {{"preview", "--port", "0"}, -1},
	    {{"preview", "--port", "65536"}, -1},
	    {{"preview", "--port", "8000x"}, -1},
	    {{"preview", "--port", "8000"}, 0},
	    {{"hash", "--workers", "65"}, -1},
	};

	(void)state;
	free(output);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *argv[8] = {strdup("blogd")};
		struct author_options o;
		FILE *out = open_memstream(&output, &length);
		int argc = 1, r;

		for (; cases[i].words[argc - 1] != NULL; argc++)
			argv[argc] = strdup(cases[i].words[argc - 1]);
		r = author_options_read(&o, argc, argv, out, out);
		fclose(out);
		if (r != cases[i].result)
			fail_msg("case %zu: %d\n%s", i, r, output);
		if (r != 0)
			assert_non_null(strstr(output, "usage: blogd "));
		free(output);
		while (argc > 0)
			free(argv[--argc]);
	}
	output = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sorts_and_tells_once),
	    cmocka_unit_test(keeps_colons_where_they_belong),
	    cmocka_unit_test(cannot_be_made_to_say_more),
	    cmocka_unit_test(reads_the_command_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
