/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/socket.h>

#include <string.h>
#include <unistd.h>

#include "../../guest/manager.h"

static unsigned
parse(const char *text)
{
	return manager_parse(text, strlen(text));
}

static void
words_are_told_apart(void **state)
{
	(void)state;
	assert_int_equal(parse("READY=1\nSTATUS=serving"), MANAGER_READY);
	assert_int_equal(parse("STATUS=READY=1"), 0);
	assert_int_equal(parse("READY=0"), 0);
	assert_int_equal(parse("READY=10"), 0);
	assert_int_equal(parse("WATCHDOG=1"), MANAGER_WATCHDOG);
	assert_int_equal(parse("STOPPING=1\nWATCHDOG=1\n"),
			 MANAGER_STOPPING | MANAGER_WATCHDOG);
	assert_int_equal(parse("X_BLOGD_UPDATING=1"), MANAGER_UPDATING);
	assert_int_equal(parse("\n\n"), 0);
	assert_int_equal(parse(""), 0);
	assert_int_equal(manager_parse("READY=1", 6), 0);
}

static void
datagrams_are_read(void **state)
{
	static const char text[] = "READY=1\nSTATUS=x";
	char big[4096];
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	assert_int_equal(manager_read(pair[0]), 0);
	memset(big, '\n', sizeof(big));
	assert_int_equal(send(pair[1], big, sizeof(big), 0), sizeof(big));
	assert_int_equal(send(pair[1], "", 0, 0), 0);
	assert_int_equal(send(pair[1], text, sizeof(text) - 1, 0),
			 sizeof(text) - 1);
	assert_int_equal(send(pair[1], "WATCHDOG=1", 10, 0), 10);
	assert_int_equal(manager_read(pair[0]),
			 MANAGER_READY | MANAGER_WATCHDOG);
	assert_int_equal(manager_read(pair[0]), 0);
	close(pair[0]);
	close(pair[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_are_told_apart),
	    cmocka_unit_test(datagrams_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
