/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/site/date.h"
#include "daemon/site/uuid.h"
#include "daemon/site/spoken.h"

static char text[UUID_TEXT + 1];

/* RFC 4122's own example name, as Python's uuid module computes it. */
static void
test_v5(void **state)
{
	(void)state;
	uuid_format(uuid_v5(uuid_dns, slice_of("www.widgets.com")), text);
	assert_string_equal(text, "21f7f8de-8051-5b89-8680-0195ef798b6a");
	uuid_format(uuid_v5(uuid_dns, slice_of("python.org")), text);
	assert_string_equal(text, "886313e1-3b8a-5372-9b90-0c9aee199e5d");
}

/* Canopy's check value. */
static void
test_canopy(void **state)
{
	(void)state;
	uuid_format(
	    uuid_of_article(1460227820,
			    slice_of("981361ca-e71d-4997-a52c-baeee78e4156")),
	    text);
	assert_string_equal(text, "eef349f2-00da-5681-b9de-6c5f01be9083");
}

static void
test_syntax(void **state)
{
	(void)state;
	assert_true(
	    uuid_is_text(slice_of("981361CA-e71d-4997-a52c-baeee78e4156")));
	assert_false(uuid_is_text(slice_of("")));
	assert_false(
	    uuid_is_text(slice_of("981361ca-e71d-4997-a52c-baeee78e415g")));
	assert_false(
	    uuid_is_text(slice_of("981361ca-e71d-4997-a52cbaeee78e4156-")));
	assert_false(uuid_is_text(
	    (struct slice){"981361ca-e71d-4997-a52c-baeee78e415", 36}));
}

static void
test_dates(void **state)
{
	static const struct {
		int64_t t;
		const char *machine, *human;
	} cases[] = {
	    {0, "1970-01-01T00:00:00Z", "1 January 1970"},
	    {-1, "1969-12-31T23:59:59Z", "31 December 1969"},
	    {951782400, "2000-02-29T00:00:00Z", "29 February 2000"},
	    {951868800, "2000-03-01T00:00:00Z", "1 March 2000"},
	    {4107542399, "2100-02-28T23:59:59Z", "28 February 2100"},
	    {4107542400, "2100-03-01T00:00:00Z", "1 March 2100"},
	    {1460227820, "2016-04-09T18:50:20Z", "9 April 2016"},
	    {253402300799, "9999-12-31T23:59:59Z", "31 December 9999"},
	    {INT64_MAX, "9999-12-31T23:59:59Z", "31 December 9999"},
	    {-62135596800, "0001-01-01T00:00:00Z", "1 January 1"},
	    {INT64_MIN, "0001-01-01T00:00:00Z", "1 January 1"},
	};
	char out[DATE_LEN + 1];
	unsigned year, month, day;
	struct buf human = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		date_rfc3339(cases[i].t, out);
		assert_string_equal(out, cases[i].machine);
		date_day(cases[i].t, &year, &month, &day);
		buf_clear(&human);
		spoken_date(&human, spoken_builtin(slice_of("en")), year, month,
			   day);
		assert_string_equal(buf_cstr(&human), cases[i].human);
	}
	buf_free(&human);
	date_canopy(1460227820, out);
	assert_string_equal(out, "2016-04-09T18:50:20-00:00");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_v5),
	    cmocka_unit_test(test_canopy),
	    cmocka_unit_test(test_syntax),
	    cmocka_unit_test(test_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
