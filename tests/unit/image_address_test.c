/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../image/address.h"
#include "image_fixture.h"

/* Checks one address, mask and gateway ("": none): so many faults, and what is
 * said. */
static void
four(const char *address, const char *mask, const char *gateway, unsigned n,
     const char *text)
{
	struct net4 net = {.has_gateway = gateway[0] != '\0'};
	struct caught c;

	assert_int_equal(net4_parse(address, &net.address), 0);
	assert_int_equal(net4_parse(mask, &net.mask), 0);
	if (net.has_gateway)
		assert_int_equal(net4_parse(gateway, &net.gateway), 0);
	caught_begin(&c);
	net4_check(&net, &c.faults);
	caught_are(&c, n, text);
	caught_end(&c);
}

static void
good_ipv4(void **state)
{
	(void)state;
	four("198.51.100.5", "255.255.255.0", "198.51.100.1", 0, "");
	four("198.51.100.5", "255.255.255.0", "", 0, "");
	four("198.51.100.4", "255.255.255.254", "198.51.100.5", 0, "");
	four("198.51.100.5", "255.255.255.254", "198.51.100.4", 0, "");
	four("10.1.255.255", "255.252.0.0", "10.3.255.254", 0, "");
	four("192.168.1.1", "255.255.255.252", "192.168.1.2", 0, "");
	four("128.0.0.1", "128.0.0.0", "192.0.0.1", 0, "");
}

static void
bad_masks(void **state)
{
	(void)state;
	four("198.51.100.5", "255.0.255.0", "198.51.100.1", 1,
	     "has a 1 behind a 0");
	four("198.51.100.5", "0.0.0.255", "198.51.100.1", 1,
	     "has a 1 behind a 0");
	four("198.51.100.5", "0.0.0.0", "198.51.100.1", 1, "neighbours");
	four("198.51.100.5", "255.255.255.255", "198.51.100.1", 1, "/32");
	four("198.51.100.5", "255.255.255.255", "198.51.100.1", 1, "vif-route");
}

static void
bad_addresses(void **state)
{
	(void)state;
	four("198.51.100.0", "255.255.255.0", "198.51.100.1", 1,
	     "the network itself");
	four("198.51.100.255", "255.255.255.0", "198.51.100.1", 1, "broadcast");
	four("198.51.100.67", "255.255.255.252", "198.51.100.66", 1,
	     "broadcast");
	four("127.0.0.5", "255.0.0.0", "127.0.0.1", 2, "--ip: 127.0.0.5");
	four("224.0.0.5", "255.0.0.0", "", 1, "multicast");
	four("240.0.0.5", "255.0.0.0", "", 1, "reserved");
	four("0.0.0.5", "255.0.0.0", "", 1, "no address of a host");
	four("255.255.255.255", "255.0.0.0", "", 1, "every net");
}

static void
bad_gateways(void **state)
{
	(void)state;
	four("198.51.100.5", "255.255.255.0", "198.51.101.1", 1, "vif-route");
	four("198.51.100.5", "255.255.255.254", "198.51.100.6", 1,
	     "is not in the net");
	four("198.51.100.5", "255.255.255.0", "198.51.100.5", 1,
	     "the guest itself");
	four("198.51.100.5", "255.255.255.0", "198.51.100.255", 1, "no router");
	four("198.51.100.5", "255.255.255.0", "198.51.100.0", 1, "no router");
	four("198.51.100.5", "255.255.255.0", "239.0.0.1", 1, "multicast");
	/* All at once. */
	four("198.51.100.0", "255.255.255.0", "10.0.0.1", 2, "--gateways:");
	four("224.0.0.1", "255.255.255.255", "127.0.0.1", 3, "--netmask:");
}

static void
texts_of_ipv4(void **state)
{
	uint32_t address;
	char text[ADDRESS_TEXT];
	int bits;

	(void)state;
	for (unsigned i = 0; i <= 32; i++)
		assert_int_equal(net4_mask_bits(net4_mask(i)), i);
	assert_int_equal(net4_mask_bits(0xff00ff00), -1);
	assert_int_equal(net4_parse("1.2.3", &address), -1);
	assert_int_equal(net4_parse("1.2.3.256", &address), -1);
	assert_int_equal(net4_parse(" 1.2.3.4", &address), -1);
	assert_int_equal(net4_parse("1.2.3.4/8", &address), -1);
	assert_int_equal(net4_parse_prefix("1.2.3.4/8", &address, &bits), 0);
	assert_int_equal(bits, 8);
	net4_text(address, text);
	assert_string_equal(text, "1.2.3.4");
	assert_int_equal(net4_parse_prefix("1.2.3.4", &address, &bits), 0);
	assert_int_equal(bits, -1);
	assert_int_equal(net4_parse_prefix("1.2.3.4/33", &address, &bits), -1);
	assert_int_equal(bits, -1);
	assert_int_equal(net4_parse_prefix("1.2.3.4/", &address, &bits), -1);
	assert_int_equal(net4_parse_prefix("1.2.3.4/x", &address, &bits), -1);
	assert_int_equal(net4_parse_prefix("1.2.3.4/024", &address, &bits), -1);
}

static void
six(const char *address, const char *gateway, unsigned n, const char *text)
{
	struct net6 net = {.has_gateway = gateway[0] != '\0'};
	struct caught c;
	struct err err;

	assert_int_equal(net6_parse_prefix(address, &net, &err), 0);
	if (net.has_gateway)
		assert_int_equal(net6_parse(gateway, net.gateway), 0);
	caught_begin(&c);
	net6_check(&net, &c.faults);
	caught_are(&c, n, text);
	caught_end(&c);
}

static void
ipv6(void **state)
{
	(void)state;
	six("2001:db8::5/64", "2001:db8::1", 0, "");
	six("2001:db8::5/64", "fe80::1", 0, "");
	six("2001:db8::5/128", "fe80::1", 0, "");
	six("2001:db8::4/127", "2001:db8::5", 0, "");
	six("2001:db8::5/64", "", 0, "");
	six("2001:db8::5/64", "2001:db8:0:1::1", 0, "is not in the net");
	six("2001:db8::5/128", "2001:db8::1", 0, "warning: ");
	six("2001:db8::5/64", "2001:db8::5", 1, "the guest itself");
	six("2001:db8::/64", "fe80::1", 1, "the net's routers");
	six("ff02::5/64", "", 1, "multicast");
	six("::1/128", "", 1, "loopback");
	six("::/64", "", 1, "no address");
	six("::ffff:1.2.3.4/96", "", 1, "IPv4");
	six("fe80::5/64", "ff02::1", 2, "link-local");
}

static void
texts_of_ipv6(void **state)
{
	static const char *const bad[] = {
	    "2001:db8::5",     "2001:db8::5/",
	    "2001:db8::5/0",   "2001:db8::5/129",
	    "2001:db8::5/6x",  "2001::db8::5/64",
	    "1.2.3.4/24",      "/64",
	    "fe80::1%eth0/64", "2001:db8::5/0064"};
	struct net6 net;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (net6_parse_prefix(bad[i], &net, &err) != -1)
			fail_msg("%s was taken", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_ipv4),     cmocka_unit_test(bad_masks),
	    cmocka_unit_test(bad_addresses), cmocka_unit_test(bad_gateways),
	    cmocka_unit_test(texts_of_ipv4), cmocka_unit_test(ipv6),
	    cmocka_unit_test(texts_of_ipv6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
