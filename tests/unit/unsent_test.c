/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../daemon/http/unsent.h"

#define GRACE 1000

static int
slow(struct unsent *u, int64_t now, uint32_t rate)
{
	return unsent_too_slow(u, now, GRACE, rate);
}

/* Who keeps up is never too slow. */
static void
keeps_up(void **state)
{
	struct unsent u = {0};

	(void)state;
	assert_false(slow(&u, 1, 100));
	unsent_begin(&u, 10);
	unsent_clear(&u);
	assert_false(slow(&u, 1000000, 100));
}

static void
least_rate(void **state)
{
	struct unsent u = {0};

	(void)state;
	unsent_begin(&u, 5000);
	assert_false(slow(&u, 5000 + GRACE, 100));
	u.taken = 150;
	assert_false(slow(&u, 5000 + 1500, 100));
	u.taken = 151;
	assert_true(slow(&u, 5000 + 1600, 100));
}

/* A second beginning is none. */
static void
since_the_first(void **state)
{
	struct unsent u = {0};

	(void)state;
	unsent_begin(&u, 5000);
	u.taken = 1;
	unsent_begin(&u, 6900);
	assert_true(slow(&u, 7000, 100));
}

/* Any rate will do, but none at all will not. */
static void
stands_still(void **state)
{
	struct unsent u = {0};

	(void)state;
	unsent_begin(&u, 5000);
	assert_false(slow(&u, 5000 + GRACE, 0));
	u.taken = 1;
	assert_false(slow(&u, 5000 + GRACE, 0));
	assert_false(slow(&u, 5000 + 2 * GRACE, 0));
	assert_true(slow(&u, 5001 + 2 * GRACE, 0));
	u.taken = 2;
	assert_false(slow(&u, 5000 + 9 * GRACE, 0));
	unsent_clear(&u);
	unsent_begin(&u, 90000);
	assert_false(slow(&u, 90000 + GRACE, 0));
	assert_true(slow(&u, 90001 + GRACE, 0));
}

/* So is the whole of it over in a moment. */
static void
no_grace(void **state)
{
	struct unsent u = {0};

	(void)state;
	unsent_begin(&u, 5000);
	assert_false(unsent_too_slow(&u, 5000, 0, 100));
	assert_true(unsent_too_slow(&u, 5001, 0, 100));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keeps_up),	       cmocka_unit_test(least_rate),
	    cmocka_unit_test(since_the_first), cmocka_unit_test(stands_still),
	    cmocka_unit_test(no_grace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
