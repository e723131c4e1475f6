/* SPDX-License-Identifier: ISC */
/* The texts that come with descriptors from a service manager. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/fdnames.h"
#include "../../daemon/watchdog.h"

#define COMMIT "570c0b0bdceebdc258aaf794657b58e13d7367b8"

static void
counts(void **state)
{
	static const char *const bad[] = {"",
					  "0",
					  "-1",
					  "+1",
					  " 1",
					  "1 ",
					  "1x",
					  "01",
					  "257",
					  "0x1",
					  "99999999999999999999"};
	struct err err;

	(void)state;
	assert_int_equal(fdnames_count("1", &err), 1);
	assert_int_equal(fdnames_count("256", &err), 256);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(fdnames_count(bad[i], &err), 0);
		assert_non_null(strstr(err.text, "LISTEN_FDS"));
	}
}

static int
split(const char *list, unsigned n, const char *names[PASSED_MAX])
{
	static char text[1024];
	struct err err;

	snprintf(text, sizeof(text), "%s", list);
	return fdnames_split(text, names, n, &err);
}

static void
lists(void **state)
{
	const char *names[PASSED_MAX];
	char longest[FDNAME_MAX + 2];

	(void)state;
	assert_int_equal(split("https:http", 2, names), 0);
	assert_string_equal(names[0], "https");
	assert_string_equal(names[1], "http");
	assert_int_equal(split("https", 2, names), -1);
	assert_int_equal(split("https:http:http", 2, names), -1);
	assert_int_equal(split("https:", 2, names), -1);
	assert_int_equal(split("", 1, names), -1);
	assert_int_equal(split("a\nb", 1, names), -1);
	assert_int_equal(split("a\x7f", 1, names), -1);
	memset(longest, 'a', sizeof(longest));
	longest[FDNAME_MAX + 1] = '\0';
	assert_int_equal(split(longest, 1, names), -1);
	longest[FDNAME_MAX] = '\0';
	assert_int_equal(split(longest, 1, names), 0);
}

static void
kinds(void **state)
{
	(void)state;
	for (unsigned k = 0; k < PASSED_KINDS; k++)
		assert_int_equal(fdnames_kind(passed_name(k)), k);
	assert_int_equal(fdnames_kind("segment.1"), PASSED_SEGMENT);
	assert_int_equal(fdnames_kind("site."), PASSED_SITE);
	assert_int_equal(fdnames_kind("listen.x"), PASSED_LISTEN);
	assert_int_equal(fdnames_kind("https2"), PASSED_NONE);
	assert_int_equal(fdnames_kind("HTTPS"), PASSED_NONE);
	assert_int_equal(fdnames_kind("segment"), PASSED_NONE);
}

static void
a_site_has_one_name(void **state)
{
	struct stored_site s = {.number = 12,
				.format = SNAPSHOT_MAGIC,
				.settings = 0xfedcba9876543210U,
				.commit = COMMIT,
				.articles = 1,
				.pages = 23,
				.segment = {3, 999999999},
				.nsegments = 2};
	struct stored_site got;
	char name[FDNAME_MAX + 1];

	(void)state;
	stored_site_write(name, &s);
	assert_string_equal(name,
			    "site.12." SNAPSHOT_MAGIC
			    ".fedcba9876543210." COMMIT ".1.23.0.3.999999999");
	assert_int_equal(stored_site_read(name, &got), 0);
	assert_memory_equal(&got, &s, sizeof(s));
}

static void
the_longest_name_fits(void **state)
{
	struct stored_site s = {.number = STORED_LAST,
				.format = SNAPSHOT_MAGIC,
				.settings = UINT64_MAX,
				.articles = STORED_LAST,
				.pages = STORED_LAST,
				.problems = STORED_LAST,
				.nsegments = SEGMENTS_MAX};
	struct stored_site got;
	char name[FDNAME_MAX + 1];

	(void)state;
	memset(s.commit, 'f', sizeof(s.commit) - 1);
	for (unsigned i = 0; i < SEGMENTS_MAX; i++)
		s.segment[i] = STORED_LAST - i;
	stored_site_write(name, &s);
	assert_int_equal(stored_site_read(name, &got), 0);
	assert_memory_equal(&got, &s, sizeof(s));
}

static void
other_names_are_refused(void **state)
{
	static const char *const bad[] = {
	    "site.",
	    "site.1.blogdsn3.0.aa.1.1.1",
	    "site.1.blogdsn3.0.aa.1.1.1.",
	    "site.1.blogdsn3.0.aa.1.1.1.2.",
	    "site.1.blogdsn3.0.aa.1.1.1.2.2",
	    "site.1.blogdsn3.0.aa.1.1.1.1.2.3.4.5.6.7.8.9",
	    "site.01.blogdsn3.0.aa.1.1.1.2",
	    "site.1.blogdsn33.0.aa.1.1.1.2",
	    "site.1..0.aa.1.1.1.2",
	    "site.1.blogdsn3.00.aa.1.1.1.2",
	    "site.1.blogdsn3.10000000000000000.aa.1.1.1.2",
	    "site.1.blogdsn3.0.AA.1.1.1.2",
	    "site.1.blogdsn3.0..1.1.1.2",
	    "site.1.blogdsn3.0.aa.1.1.-1.2",
	    "site.1.blogdsn3.0.aa.1.1.1.1000000000",
	    "segment.",
	    "segment.00",
	    "segment.1.",
	    "segment.1000000000",
	    "listen.",
	    "listen.https",
	    "listen.https.",
	    "listen.control.1",
	    "listen.segment..1",
	    "listen.https.1.",
	};
	struct stored_listen l;
	struct stored_site s;
	uint32_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(stored_site_read(bad[i], &s), -1);
		assert_int_equal(stored_segment_read(bad[i], &n), -1);
		assert_int_equal(stored_listen_read(bad[i], &l), -1);
	}
	assert_int_equal(stored_site_read("site.1.blogdsn3.0.aa.1.1.1.2", &s),
			 0);
	assert_int_equal(stored_segment_read("segment.999999999", &n), 0);
	assert_int_equal(stored_listen_read("listen.metrics.0", &l), 0);
}

static void
half_of_the_watchdogs_time(void **state)
{
	char own[16];

	(void)state;
	snprintf(own, sizeof(own), "%ld", (long)getpid());
	assert_int_equal(watchdog_interval("30000000", own), 15000);
	assert_int_equal(watchdog_interval("30000000", NULL), 15000);
	assert_int_equal(watchdog_interval("1", own), 10);
	assert_int_equal(watchdog_interval(NULL, own), 0);
	assert_int_equal(watchdog_interval("30000000", "1"), 0);
	assert_int_equal(watchdog_interval("0", own), 0);
	assert_int_equal(watchdog_interval("", own), 0);
	assert_int_equal(watchdog_interval("-1", own), 0);
	assert_int_equal(watchdog_interval("1s", own), 0);
	assert_int_equal(watchdog_interval("18446744073709551615", own), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts),
	    cmocka_unit_test(lists),
	    cmocka_unit_test(kinds),
	    cmocka_unit_test(a_site_has_one_name),
	    cmocka_unit_test(the_longest_name_fits),
	    cmocka_unit_test(other_names_are_refused),
	    cmocka_unit_test(half_of_the_watchdogs_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
