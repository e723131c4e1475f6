/* SPDX-License-Identifier: ISC */
#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string.h>

int
net6_parse(const char *text, uint8_t address[16])
{
	return inet_pton(AF_INET6, text, address) == 1 ? 0 : -1;
}

void
net6_text(const uint8_t address[16], char out[ADDRESS_TEXT])
{
	if (inet_ntop(AF_INET6, address, out, ADDRESS_TEXT) == NULL)
		out[0] = '\0';
}

static int
parse_bits(const char *text, unsigned *bits)
{
	unsigned n = 0;

	if (text[0] == '\0' || strlen(text) > 3)
		return -1;
	for (; *text >= '0' && *text <= '9'; text++)
		n = n * 10 + (unsigned)(*text - '0');
	*bits = n;
	return *text == '\0' && n >= 1 && n <= 128 ? 0 : -1;
}

int
net6_parse_prefix(const char *text, struct net6 *n, struct err *err)
{
	const char *slash = strchr(text, '/');
	char alone[ADDRESS_TEXT];

	if (slash == NULL)
		return err_set(err,
			       "%.64s: the length of the prefix is missing: "
			       "write %.64s/64, or whatever the net has",
			       text, text);
	if ((size_t)(slash - text) >= sizeof(alone))
		return err_set(err, "\"%.64s\" is no IPv6 address", text);
	memcpy(alone, text, (size_t)(slash - text));
	alone[slash - text] = '\0';
	if (net6_parse(alone, n->address) == -1)
		return err_set(err, "\"%s\" is no IPv6 address", alone);
	if (parse_bits(slash + 1, &n->bits) == -1)
		return err_set(err,
			       "\"%.16s\" is no length of a prefix: write 1 "
			       "to 128",
			       slash + 1);
	return 0;
}

int
net6_is_link_local(const uint8_t address[16])
{
	return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

int
net6_is_host(const uint8_t address[16], struct err *err)
{
	static const uint8_t zeros[16];

	if (memcmp(address, zeros, 16) == 0)
		return err_set(err, "stands for no address at all");
	if (memcmp(address, zeros, 15) == 0 && address[15] == 1)
		return err_set(err, "is the loopback address, which stays "
				    "inside of the guest");
	if (address[0] == 0xff)
		return err_set(err, "is a multicast address");
	if (memcmp(address, zeros, 10) == 0 && address[10] == 0xff &&
	    address[11] == 0xff)
		return err_set(err, "is an IPv4 address in IPv6's clothes: "
				    "use --ip");
	return 0;
}

int
net6_contains(const struct net6 *n, const uint8_t address[16])
{
	for (unsigned i = 0; i < n->bits; i++)
		if ((n->address[i / 8] ^ address[i / 8]) >> (7 - i % 8) & 1)
			return 0;
	return 1;
}

/* Nothing but zeros behind the prefix: the routers' anycast address (RFC 4291
 * section 2.6.1), but on a /127 (RFC 6164) and a /128. */
static int
is_anycast(const struct net6 *n)
{
	for (unsigned i = n->bits; i < 128; i++)
		if (n->address[i / 8] >> (7 - i % 8) & 1)
			return 0;
	return n->bits < 127;
}

static void
check_address(const struct net6 *n, struct faults *faults)
{
	char text[ADDRESS_TEXT];
	struct err err;

	net6_text(n->address, text);
	if (net6_is_host(n->address, &err) == -1)
		fault(faults, "--ip6: %s %s", text, err.text);
	else if (net6_is_link_local(n->address))
		fault(faults,
		      "--ip6: %s is link-local, and no reader can reach it: "
		      "the guest makes one by itself",
		      text);
	else if (is_anycast(n))
		fault(faults,
		      "--ip6: %s/%u is the address of the net's "
		      "routers: no host can have it",
		      text, n->bits);
}

static void
check_gateway(const struct net6 *n, struct faults *faults)
{
	char text[ADDRESS_TEXT], address[ADDRESS_TEXT];
	struct err err;

	net6_text(n->gateway, text);
	net6_text(n->address, address);
	if (net6_is_host(n->gateway, &err) == -1)
		fault(faults, "--gateway6: %s %s", text, err.text);
	else if (memcmp(n->gateway, n->address, 16) == 0)
		fault(faults,
		      "--gateway6: %s is the guest itself (--ip6): give the "
		      "router's address",
		      text);
	else if (!net6_is_link_local(n->gateway) &&
		 !net6_contains(n, n->gateway))
		caution(faults,
			"--gateway6: %s is not in the net of --ip6 %s/%u: the "
			"guest looks for it on its interface all the same",
			text, address, n->bits);
}

void
net6_check(const struct net6 *n, struct faults *faults)
{
	check_address(n, faults);
	if (n->has_gateway)
		check_gateway(n, faults);
}
