/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../daemon/http/conditional.h"

#define TAG	 "\"0123-gz\""
#define MODIFIED 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT */

static void
add(struct request *r, enum request_field field, const char *value)
{
	if (value == NULL)
		return;
	r->kept[r->nkept].field = field;
	r->kept[r->nkept++].value = slice_of(value);
}

static int
is_fresh(const struct request *r, int64_t modified)
{
	return conditional_check(r, slice_of(TAG), modified) ==
	       CONDITIONAL_FRESH;
}

static int
fresh(const char *none_match, const char *since, int64_t modified)
{
	struct request r = {0};

	add(&r, FIELD_IF_NONE_MATCH, none_match);
	add(&r, FIELD_IF_MODIFIED_SINCE, since);
	return is_fresh(&r, modified);
}

/* From a block of its own size: nothing may be read behind the value. */
static int
matches(const char *value)
{
	size_t len = strlen(value);
	char *block = malloc(len > 0 ? len : 1);
	struct request r = {0};
	int result;

	memcpy(block, value, len);
	add(&r, FIELD_IF_NONE_MATCH, "");
	r.kept[0].value = (struct slice){block, len};
	result = is_fresh(&r, 0);
	free(block);
	return result;
}

static void
entity_tags(void **state)
{
	(void)state;
	assert_true(matches(TAG));
	assert_true(matches("W/" TAG));
	assert_true(matches("*"));
	assert_true(matches("\"a\", W/\"b\" ,, " TAG));
	assert_true(matches("\"a,b\"," TAG));
	assert_true(matches("\"a\"\t,\t" TAG " , \"c\""));
	assert_false(matches("\"0123\""));
	assert_false(matches("\"0123-br\""));
	assert_false(matches("\"\""));
	assert_false(matches(""));
}

static void
malformed_tags(void **state)
{
	(void)state;
	assert_false(matches("0123-gz"));
	assert_false(matches("\"0123-gz"));
	assert_false(matches("\""));
	assert_false(matches("W/"));
	assert_false(matches("W"));
	assert_false(matches("w/" TAG));
	assert_false(matches("**"));
	assert_false(matches("\"a\" " TAG));
	assert_false(matches("x, " TAG));
	assert_false(matches(","));
}

static void
several_lines(void **state)
{
	struct request r = {0};

	(void)state;
	add(&r, FIELD_IF_NONE_MATCH, "\"a\"");
	add(&r, FIELD_IF_NONE_MATCH, TAG);
	assert_true(is_fresh(&r, 0));
}

static void
dates(void **state)
{
	(void)state;
	assert_true(fresh(NULL, "Sun, 06 Nov 1994 08:49:37 GMT", MODIFIED));
	assert_true(fresh(NULL, "Sun, 06 Nov 1994 08:49:38 GMT", MODIFIED));
	assert_true(fresh(NULL, "Sun Nov  6 08:49:37 1994", MODIFIED));
	assert_false(fresh(NULL, "Sun, 06 Nov 1994 08:49:36 GMT", MODIFIED));
	assert_false(fresh(NULL, "Sun, 06 Nov 1994 08:49:37 GMT", 0));
	assert_false(fresh(NULL, "yesterday", MODIFIED));
	assert_false(fresh(NULL, "", MODIFIED));
	assert_false(fresh(NULL, NULL, MODIFIED));
}

/* RFC 9110 section 13.1.3: the date is for who knows no tags. */
static void
tag_before_date(void **state)
{
	static const char date[] = "Sun, 06 Nov 1994 08:49:37 GMT";

	(void)state;
	assert_false(fresh("\"other\"", date, MODIFIED));
	assert_false(fresh("malformed", date, MODIFIED));
	assert_true(fresh(TAG, "Sun, 06 Nov 1994 08:49:36 GMT", MODIFIED));
}

static void
two_dates_are_none(void **state)
{
	static const char date[] = "Sun, 06 Nov 1994 08:49:37 GMT";
	struct request r = {0};

	(void)state;
	add(&r, FIELD_IF_MODIFIED_SINCE, date);
	add(&r, FIELD_IF_MODIFIED_SINCE, date);
	assert_false(is_fresh(&r, MODIFIED));
}

