/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../guest/memory.h"

static void
numbers_are_found_by_name(void **state)
{
	const char *text = "MemTotal:          45072 kB\n"
			   "MemAvailable:      21300 kB\n"
			   "xoom_kill 9\noom_kill 2\n";

	(void)state;
	assert_int_equal(memory_number(text, "MemTotal:"), 45072);
	assert_int_equal(memory_number(text, "MemAvailable:"), 21300);
	assert_int_equal(memory_number(text, "oom_kill"), 2);
	assert_int_equal(memory_number(text, "MemFree:"), 0);
	assert_int_equal(memory_number("", "MemFree:"), 0);
}

static void
what_was_given_is_the_sum(void **state)
{
	(void)state;
	assert_int_equal(memory_given("00000000-00000fff : Reserved\n"
				      "00001000-0009fbff : System RAM\n"
				      "0009fc00-0009ffff : Reserved\n"
				      "00100000-03fdffff : System RAM\n"
				      "  01000000-017fffff : Kernel code\n"
				      "  02000000-02ffffff : System RAM\n"
				      "03fe0000-03ffffff : Reserved\n"),
			 64 * 1024);
	assert_int_equal(memory_given("00100000-0010ffff : System RAM (x)\n"),
			 0);
	assert_int_equal(memory_given("nonsense\n-\n00100000-"), 0);
	assert_int_equal(memory_given(""), 0);
}

static void
the_least_is_rounded_up(void **state)
{
	struct memory m = {.given = 64 * 1024, .least = 24 * 1024};

	(void)state;
	assert_int_equal(memory_wanted(&m), 44);
	m.least--;
	assert_int_equal(memory_wanted(&m), 48);
	m.least = 60 * 1024; /* the kernel alone wants more */
	assert_int_equal(memory_wanted(&m), 32);
	m.least = 0;
	assert_int_equal(memory_wanted(&m), 68);
	m.kills = 1;
	assert_int_equal(memory_wanted(&m), 68);
	m.least = 30 * 1024;
	assert_int_equal(memory_wanted(&m), 68);
}

static void
the_line_says_it_all(void **state)
{
	struct memory m = {
	    .given = 64 * 1024, .free = 21 * 1024 + 1023, .least = 9 * 1024};
	char text[256];

	(void)state;
	memory_text(&m, text, sizeof(text));
	assert_string_equal(text,
			    "memory: 64 MiB given, 21 MiB free, least free so "
			    "far 9 MiB; this site needs at least memory = 60");
}

static void
only_a_lower_least_is_news(void **state)
{
	struct memory m = {.least = 9000};

	(void)state;
	assert_false(memory_is_news(&m)); /* not ready yet */
	m.told = 9000;
	assert_false(memory_is_news(&m));
	m.least = 9000 - 1023;
	assert_false(memory_is_news(&m));
	m.least = 9000 - 1024;
	assert_true(memory_is_news(&m));
}

static void
looks_are_rare_when_nothing_changes(void **state)
{
	struct memory m = {0};

	(void)state;
	memory_note(&m, 30000, 1000);
	assert_int_equal(memory_pause(&m, 1000), 250);
	assert_int_equal(memory_pause(&m, 10999), 250);
	assert_int_equal(memory_pause(&m, 11000), 5000);
	memory_note(&m, 30000 - 1023, 20000);
	assert_int_equal(memory_pause(&m, 20000), 5000);
	memory_note(&m, 30000 - 1023 - 1024, 30000);
	assert_int_equal(memory_pause(&m, 30000), 250);
	assert_int_equal(memory_pause(&m, 40000), 5000);
	memory_note(&m, 30000, 50000); /* it is over */
	assert_int_equal(memory_pause(&m, 50000), 250);
	assert_int_equal(m.least, 30000 - 1023 - 1024);
}

static void
looks_are_frequent_when_something_begins(void **state)
{
	struct memory m = {0};

	(void)state;
	assert_int_equal(memory_pause(&m, 1000), 5000);
	memory_expect(&m, 1000);
	assert_int_equal(memory_pause(&m, 10999), 250);
	assert_int_equal(memory_pause(&m, 11000), 5000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_are_found_by_name),
	    cmocka_unit_test(what_was_given_is_the_sum),
	    cmocka_unit_test(the_least_is_rounded_up),
	    cmocka_unit_test(the_line_says_it_all),
	    cmocka_unit_test(only_a_lower_least_is_news),
	    cmocka_unit_test(looks_are_rare_when_nothing_changes),
	    cmocka_unit_test(looks_are_frequent_when_something_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
