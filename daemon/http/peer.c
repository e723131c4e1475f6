/* SPDX-License-Identifier: ISC */
#include "peer.h"

#include <netinet/in.h>
#include <string.h>

#define GROUPS 8 /* of 16 bits, in an IPv6 address */

size_t
peer_address_len(int family)
{
	return family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;
}

void
peer_set(struct http_peer *p, int family, const void *address)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	const uint8_t *bytes = address;

	if (family == AF_INET6 && memcmp(bytes, mapped, sizeof(mapped)) == 0) {
		family = AF_INET;
		bytes += sizeof(mapped);
	}
	memset(p->address, 0, sizeof(p->address));
	p->family = AF_UNSPEC;
	if (peer_address_len(family) == 0)
		return;
	p->family = (uint8_t)family;
	memcpy(p->address, bytes, peer_address_len(family));
}

void
peer_set_sockaddr(struct http_peer *p, const struct sockaddr_storage *ss)
{
	const void *address = NULL;

	if (ss->ss_family == AF_INET)
		address = &((const struct sockaddr_in *)ss)->sin_addr;
	else if (ss->ss_family == AF_INET6)
		address = &((const struct sockaddr_in6 *)ss)->sin6_addr;
	peer_set(p, ss->ss_family, address);
}

void
peer_truncate(struct http_peer *p)
{
	size_t kept = p->family == AF_INET ? 3 : 6;

	memset(p->address + kept, 0, sizeof(p->address) - kept);
}

/* Not inet_ntop: it prints by way of sprintf, for every request. */
static char *
put_decimal(char *out, unsigned n)
{
	if (n >= 100)
		*out++ = (char)('0' + n / 100);
	if (n >= 10)
		*out++ = (char)('0' + n / 10 % 10);
	*out++ = (char)('0' + n % 10);
	return out;
}

static size_t
text4(const uint8_t *a, char *out)
{
	char *at = out;

	for (int i = 0; i < 4; i++) {
		if (i > 0)
			*at++ = '.';
		at = put_decimal(at, a[i]);
	}
	return (size_t)(at - out);
}

static unsigned
group(const uint8_t *a, int i)
{
	return (unsigned)a[2 * i] << 8 | a[2 * i + 1];
}

static char *
put_group(char *out, unsigned n)
{
	static const char digits[] = "0123456789abcdef";
	int shift = 12;

	while (shift > 0 && n >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*out++ = digits[n >> shift & 15];
	return out;
}

/* The first of the longest runs of two zeros or more; returns its length, and
 * where it begins. */
static int
longest_zeros(const uint8_t *a, int *start)
{
	int best = 1, n = 0;

	*start = GROUPS;
	for (int i = 0; i < GROUPS; i++) {
		n = group(a, i) == 0 ? n + 1 : 0;
		if (n > best) {
			best = n;
			*start = i + 1 - n;
		}
	}
	return best;
}

static size_t
text6(const uint8_t *a, char *out)
{
	char *at = out;
	int start, len = longest_zeros(a, &start);

	for (int i = 0; i < GROUPS; i++) {
		if (i == start) {
			*at++ = ':';
			i += len - 1;
			if (i == GROUPS - 1)
				*at++ = ':';
			continue;
		}
		if (i > 0)
			*at++ = ':';
		at = put_group(at, group(a, i));
	}
	return (size_t)(at - out);
}

size_t
peer_text(const struct http_peer *p, char out[PEER_TEXT_MAX])
{
	if (p->family == AF_INET)
		return text4(p->address, out);
	return p->family == AF_INET6 ? text6(p->address, out) : 0;
}
