/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/options.h"

#define WORDS_MAX 16

static struct options o;
static char *output, *complaint;

/* Reads "blogd" and the words, which end with NULL. */
static enum options_result
run(const char *const *words)
{
	char *argv[WORDS_MAX + 2] = {strdup("blogd")};
	static char *kept[WORDS_MAX + 2];
	size_t length;
	FILE *out, *err;
	enum options_result result;
	int argc = 1;

	for (; words[argc - 1] != NULL; argc++)
		argv[argc] = strdup(words[argc - 1]);
	for (int i = 0; kept[i] != NULL; i++)
		free(kept[i]);
	memcpy(kept, argv, sizeof(argv));
	free(output);
	free(complaint);
	out = open_memstream(&output, &length);
	err = open_memstream(&complaint, &length);
	result = options_read(&o, argc, argv, out, err);
	fclose(out);
	fclose(err);
	return result;
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})
#define USAGE                                                                  \
	"usage: blogd [-dnSTVhv] [-f blogd.conf] [-r URL[#branch]] [-i page]\n" \
	"             [--name name] [-p port] [--tls port] [--hook name] "     \
	"[--dial]\n"

static void
test_nothing(void **state)
{
	static const struct options none;

	(void)state;
	assert_int_equal(RUN(NULL), OPTIONS_OK);
	assert_memory_equal(&o, &none, sizeof(o));
}

static void
test_short(void **state)
{
	(void)state;
	assert_int_equal(
	    RUN("-dnvS", "-f", "x.conf", "-r", "u#b", "-iHome", "-p", "80"),
	    OPTIONS_OK);
	assert_true(o.foreground && o.check_only && o.verbose &&
		    o.print_sandbox);
	assert_string_equal(o.conf.file, "x.conf");
	assert_string_equal(o.conf.remote, "u#b");
	assert_string_equal(o.conf.index, "Home");
	assert_string_equal(o.conf.port, "80");
	assert_null(o.conf.tls);
}

static void
test_long(void **state)
{
	(void)state;
	assert_int_equal(RUN("--remote", "u", "--index=a b", "--name", "My",
			     "--port", "1", "--tls", "2", "--hook", "up"),
			 OPTIONS_OK);
	assert_string_equal(o.conf.remote, "u");
	assert_string_equal(o.conf.index, "a b");
	assert_string_equal(o.conf.name, "My");
	assert_string_equal(o.conf.port, "1");
	assert_string_equal(o.conf.tls, "2");
	assert_string_equal(o.conf.hook, "up");
	assert_int_equal(o.conf.dial, 0);
	assert_int_equal(RUN("--dial", "-f", "x"), OPTIONS_OK);
	assert_int_equal(o.conf.dial, 1);
	assert_string_equal(o.conf.file, "x");
}

static void
test_bad(void **state)
{
	(void)state;
	assert_int_equal(RUN("-x"), OPTIONS_BAD);
	assert_string_equal(complaint, "blogd: unknown option -x\n" USAGE);
	assert_int_equal(RUN("-dx"), OPTIONS_BAD);
	assert_string_equal(complaint, "blogd: unknown option -x\n" USAGE);
	assert_int_equal(RUN("--tls-port", "4"), OPTIONS_BAD);
	assert_string_equal(complaint,
			    "blogd: unknown option --tls-port\n" USAGE);
	assert_int_equal(RUN("-f"), OPTIONS_BAD);
	assert_string_equal(complaint,
			    "blogd: an argument is missing behind -f\n" USAGE);
	assert_int_equal(RUN("--hook"), OPTIONS_BAD);
	assert_string_equal(
	    complaint, "blogd: an argument is missing behind --hook\n" USAGE);
	assert_int_equal(RUN("-d", "blogd.conf"), OPTIONS_BAD);
	assert_string_equal(complaint,
			    "blogd: unexpected argument blogd.conf\n" USAGE);
	assert_string_equal(output, "");
}

static void
test_help(void **state)
{
	(void)state;
	assert_int_equal(RUN("-h"), OPTIONS_HELP);
	assert_non_null(strstr(output, "--remote URL"));
	assert_string_equal(complaint, "");
	assert_int_equal(RUN("--version"), OPTIONS_VERSION);
	assert_int_equal(strncmp(output, "blogd ", 6), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing), cmocka_unit_test(test_short),
	    cmocka_unit_test(test_long),    cmocka_unit_test(test_bad),
	    cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
