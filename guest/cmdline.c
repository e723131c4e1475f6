/* SPDX-License-Identifier: ISC */
#include "cmdline.h"

#include <arpa/inet.h>

#include <stdlib.h>
#include <string.h>

#define SPACE " \t\n"

int
cmdline_value(const char *line, const char *name, char *value, size_t size)
{
	size_t nlen = strlen(name), len;
	int found = 0;

	for (line += strspn(line, SPACE); *line != '\0';
	     line += len, line += strspn(line, SPACE)) {
		len = strcspn(line, SPACE);
		if (len <= nlen || strncmp(line, name, nlen) != 0 ||
		    line[nlen] != '=')
			continue;
		if (len - nlen - 1 >= size)
			return -1;
		memcpy(value, line + nlen + 1, len - nlen - 1);
		value[len - nlen - 1] = '\0';
		found = 1;
	}
	return found;
}

/* 1 to 128, digits alone; 0 for anything else. */
static unsigned
prefix_of(const char *text)
{
	size_t len = strlen(text);
	unsigned long n;

	if (len < 1 || len > 3 || strspn(text, "0123456789") != len)
		return 0;
	n = strtoul(text, NULL, 10);
	return n <= 128 ? (unsigned)n : 0;
}

static int
is_nobodys(const struct in6_addr *a)
{
	return IN6_IS_ADDR_UNSPECIFIED(a) || IN6_IS_ADDR_LOOPBACK(a) ||
	       IN6_IS_ADDR_MULTICAST(a) || IN6_IS_ADDR_V4MAPPED(a);
}

static int
address_of(const char *text, struct in6_addr *a)
{
	return inet_pton(AF_INET6, text, a) == 1 && !is_nobodys(a);
}

int
cmdline_ip6(const char *value, struct ip6 *ip, struct err *err)
{
	char text[CMDLINE_WORD], *slash, *comma;
	size_t len = strlen(value);

	memset(ip, 0, sizeof(*ip));
	if (len >= sizeof(text))
		return err_set(err, "it is too long");
	memcpy(text, value, len + 1);
	comma = strchr(text, ',');
	if (comma != NULL)
		*comma++ = '\0';
	slash = strchr(text, '/');
	if (slash == NULL)
		return err_set(err, "the prefix is missing, such as /64");
	*slash++ = '\0';
	if (!address_of(text, &ip->address))
		return err_set(err, "\"%s\" is not an IPv6 address of a host",
			       text);
	ip->prefix = prefix_of(slash);
	if (ip->prefix == 0)
		return err_set(err, "the prefix \"%s\" is not from 1 to 128",
			       slash);
	if (comma == NULL)
		return 0;
	if (!address_of(comma, &ip->gateway))
		return err_set(err,
			       "the gateway \"%s\" is not an IPv6 address "
			       "of a host",
			       comma);
	if (memcmp(&ip->address, &ip->gateway, sizeof(ip->address)) == 0)
		return err_set(err, "the gateway is the guest itself");
	ip->has_gateway = 1;
	return 0;
}

int
cmdline_find_ip6(const char *line, struct ip6 *ip, struct err *err)
{
	char value[CMDLINE_WORD];
	int found = cmdline_value(line, CMDLINE_IP6, value, sizeof(value));

	if (found == 0)
		return 0;
	if (found == -1)
		err_set(err, "it is too long");
	else if (cmdline_ip6(value, ip, err) == 0)
		return 1;
	return err_prefix(err, CMDLINE_IP6
			  " on the kernel's command line: ADDRESS/PREFIX or "
			  "ADDRESS/PREFIX,GATEWAY is wanted");
}

int
ip6_gateway_is_near(const struct ip6 *ip)
{
	const unsigned char *a = ip->address.s6_addr, *b = ip->gateway.s6_addr;
	unsigned bytes = ip->prefix / 8, bits = ip->prefix % 8;

	if (IN6_IS_ADDR_LINKLOCAL(&ip->gateway))
		return 1;
	if (memcmp(a, b, bytes) != 0)
		return 0;
	return bits == 0 || (a[bytes] ^ b[bytes]) >> (8 - bits) == 0;
}
