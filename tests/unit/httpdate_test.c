/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../daemon/snapshot/headers.h"

static void
assert_date(int64_t t, const char *want)
{
	char got[HTTP_DATE_LEN + 1];

	http_date(t, got);
	assert_string_equal(got, want);
}

static void
test_known(void **state)
{
	(void)state;
	assert_date(784111777, "Sun, 06 Nov 1994 08:49:37 GMT");
	assert_date(0, "Thu, 01 Jan 1970 00:00:00 GMT");
	assert_date(-1, "Wed, 31 Dec 1969 23:59:59 GMT");
	assert_date(951782400, "Tue, 29 Feb 2000 00:00:00 GMT");
	assert_date(4107542400, "Mon, 01 Mar 2100 00:00:00 GMT");
	assert_date(2147483648, "Tue, 19 Jan 2038 03:14:08 GMT");
}

static void
test_clamped(void **state)
{
	(void)state;
	assert_date(INT64_MIN, "Mon, 01 Jan 0001 00:00:00 GMT");
	assert_date(INT64_C(-62135596800), "Mon, 01 Jan 0001 00:00:00 GMT");
	assert_date(INT64_C(253402300799), "Fri, 31 Dec 9999 23:59:59 GMT");
	assert_date(INT64_MAX, "Fri, 31 Dec 9999 23:59:59 GMT");
}

/* Every 97,213 seconds or so from 1601 to 2500, against the C library. */
static void
test_like_libc(void **state)
{
	char want[64], got[HTTP_DATE_LEN + 1];
	int64_t t, back;

	(void)state;
	for (t = INT64_C(-11644473600); t < INT64_C(16725225600); t += 972137) {
		time_t tt = (time_t)t;
		struct tm tm;

		assert_non_null(gmtime_r(&tt, &tm));
		strftime(want, sizeof(want), "%a, %d %b %Y %H:%M:%S GMT", &tm);
		http_date(t, got);
		assert_string_equal(got, want);
		assert_int_equal(http_date_parse(slice_of(got), &back), 0);
		assert_true(back == t);
	}
}

static void
assert_parsed(const char *text, int64_t want)
{
	int64_t t = 0;

	assert_int_equal(http_date_parse(slice_of(text), &t), 0);
	assert_true(t == want);
}

static void
test_three_forms(void **state)
{
	(void)state;
	assert_parsed("Sun, 06 Nov 1994 08:49:37 GMT", 784111777);
	assert_parsed("Sunday, 06-Nov-94 08:49:37 GMT", 784111777);
	assert_parsed("Sun Nov  6 08:49:37 1994", 784111777);
	assert_parsed("Sun Nov 16 08:49:37 1994", 784975777);
	assert_parsed("Thursday, 01-Jan-70 00:00:00 GMT", 0);
	assert_parsed("Sunday, 01-Jan-69 00:00:00 GMT", INT64_C(3124224000));
	/* a wrong day of the week is no reason to send the page again */
	assert_parsed("Mon, 06 Nov 1994 08:49:37 GMT", 784111777);
	/* leap day, leap second */
	assert_parsed("Tue, 29 Feb 2000 00:00:00 GMT", 951782400);
	assert_parsed("Sat, 31 Dec 2016 23:59:60 GMT", 1483228800);
}

static void
test_refused(void **state)
{
	static const char *const bad[] = {"",
					  "Sun",
					  "Sun, ",
					  "0",
					  "Sun, 06 Nov 1994 08:49:37",
					  "Sun, 06 Nov 1994 08:49:37 GMT ",
					  " Sun, 06 Nov 1994 08:49:37 GMT",
					  "Sun, 06 Nov 1994 08:49:37 UTC",
					  "Sun, 6 Nov 1994 08:49:37 GMT",
					  "Sun, 31 Nov 1994 08:49:37 GMT",
					  "Sun, 00 Nov 1994 08:49:37 GMT",
					  "Sun, 06 nov 1994 08:49:37 GMT",
					  "Sun, 06 Nov 1994 24:00:00 GMT",
					  "Sun, 06 Nov 1994 08:60:37 GMT",
					  "Sun, 06 Nov 1994 08:49:61 GMT",
					  "Sun, 29 Feb 1900 08:49:37 GMT",
					  "Sun, 06 Nov 0000 08:49:37 GMT",
					  "Sun, 06 Nov -994 08:49:37 GMT",
					  "Sun, 06-Nov-94 08:49:37 GMT",
					  "Sunday, 06 Nov 1994 08:49:37 GMT",
					  "Sun Nov 6 08:49:37 1994",
					  "Sun Nov  6 08:49:37 19941",
					  "Xxx, 06 Nov 1994 08:49:37 GMT"};
	int64_t t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(http_date_parse(slice_of(bad[i]), &t), -1);
	assert_int_equal(http_date_parse((struct slice){NULL, 0}, &t), -1);
}

/* Not one byte beyond the slice is read: each prefix in a block of its size. */
static void
test_prefixes(void **state)
{
	static const char *const good[] = {"Sun, 06 Nov 1994 08:49:37 GMT",
					   "Sunday, 06-Nov-94 08:49:37 GMT",
					   "Sun Nov  6 08:49:37 1994"};
	size_t i, n;
	int64_t t;

	(void)state;
	for (i = 0; i < 3; i++)
		for (n = 1; n < strlen(good[i]); n++) {
			char *copy = test_malloc(n);

			memcpy(copy, good[i], n);
			assert_int_equal(
			    http_date_parse((struct slice){copy, n}, &t), -1);
			test_free(copy);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_known),
	    cmocka_unit_test(test_clamped),
	    cmocka_unit_test(test_like_libc),
	    cmocka_unit_test(test_three_forms),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
