/* SPDX-License-Identifier: ISC */
#include "../../guest/cmdline.h"

#include <arpa/inet.h>

#include "fuzz.h"

/* A kernel's command line: what is taken for an address is one, and means the
 * same when it is written down and read again. */

static size_t
put(char *text, size_t size, const struct ip6 *ip)
{
	char a[INET6_ADDRSTRLEN], g[INET6_ADDRSTRLEN];
	int n;

	CHECK(inet_ntop(AF_INET6, &ip->address, a, sizeof(a)) != NULL);
	CHECK(inet_ntop(AF_INET6, &ip->gateway, g, sizeof(g)) != NULL);
	n = snprintf(text, size, "%s/%u%s%s", a, ip->prefix,
		     ip->has_gateway ? "," : "", ip->has_gateway ? g : "");
	CHECK(n > 0 && (size_t)n < size);
	return (size_t)n;
}

static void
check_address(const char *value)
{
	char text[CMDLINE_WORD];
	struct ip6 ip, again;
	struct err err = {""};

	if (cmdline_ip6(value, &ip, &err) == -1) {
		CHECK(err.text[0] != '\0');
		return;
	}
	CHECK(ip.prefix >= 1 && ip.prefix <= 128);
	CHECK(!IN6_IS_ADDR_MULTICAST(&ip.address));
	CHECK(!IN6_IS_ADDR_UNSPECIFIED(&ip.address));
	put(text, sizeof(text), &ip);
	CHECK(cmdline_ip6(text, &again, &err) == 0);
	CHECK(memcmp(&ip, &again, sizeof(ip)) == 0);
	if (ip.has_gateway && ip.prefix == 128)
		CHECK(ip6_gateway_is_near(&ip) ==
		      IN6_IS_ADDR_LINKLOCAL(&ip.gateway));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char line[CMDLINE_MAX];
	char value[CMDLINE_WORD];
	int found;

	len = len < sizeof(line) - 1 ? len : sizeof(line) - 1;
	if (len > 0)
		memcpy(line, data, len);
	line[len] = '\0';
	found = cmdline_value(line, CMDLINE_IP6, value, sizeof(value));
	CHECK(found >= -1 && found <= 1);
	if (found == 1) {
		CHECK(strlen(value) < sizeof(value));
		CHECK(value[strcspn(value, " \t\n")] == '\0');
		CHECK(strstr(line, value) != NULL);
		check_address(value);
	}
	check_address(line);
	return 0;
}