#define SAME  "Sun, 06 Nov 1994 08:49:37 GMT"
#define OLDER "Sun, 06 Nov 1994 08:49:36 GMT"
#define NEWER "Sun, 06 Nov 1994 08:49:38 GMT"

static enum conditional
check(const char *match, const char *unmodified, const char *none_match)
{
	struct request r = {0};

	add(&r, FIELD_IF_NONE_MATCH, none_match);
	add(&r, FIELD_IF_UNMODIFIED_SINCE, unmodified);
	add(&r, FIELD_IF_MATCH, match);
	return conditional_check(&r, slice_of(TAG), MODIFIED);
}

static void
if_match(void **state)
{
	(void)state;
	assert_int_equal(check(TAG, NULL, NULL), CONDITIONAL_SEND);
	assert_int_equal(check("*", NULL, NULL), CONDITIONAL_SEND);
	assert_int_equal(check("\"a\", " TAG, NULL, NULL), CONDITIONAL_SEND);
	assert_int_equal(check("\"a\"", NULL, NULL), CONDITIONAL_FAILED);
	assert_int_equal(check("", NULL, NULL), CONDITIONAL_FAILED);
	assert_int_equal(check("malformed", NULL, NULL), CONDITIONAL_FAILED);
	/* Section 13.1.1: the comparison is strong. */
	assert_int_equal(check("W/" TAG, NULL, NULL), CONDITIONAL_FAILED);
	assert_int_equal(check("W/" TAG "," TAG, NULL, NULL), CONDITIONAL_SEND);
}

static void
if_unmodified_since(void **state)
{
	struct request r = {0};

	(void)state;
	assert_int_equal(check(NULL, SAME, NULL), CONDITIONAL_SEND);
	assert_int_equal(check(NULL, NEWER, NULL), CONDITIONAL_SEND);
	assert_int_equal(check(NULL, OLDER, NULL), CONDITIONAL_FAILED);
	assert_int_equal(check(NULL, "never", NULL), CONDITIONAL_SEND);
	/* Not looked at beside If-Match. */
	assert_int_equal(check(TAG, OLDER, NULL), CONDITIONAL_SEND);
	add(&r, FIELD_IF_UNMODIFIED_SINCE, OLDER);
	assert_int_equal(conditional_check(&r, slice_of(TAG), 0),
			 CONDITIONAL_SEND);
}

/* Section 13.2.2: what fails first decides. */
static void
precedence(void **state)
{
	(void)state;
	assert_int_equal(check(TAG, NULL, TAG), CONDITIONAL_FRESH);
	assert_int_equal(check("\"a\"", NULL, TAG), CONDITIONAL_FAILED);
	assert_int_equal(check(NULL, OLDER, TAG), CONDITIONAL_FAILED);
	assert_int_equal(check(NULL, SAME, "\"a\""), CONDITIONAL_SEND);
}

static int
if_range(const char *first, const char *second)
{
	struct request r = {0};

	add(&r, FIELD_IF_RANGE, first);
	add(&r, FIELD_IF_RANGE, second);
	return conditional_if_range(&r, slice_of(TAG));
}

static void
if_ranges(void **state)
{
	(void)state;
	assert_true(if_range(NULL, NULL));
	assert_true(if_range(TAG, NULL));
	assert_false(if_range("W/" TAG, NULL));
	assert_false(if_range("\"a\"", NULL));
	assert_false(if_range("*", NULL));
	assert_false(if_range(TAG ", " TAG, NULL));
	assert_false(if_range(TAG, TAG));
	assert_false(if_range("", NULL));
	/* A date is no strong validator here. */
	assert_false(if_range(SAME, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(entity_tags),
	    cmocka_unit_test(malformed_tags),
	    cmocka_unit_test(several_lines),
	    cmocka_unit_test(dates),
	    cmocka_unit_test(tag_before_date),
	    cmocka_unit_test(two_dates_are_none),
	    cmocka_unit_test(if_match),
	    cmocka_unit_test(if_unmodified_since),
	    cmocka_unit_test(precedence),
	    cmocka_unit_test(if_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
