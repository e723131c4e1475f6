/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../daemon/http/h2_abuse.h"
#include "../../daemon/http/h2_priority.h"

/* How many are let through at one moment, of at most `most`. */
static unsigned
burst(struct h2_abuse *a, uint32_t rate, int64_t now, unsigned most)
{
	unsigned n = 0;

	while (n < most && !h2_abuse_frame(a, rate, now))
		n++;
	return n;
}

static void
a_burst_ends(void **state)
{
	struct h2_abuse a;

	(void)state;
	h2_abuse_begin(&a, 77);
	assert_int_equal(burst(&a, 20, 77, 10000), 200);
}

static void
the_rate_never_ends(void **state)
{
	struct h2_abuse a;

	(void)state;
	h2_abuse_begin(&a, 0);
	for (int64_t now = 0; now < 3600 * 1000; now += 50)
		assert_false(h2_abuse_frame(&a, 20, now));
	/* Nor does asking often, at a rate below one a millisecond. */
	h2_abuse_begin(&a, 0);
	for (int64_t now = 0; now < 100 * 1000; now++)
		if (now % 1000 == 0)
			assert_false(h2_abuse_frame(&a, 1, now));
}

static void
too_fast_for_long(void **state)
{
	struct h2_abuse a;
	int64_t now = 0;

	(void)state;
	h2_abuse_begin(&a, now);
	while (!h2_abuse_frame(&a, 20, now))
		now += 25; /* 40 a second */
	assert_in_range(now, 9000, 11000);
}

static void
time_wraps_around(void **state)
{
	struct h2_abuse a;
	int64_t now = (INT64_C(1) << 32) - 5000;

	(void)state;
	h2_abuse_begin(&a, now);
	for (int i = 0; i < 10000; i++, now += 50)
		assert_false(h2_abuse_frame(&a, 20, now));
}

static void
data_earns(void **state)
{
	struct h2_abuse a;

	(void)state;
	h2_abuse_begin(&a, 0);
	h2_abuse_earn(&a, 100 * 1024);
	assert_int_equal(burst(&a, 20, 0, 10000), 300);
	/* Not without end. */
	h2_abuse_begin(&a, 0);
	for (int i = 0; i < 1000; i++)
		h2_abuse_earn(&a, UINT32_MAX);
	assert_int_equal(burst(&a, 20, 0, 100000), 65536 + 200);
}

static void
resets_have_their_own(void **state)
{
	struct h2_abuse a;
	unsigned n = 0;

	(void)state;
	h2_abuse_begin(&a, 0);
	h2_abuse_earn(&a, 1 << 20);
	while (!h2_abuse_reset(&a, 5, 0))
		n++;
	assert_int_equal(n, 50);
	assert_false(h2_abuse_frame(&a, 20, 0));
	/* A rate beyond what counts is no overflow. */
	assert_false(h2_abuse_reset(&a, UINT32_MAX, 1000));
}

static void
priorities(void **state)
{
	static const struct {
		const char *value;
		struct h2_priority p;
	} cases[] = {
	    {"", {3, 0}},	   {"u=0", {0, 0}},	    {"u=7,i", {7, 1}},
	    {" i ,\tu=5", {5, 1}}, {"i=?1;x, u=1", {1, 1}}, {"i, i=?0", {3, 0}},
	    {"u=8", {3, 0}},	   {"u=-1", {3, 0}},	    {"u=10", {3, 0}},
	    {"U=1", {3, 0}},	   {"u=1, u=2", {2, 0}},    {",,,", {3, 0}},
	    {"u=", {3, 0}},	   {";", {3, 0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct h2_priority p =
		    h2_priority_parse(slice_of(cases[i].value));

		assert_int_equal(p.urgency, cases[i].p.urgency);
		assert_int_equal(p.incremental, cases[i].p.incremental);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_burst_ends),
	    cmocka_unit_test(the_rate_never_ends),
	    cmocka_unit_test(too_fast_for_long),
	    cmocka_unit_test(time_wraps_around),
	    cmocka_unit_test(data_earns),
	    cmocka_unit_test(resets_have_their_own),
	    cmocka_unit_test(priorities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
