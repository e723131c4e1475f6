/* SPDX-License-Identifier: ISC */
#include "proxy.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "../sock.h"
#include "field.h"
#include "peer.h"

#define MORE	    0
#define BAD	    (-1)
#define TEXT_MAX    107 /* section 2.1, with its CRLF */
#define BINARY_HEAD 16

static const struct slice signature = SLICE_INIT("\r\n\r\n\0\r\nQUIT\n");

/* Does what has come agree with what should come? */
static int
begins_like(const char *data, size_t len, const char *text, size_t text_len)
{
	return memcmp(data, text, len < text_len ? len : text_len) == 0;
}

/* ------------------------------------------------- version 1, section 2.1 --
 */

static int
is_port(struct slice s)
{
	unsigned long n = 0;

	if (s.len == 0 || s.len > 5 || field_span(s, CLASS_DIGIT) != s.len ||
	    (s.data[0] == '0' && s.len > 1))
		return 0;
	for (size_t i = 0; i < s.len; i++)
		n = n * 10 + (unsigned long)(s.data[i] - '0');
	return n <= 65535;
}

static int
read_address(int family, struct slice s, uint8_t out[16])
{
	char text[INET6_ADDRSTRLEN];

	if (s.len == 0 || s.len >= sizeof(text) ||
	    memchr(s.data, '\0', s.len) != NULL)
		return 0;
	memcpy(text, s.data, s.len);
	text[s.len] = '\0';
	return inet_pton(family, text, out) == 1;
}

/* "TCP4 source destination port port". */
static int
read_text(struct slice line, struct http_peer *peer)
{
	struct slice word[5];
	uint8_t source[16], destination[16];
	int family;

	if (slice_is(line, "UNKNOWN") ||
	    (line.len > 8 && memcmp(line.data, "UNKNOWN ", 8) == 0))
		return 0;
	for (int i = 0; i < 5; i++)
		if (field_cut(line, ' ', &word[i], &line) != (i < 4))
			return BAD;
	family = slice_is(word[0], "TCP4")   ? AF_INET
		 : slice_is(word[0], "TCP6") ? AF_INET6
					     : AF_UNSPEC;
	if (family == AF_UNSPEC || !read_address(family, word[1], source) ||
	    !read_address(family, word[2], destination) || !is_port(word[3]) ||
	    !is_port(word[4]))
		return BAD;
	peer_set(peer, family, source);
	return 0;
}

static int
parse_text(const char *data, size_t len, struct http_peer *peer)
{
	static const char start[] = "PROXY ";
	size_t n = sizeof(start) - 1;
	const char *end;

	if (!begins_like(data, len, start, n))
		return BAD;
	end = memchr(data, '\n', len < TEXT_MAX ? len : TEXT_MAX);
	if (end == NULL)
		return len < TEXT_MAX ? MORE : BAD;
	end--;
	if (memchr(data, '\r', len) != end ||
	    read_text((struct slice){data + n, (size_t)(end - data) - n},
		      peer) == BAD)
		return BAD;
	return (int)(end + 2 - data);
}

/* ------------------------------------------------- version 2, section 2.2 --
 */

/* How many bytes of addresses there must be; a datagram's are not for us. */
static int
addresses_len(unsigned family)
{
	switch (family) {
	case 0x00: /* AF_UNSPEC: none are to be used */
		return 0;
	case 0x11: /* TCP over IPv4 */
		return 12;
	case 0x21: /* TCP over IPv6 */
		return 36;
	case 0x31: /* a stream over a Unix socket */
		return 216;
	default:
		return BAD;
	}
}

static int
read_binary(const uint8_t *p, size_t len, struct http_peer *peer)
{
	unsigned command = p[12], family = p[13];
	int wanted = addresses_len(family);

	if (command == 0x20) /* LOCAL: the balancer for itself */
		return 0;
	if (command != 0x21 || wanted == BAD || len < (size_t)wanted)
		return BAD;
	/* What follows the addresses, TLVs, is of no use here. */
	if (family == 0x11)
		peer_set(peer, AF_INET, p + BINARY_HEAD);
	else if (family == 0x21)
		peer_set(peer, AF_INET6, p + BINARY_HEAD);
	else if (family == 0x31)
		peer_set(peer, AF_UNSPEC, NULL);
	return 0;
}

static int
parse_binary(const char *data, size_t len, struct http_peer *peer)
{
	const uint8_t *p = (const uint8_t *)data;
	size_t rest;

	if (!begins_like(data, len, signature.data, signature.len))
		return BAD;
	if (len < BINARY_HEAD)
		return MORE;
	rest = (size_t)p[14] << 8 | p[15];
	if (p[12] >> 4 != 2 || BINARY_HEAD + rest > PROXY_HEAD_MAX)
		return BAD;
	if (len < BINARY_HEAD + rest)
		return MORE;
	if (read_binary(p, rest, peer) == BAD)
		return BAD;
	return (int)(BINARY_HEAD + rest);
}

int
proxy_parse(const char *data, size_t len, struct http_peer *peer)
{
	if (len == 0)
		return MORE;
	return data[0] == 'P' ? parse_text(data, len, peer)
			      : parse_binary(data, len, peer);
}

/* ------------------------------------------------------------ connections --
 */

static int
in_network(const struct proxy_source *s, const struct http_peer *peer)
{
	unsigned whole = s->bits / 8, left = s->bits % 8;

	if (s->family != peer->family)
		return 0;
	if (memcmp(s->address, peer->address, whole) != 0)
		return 0;
	return left == 0 ||
	       (s->address[whole] ^ peer->address[whole]) >> (8 - left) == 0;
}

int
proxy_expected(const struct serve_settings *set, const struct http_peer *peer)
{
	for (uint32_t i = 0; i < set->nproxy_from; i++)
		if (in_network(&set->proxy_from[i], peer))
			return 1;
	return 0;
}

/* All but the header stays in the socket, for TLS reads from there. */
int
proxy_receive(int fd, struct proxy_head *h, struct http_peer *peer)
{
	ssize_t n =
	    sock_recv(fd, h->data + h->len, sizeof(h->data) - h->len, MSG_PEEK);
	size_t own;
	int used;

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return -1;
	used = proxy_parse(h->data, h->len + (size_t)n, peer);
	if (used == BAD)
		return -1;
	own = used == MORE ? (size_t)n : (size_t)used - h->len;
	if (sock_recv(fd, h->data + h->len, own, 0) != (ssize_t)own)
		return -1;
	h->len += own;
	return used != MORE;
}
