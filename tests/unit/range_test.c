/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/http/range.h"

/* The ranges as "first-last first-last", "416" or "ignored". */
static const char *
parse(const char *value, uint64_t length)
{
	static char text[RANGES_MAX * 48];
	size_t len = strlen(value), at = 0;
	/* A block of its own size: nothing may be read behind the value. */
	char *block = malloc(len > 0 ? len : 1);
	struct ranges all;
	enum ranges_result result;

	memcpy(block, value, len);
	result = ranges_parse((struct slice){block, len}, length, &all);
	free(block);
	if (result != RANGES_FOUND)
		return result == RANGES_IGNORED ? "ignored" : "416";
	for (unsigned i = 0; i < all.n; i++)
		at += (size_t)snprintf(
		    text + at, sizeof(text) - at, "%s%llu-%llu",
		    i > 0 ? " " : "", (unsigned long long)all.range[i].first,
		    (unsigned long long)(all.range[i].first + all.range[i].len -
					 1));
	return text;
}

#define EXPECT(value, length, text) \
	assert_string_equal(parse(value, length), text)

static void
single(void **state)
{
	(void)state;
	EXPECT("bytes=0-0", 1000, "0-0");
	EXPECT("bytes=0-499", 1000, "0-499");
	EXPECT("bytes=500-", 1000, "500-999");
	EXPECT("bytes=-1", 1000, "999-999");
	EXPECT("bytes=-500", 1000, "500-999");
	EXPECT("bytes=-5000", 1000, "0-999");
	EXPECT("bytes=999-", 1000, "999-999");
	EXPECT("bytes=0-99999999999999999999999999", 1000, "0-999");
	EXPECT("bytes=007-0008", 1000, "7-8");
	EXPECT("Bytes=1-2", 1000, "1-2"); /* section 14.1: no case */
	EXPECT("bytes= , 1-2 ,", 1000, "1-2");
}

static void
unsatisfiable(void **state)
{
	(void)state;
	EXPECT("bytes=1000-", 1000, "416");
	EXPECT("bytes=1000-2000", 1000, "416");
	EXPECT("bytes=-0", 1000, "416");
	EXPECT("bytes=99999999999999999999999999-", 1000, "416");
	EXPECT("bytes=18446744073709551615-", 1000, "416");
	EXPECT("bytes=2000-,-0", 1000, "416");
	EXPECT("bytes=0-", 0, "416");
	EXPECT("bytes=0-0", 0, "416");
	EXPECT("bytes=-1", 0, "ignored"); /* satisfied by all there is */
}

static void
several(void **state)
{
	(void)state;
	EXPECT("bytes=0-0,-1", 1000, "0-0 999-999");
	EXPECT("bytes=0-9, 10-19 ,\t30-", 1000, "0-9 10-19 30-999");
	EXPECT("bytes=0-9,5000-", 1000, "0-9");
	EXPECT("bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14", 1000,
	       "0-0 2-2 4-4 6-6 8-8 10-10 12-12 14-14");
	EXPECT("bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16", 1000,
	       "ignored");
	EXPECT("bytes=9000-,9000-,9000-,9000-,9000-,9000-,9000-,9000-,0-1",
	       1000, "ignored");
	EXPECT("bytes=0-9,9-12", 1000, "ignored");
	EXPECT("bytes=0-,0-", 1000, "ignored");
	EXPECT("bytes=10-19,0-9", 1000, "ignored");
	EXPECT("bytes=-10,0-1", 1000, "ignored");
}

static void
malformed(void **state)
{
	static const char *const bad[] = {
	    "",
	    "bytes",
	    "bytes=",
	    "bytes=,",
	    "bytes=-",
	    "bytes=a-b",
	    "bytes=5",
	    "bytes=5-4",
	    "bytes=1-2-3",
	    "bytes=--1",
	    "bytes=+1-2",
	    "bytes=1 -2",
	    "bytes=1- 2",
	    "bytes=0x1-2",
	    "bytes =1-2",
	    " bytes=1-2",
	    "items=0-5",
	    "bytes:0-5",
	    "bytes=0-1,x",
	    "bytes=0-1;2-3",
	    "byte=0-1",
	    "bytess=0-1",
	    "=0-1",
	    "none",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		EXPECT(bad[i], 1000, "ignored");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(single),
	    cmocka_unit_test(unsatisfiable),
	    cmocka_unit_test(several),
	    cmocka_unit_test(malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
