/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../daemon/little.h"

#define MIB ((size_t)1 << 20)

static void
half_of_little_is_reserved(void **state)
{
	(void)state;
	assert_int_equal(little_bound_of(40 * MIB, 64 * MIB), 20 * MIB);
	assert_int_equal(little_bound_of(40 * MIB, 20 * MIB), 20 * MIB);
	assert_int_equal(little_bound_of(40 * MIB, MIB), MIB);
	assert_int_equal(little_bound_of(LITTLE_BYTES - 1, 64 * MIB),
			 48 * MIB - 1);
}

static void
elsewhere_all_of_it_is(void **state)
{
	(void)state;
	assert_int_equal(little_bound_of(LITTLE_BYTES, 64 * MIB), 64 * MIB);
	assert_int_equal(little_bound_of(UINT64_MAX, SIZE_MAX), SIZE_MAX);
	assert_false(little_is());
	assert_int_equal(little_bound(64 * MIB), 64 * MIB);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(half_of_little_is_reserved),
	    cmocka_unit_test(elsewhere_all_of_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
