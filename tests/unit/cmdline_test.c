/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include <stdio.h>
#include <string.h>

#include "../../guest/cmdline.h"

static void
check_value(const char *line, int found, const char *expected)
{
	char value[16];

	assert_int_equal(cmdline_value(line, "blogd.ip6", value, sizeof(value)),
			 found);
	if (found == 1)
		assert_string_equal(value, expected);
}

static void
the_value_is_found(void **state)
{
	(void)state;
	check_value("", 0, NULL);
	check_value("console=hvc0 panic=-1\n", 0, NULL);
	check_value("blogd.ip6=a", 1, "a");
	check_value(" x blogd.ip6=a/64,b y\n", 1, "a/64,b");
	check_value("blogd.ip6=a blogd.ip6=b\n", 1, "b");
	check_value("blogd.ip6=\n", 1, "");
	check_value("xblogd.ip6=a blogd.ip66=a blogd.ip6 blogd.ip", 0, NULL);
}

static void
what_is_too_long_is_told(void **state)
{
	(void)state;
	check_value("blogd.ip6=123456789012345", 1, "123456789012345");
	check_value("blogd.ip6=1234567890123456", -1, NULL);
}

static int
same(const struct in6_addr *a, const char *text)
{
	struct in6_addr b;

	assert_int_equal(inet_pton(AF_INET6, text, &b), 1);
	return memcmp(a, &b, sizeof(b)) == 0;
}

static void
addresses_are_read(void **state)
{
	struct ip6 ip;
	struct err err;

	(void)state;
	assert_int_equal(cmdline_ip6("2001:db8::5/64", &ip, &err), 0);
	assert_true(same(&ip.address, "2001:db8::5"));
	assert_int_equal(ip.prefix, 64);
	assert_false(ip.has_gateway);
	assert_int_equal(cmdline_ip6("2001:db8::5/128,fe80::1", &ip, &err), 0);
	assert_int_equal(ip.prefix, 128);
	assert_true(ip.has_gateway);
	assert_true(same(&ip.gateway, "fe80::1"));
}

static void
bad_ones_are_refused_with_the_reason(void **state)
{
	static const char *const bad[][2] = {
	    {"", "prefix is missing"},
	    {"2001:db8::5", "prefix is missing"},
	    {"2001:db8::5,fe80::1/64", "prefix is missing"},
	    {"/64", "\"\" is not an IPv6 address"},
	    {"192.0.2.1/24", "\"192.0.2.1\" is not"},
	    {"::ffff:192.0.2.1/96", "is not an IPv6 address"},
	    {"ff02::1/64", "is not an IPv6 address"},
	    {"::1/128", "is not an IPv6 address"},
	    {"::/64", "is not an IPv6 address"},
	    {"[2001:db8::5]/64", "is not an IPv6 address"},
	    {"2001:db8::5%eth0/64", "is not an IPv6 address"},
	    {"2001:db8::5/", "prefix \"\""},
	    {"2001:db8::5/0", "from 1 to 128"},
	    {"2001:db8::5/129", "from 1 to 128"},
	    {"2001:db8::5/+64", "from 1 to 128"},
	    {"2001:db8::5/0064", "from 1 to 128"},
	    {"2001:db8::5/64/64", "from 1 to 128"},
	    {"2001:db8::5/64,", "gateway \"\""},
	    {"2001:db8::5/64,192.0.2.1", "gateway \"192.0.2.1\""},
	    {"2001:db8::5/64,fe80::1,fe80::2", "gateway \"fe80::1,fe80::2\""},
	    {"2001:db8::5/64,2001:db8::5", "the guest itself"},
	    {"1111111111111111111111111111111111111111111111111111111111111111"
	     "11111111111111111111111111111111111111111111111111111111111111/"
	     "64",
	     "too long"},
	};
	struct ip6 ip;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(cmdline_ip6(bad[i][0], &ip, &err), -1);
		if (strstr(err.text, bad[i][1]) == NULL)
			fail_msg("%s: %s", bad[i][0], err.text);
	}
}

static void
the_line_is_searched(void **state)
{
	char line[256];
	struct ip6 ip;
	struct err err;

	(void)state;
	assert_int_equal(cmdline_find_ip6("console=hvc0\n", &ip, &err), 0);
	assert_int_equal(
	    cmdline_find_ip6("x blogd.ip6=2001:db8::5/64 y\n", &ip, &err), 1);
	assert_true(same(&ip.address, "2001:db8::5"));
	assert_int_equal(cmdline_find_ip6("blogd.ip6=::/64", &ip, &err), -1);
	assert_string_equal(err.text,
			    "blogd.ip6 on the kernel's command line: "
			    "ADDRESS/PREFIX or ADDRESS/PREFIX,GATEWAY is "
			    "wanted: \"::\" is not an IPv6 address of a host");
	memset(&err, 'x', sizeof(err));
	snprintf(line, sizeof(line), "blogd.ip6=%0200d", 1);
	assert_int_equal(cmdline_find_ip6(line, &ip, &err), -1);
	assert_string_equal(strrchr(err.text, ':'), ": it is too long");
}

static int
is_near(const char *value)
{
	struct ip6 ip;
	struct err err;

	assert_int_equal(cmdline_ip6(value, &ip, &err), 0);
	return ip6_gateway_is_near(&ip);
}

static void
gateways_are_near_or_far(void **state)
{
	(void)state;
	assert_true(is_near("2001:db8::5/64,2001:db8::1"));
	assert_true(is_near("2001:db8::5/64,fe80::1"));
	assert_true(is_near("2001:db8::5/128,fe80::1"));
	assert_false(is_near("2001:db8::5/64,2001:db8:0:1::1"));
	assert_false(is_near("2001:db8::5/128,2001:db8::4"));
	assert_true(is_near("2001:db8::5/127,2001:db8::4"));
	assert_false(is_near("2001:db8::5/127,2001:db8::6"));
	assert_true(is_near("2001:db8:0:17::5/60,2001:db8:0:1f::1"));
	assert_false(is_near("2001:db8:0:17::5/60,2001:db8:0:20::1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_value_is_found),
	    cmocka_unit_test(what_is_too_long_is_told),
	    cmocka_unit_test(addresses_are_read),
	    cmocka_unit_test(the_line_is_searched),
	    cmocka_unit_test(bad_ones_are_refused_with_the_reason),
	    cmocka_unit_test(gateways_are_near_or_far),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
