/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IMAGE_ADDRESS_H
#define BLOGD_IMAGE_ADDRESS_H

#include <stdint.h>

#include "../daemon/err.h"
#include "fault.h"

/*
 * Addresses of one host on one network, IPv4 (RFC 791, RFC 3021 for /31, RFC
 * 6890 for those no host has) and IPv6 (RFC 4291).  No state, no look-ups.
 * IPv4 addresses are numbers in the host's byte order.
 */
#define ADDRESS_TEXT 46 /* the longest IPv6 address, and a NUL */

/* ----------------------------------------------------------------- IPv4 -- */

/* Four decimal numbers.  -1 when it is anything else. */
int net4_parse(const char *text, uint32_t *address);
void net4_text(uint32_t address, char out[ADDRESS_TEXT]);

/* How many bits a mask has; -1 when they are not all in front. */
int net4_mask_bits(uint32_t mask);
uint32_t net4_mask(unsigned bits); /* 0 to 32 */

/* "198.51.100.5" or "198.51.100.5/24", whose bits then are set, else -1. */
int net4_parse_prefix(const char *text, uint32_t *address, int *bits);

struct net4 {
	uint32_t address, mask, gateway;
	int has_gateway;
};

/* Reports all that is wrong, by the options that said it. */
void net4_check(const struct net4 *n, struct faults *faults);
int net4_contains(const struct net4 *n, uint32_t address);

/* Can a host have it?  -1 with err: "is a multicast address" and so on. */
int net4_is_host(uint32_t address, struct err *err);

/* ----------------------------------------------------------------- IPv6 -- */

struct net6 {
	uint8_t address[16];
	unsigned bits;
	uint8_t gateway[16];
	int has_gateway;
};

/* Without a zone ("%eth0").  -1 when it is anything else. */
int net6_parse(const char *text, uint8_t address[16]);
void net6_text(const uint8_t address[16], char out[ADDRESS_TEXT]);

/* "2001:db8::5/64" into address and bits.  -1 with err. */
int net6_parse_prefix(const char *text, struct net6 *n, struct err *err);

void net6_check(const struct net6 *n, struct faults *faults);
int net6_contains(const struct net6 *n, const uint8_t address[16]);
int net6_is_link_local(const uint8_t address[16]);
int net6_is_host(const uint8_t address[16], struct err *err);

#endif
