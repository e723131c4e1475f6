/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/git/limits.h"

static const struct git_settings settings = {
    .deadline_s = 60, .silence_s = 10, .max_bytes = 1U << 30};

static void
test_wait(void **state)
{
	struct limits l;
	struct err err;

	(void)state;
	limits_start(&l, &settings, 1000);
	assert_int_equal(limits_wait_ms(&l, 1000), 10000);
	assert_int_equal(limits_wait_ms(&l, 50999), 10000);
	assert_int_equal(limits_wait_ms(&l, 60000), 1000);
	assert_int_equal(limits_wait_ms(&l, 61000), 0);
	assert_int_equal(limits_wait_ms(&l, INT64_MAX), 0);
	assert_int_equal(limits_deadline(&l, 60999, &err), 0);
	assert_int_equal(limits_deadline(&l, 61000, &err), -1);
	assert_non_null(strstr(err.text, "60 seconds"));
	assert_non_null(strstr(err.text, "`fetch.deadline`"));
}

static void
test_timed_out_names_the_setting(void **state)
{
	struct limits l;
	struct err err;

	(void)state;
	limits_start(&l, &settings, 0);
	assert_int_equal(limits_timed_out(&l, 10000, &err), -1);
	assert_non_null(strstr(err.text, "silent for 10 seconds"));
	assert_non_null(strstr(err.text, "`fetch.silence`"));
	assert_int_equal(limits_timed_out(&l, 60000, &err), -1);
	assert_non_null(strstr(err.text, "`fetch.deadline`"));
}

static void
test_longest_times_do_not_overflow(void **state)
{
	struct git_settings s = {.deadline_s = UINT32_MAX,
				 .silence_s = UINT32_MAX};
	struct limits l;

	(void)state;
	limits_start(&l, &s, 0);
	assert_int_equal(limits_wait_ms(&l, 0), INT32_MAX);
}

static void
test_list_has_its_own_budget(void **state)
{
	struct limits l;
	struct err err;

	(void)state;
	limits_start(&l, &settings, 0);
	assert_int_equal(limits_count(&l, LIMITS_REFS, &err), 0);
	assert_int_equal(limits_count(&l, 1, &err), -1);
	assert_non_null(strstr(err.text, "branches"));
}

static void
test_pack_budget(void **state)
{
	struct limits l;
	struct err err;

	(void)state;
	limits_start(&l, &settings, 0);
	assert_int_equal(limits_count(&l, 1000, &err), 0);
	limits_pack(&l);
	assert_int_equal(limits_count(&l, 1U << 30, &err), 0);
	assert_int_equal(limits_count(&l, 1U << 30, &err), -1);
	assert_non_null(strstr(err.text, "1073741824 bytes"));
	assert_non_null(strstr(err.text, "`fetch.max-bytes`"));
	assert_int_equal(limits_pack_size(&l, 1U << 30, &err), 0);
	assert_int_equal(limits_pack_size(&l, (1U << 30) + 1, &err), -1);
}

static void
test_budget_does_not_wrap(void **state)
{
	struct git_settings s = {.max_bytes = UINT64_MAX};
	struct limits l;
	struct err err;

	(void)state;
	limits_start(&l, &s, 0);
	limits_pack(&l);
	assert_true(l.budget == UINT64_MAX);
	assert_int_equal(limits_count(&l, SIZE_MAX, &err), 0);
	assert_int_equal(limits_count(&l, SIZE_MAX, &err), 0);
	assert_true(l.received == UINT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_wait),
	    cmocka_unit_test(test_timed_out_names_the_setting),
	    cmocka_unit_test(test_longest_times_do_not_overflow),
	    cmocka_unit_test(test_list_has_its_own_budget),
	    cmocka_unit_test(test_pack_budget),
	    cmocka_unit_test(test_budget_does_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
