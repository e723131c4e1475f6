/* SPDX-License-Identifier: ISC */
#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <stdio.h>
#include <string.h>

int
net4_parse(const char *text, uint32_t *address)
{
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) != 1)
		return -1;
	*address = ntohl(in.s_addr);
	return 0;
}

void
net4_text(uint32_t address, char out[ADDRESS_TEXT])
{
	snprintf(out, ADDRESS_TEXT, "%u.%u.%u.%u", address >> 24,
		 address >> 16 & 255, address >> 8 & 255, address & 255);
}

int
net4_mask_bits(uint32_t mask)
{
	int bits = 0;

	for (; mask & 1U << 31; mask <<= 1)
		bits++;
	return mask == 0 ? bits : -1;
}

uint32_t
net4_mask(unsigned bits)
{
	return bits == 0 ? 0 : ~(uint32_t)0 << (32 - bits);
}

int
net4_parse_prefix(const char *text, uint32_t *address, int *bits)
{
	const char *slash = strchr(text, '/'), *p;
	char alone[ADDRESS_TEXT];
	int n = 0;

	*bits = -1;
	if (slash == NULL)
		return net4_parse(text, address);
	if ((size_t)(slash - text) >= sizeof(alone) || slash[1] == '\0' ||
	    strlen(slash + 1) > 2)
		return -1;
	memcpy(alone, text, (size_t)(slash - text));
	alone[slash - text] = '\0';
	for (p = slash + 1; *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (*p - '0');
	if (*p != '\0' || n > 32 || net4_parse(alone, address) == -1)
		return -1;
	*bits = n;
	return 0;
}

int
net4_is_host(uint32_t address, struct err *err)
{
	if (address == 0xffffffff)
		return err_set(err, "is the broadcast address of every net");
	if (address >> 24 == 0)
		return err_set(err, "is no address of a host: 0.x.x.x "
				    "stands for this net");
	if (address >> 24 == 127)
		return err_set(err, "is a loopback address, which stays "
				    "inside of the guest");
	if (address >> 28 == 14)
		return err_set(err, "is a multicast address");
	if (address >> 28 == 15)
		return err_set(err, "is in 240.0.0.0/4, which is reserved");
	return 0;
}

int
net4_contains(const struct net4 *n, uint32_t address)
{
	return ((n->address ^ address) & n->mask) == 0;
}

/* On a /31 both addresses are hosts'. */
static const char *
special_in(const struct net4 *n, uint32_t address)
{
	if (net4_mask_bits(n->mask) > 30 || !net4_contains(n, address))
		return NULL;
	if ((address & ~n->mask) == 0)
		return "the address of the network itself";
	return (address | n->mask) == 0xffffffff ? "its broadcast address"
						 : NULL;
}

/* 1 when the mask is one that the rest can be measured by. */
static int
check_mask(const struct net4 *n, struct faults *faults)
{
	char mask[ADDRESS_TEXT];
	int bits = net4_mask_bits(n->mask);

	net4_text(n->mask, mask);
	if (bits == -1)
		fault(faults,
		      "--netmask: %s has a 1 behind a 0: a mask is such as "
		      "255.255.255.0",
		      mask);
	else if (bits == 0)
		fault(faults,
		      "--netmask: %s would make all addresses "
		      "neighbours: give the mask of the guest's net",
		      mask);
	else if (bits == 32)
		fault(faults,
		      "--netmask: the kernel takes %s (/32) for none given "
		      "and guesses one: on a routed interface (--script "
		      "vif-route) give a mask that covers the gateway, such "
		      "as 255.255.255.0 (/24), or 255.255.255.254 (/31) where "
		      "the two are a pair",
		      mask);
	return bits > 0 && bits < 32;
}

static void
check_address(const struct net4 *n, int masked, struct faults *faults)
{
	char address[ADDRESS_TEXT], mask[ADDRESS_TEXT];
	struct err err;

	net4_text(n->address, address);
	net4_text(n->mask, mask);
	if (net4_is_host(n->address, &err) == -1)
		fault(faults, "--ip: %s %s", address, err.text);
	else if (masked && special_in(n, n->address) != NULL)
		fault(faults,
		      "--ip: %s with the mask %s is %s: no host can "
		      "have it",
		      address, mask, special_in(n, n->address));
}

static void
check_outside(const struct net4 *n, const char *gateway, struct faults *faults)
{
	char address[ADDRESS_TEXT], mask[ADDRESS_TEXT];

	net4_text(n->address, address);
	net4_text(n->mask, mask);
	fault(faults,
	      "--gateways: %s is not in the net of --ip %s --netmask %s, and "
	      "the kernel refuses such a gateway: on a routed interface "
	      "(--script vif-route) any mask will do that covers both, such "
	      "as /24, or /31 where they are a pair",
	      gateway, address, mask);
}

static void
check_gateway(const struct net4 *n, int masked, struct faults *faults)
{
	char gateway[ADDRESS_TEXT];
	struct err err;

	net4_text(n->gateway, gateway);
	if (net4_is_host(n->gateway, &err) == -1)
		fault(faults, "--gateways: %s %s", gateway, err.text);
	else if (n->gateway == n->address)
		fault(faults,
		      "--gateways: %s is the guest itself (--ip): give the "
		      "router's address",
		      gateway);
	else if (masked && !net4_contains(n, n->gateway))
		check_outside(n, gateway, faults);
	else if (masked && special_in(n, n->gateway) != NULL)
		fault(faults, "--gateways: %s is %s: no router can have it",
		      gateway, special_in(n, n->gateway));
}

void
net4_check(const struct net4 *n, struct faults *faults)
{
	int masked = check_mask(n, faults);

	check_address(n, masked, faults);
	if (n->has_gateway)
		check_gateway(n, masked, faults);
}
