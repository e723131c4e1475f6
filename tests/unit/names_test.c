/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../daemon/http/names.h"

/* From a block of its own size: nothing may be read behind it. */
static int
has(struct names *n, const char *authority)
{
	size_t len = strlen(authority);
	char *block = malloc(len > 0 ? len : 1);
	int result;

	memcpy(block, authority, len);
	result = names_has(n, (struct slice){block, len});
	free(block);
	return result;
}

static struct names *
names_of(const char *const *list)
{
	struct names *n = names_new();

	while (*list != NULL)
		names_add(n, slice_of(*list++));
	return n;
}

static void
listed(void **state)
{
	static const char *const list[] = {"blog.example", "www.Blog.example",
					   "a.example", "blog.example", NULL};
	struct names *n = names_of(list);

	(void)state;
	assert_true(has(n, "blog.example"));
	assert_true(has(n, "blog.example")); /* now as the last one */
	assert_true(has(n, "blog.example:8443"));
	assert_true(has(n, "BLOG.example"));
	assert_true(has(n, "blog.example."));
	assert_true(has(n, "www.blog.EXAMPLE:1"));
	assert_true(has(n, "a.example"));
	assert_false(has(n, "blog.example.evil"));
	assert_false(has(n, "evil.blog.example"));
	assert_false(has(n, "log.example"));
	assert_false(has(n, "blog.exampl"));
	assert_false(has(n, "."));
	assert_false(has(n, ":80"));
	assert_false(has(n, "blog.example.."));
	assert_true(has(n, "a.example"));
	names_free(n);
}

static void
wildcards(void **state)
{
	static const char *const list[] = {"*.blog.example", "b.example", NULL};
	struct names *n = names_of(list);

	(void)state;
	assert_true(has(n, "a.blog.example"));
	assert_true(has(n, "A.Blog.example:443"));
	assert_false(has(n, "blog.example"));
	assert_false(has(n, "a.b.blog.example"));
	assert_false(has(n, ".blog.example"));
	assert_false(has(n, "ablog.example"));
	names_free(n);
}

/* A machine can always look at itself. */
static void
always(void **state)
{
	static const char *const list[] = {"blog.example", NULL};
	struct names *n = names_of(list);

	(void)state;
	assert_true(has(n, ""));
	assert_true(has(n, "localhost"));
	assert_true(has(n, "LOCALHOST:8080"));
	assert_true(has(n, "127.0.0.1"));
	assert_true(has(n, "192.0.2.1:80"));
	assert_true(has(n, "[::1]"));
	assert_true(has(n, "[2001:db8::1]:8443"));
	assert_false(has(n, "localhost.evil"));
	assert_false(has(n, "127.0.0.1.evil"));
	names_free(n);
}

static void
nothing_known(void **state)
{
	struct names *n = names_new();

	(void)state;
	assert_true(has(n, "anything.example"));
	names_free(n);
	names_free(NULL);
}

static void
long_names(void **state)
{
	static const char *const list[] = {"blog.example", NULL};
	struct names *n = names_of(list);
	char text[400];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(has(n, text));
	names_add(n, slice_of(text)); /* can be no name */
	assert_false(has(n, text));
	memset(text, '1', sizeof(text) - 1);
	assert_false(has(n, text));
	text[0] = '[';
	assert_false(has(n, text));
	names_free(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(listed),	  cmocka_unit_test(wildcards),
	    cmocka_unit_test(always),	  cmocka_unit_test(nothing_known),
	    cmocka_unit_test(long_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
