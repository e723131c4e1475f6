/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../daemon/trim.h"

/* How often memory is given back while connections end one by one. */
static unsigned
shrink(struct trim *t, uint32_t from, uint32_t to)
{
	unsigned times = 0;

	for (uint32_t n = from; n-- > to;)
		times += (unsigned)trim_left(t, n);
	return times;
}

static void
few(void **state)
{
	struct trim t = {0};

	(void)state;
	assert_int_equal(shrink(&t, 32, 0), 0);
}

static void
a_crowd(void **state)
{
	struct trim t = {0};

	(void)state;
	assert_int_equal(shrink(&t, 1001, 251), 0);
	assert_int_equal(shrink(&t, 251, 0), 3); /* 250, 62, 15 */
	assert_int_equal(shrink(&t, 20, 0), 0);
}

/* Who come and go do not make it work for each of them. */
static void
coming_and_going(void **state)
{
	struct trim t = {0};
	unsigned times = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		times += shrink(&t, 1000, 500);
	assert_int_equal(times, 0);
	for (int i = 0; i < 10; i++)
		times += shrink(&t, 1000, 200);
	assert_int_equal(times, 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(few),
	    cmocka_unit_test(a_crowd),
	    cmocka_unit_test(coming_and_going),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
