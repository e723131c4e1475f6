/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/buf.h"
#include "../../daemon/http/peer.h"
#include "../../daemon/http/proxy.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define BYTES(s)  s, sizeof(s) - 1

static struct http_peer peer;

/* In memory of just this size, so that a sanitizer sees a byte too many. */
static int
parse(const char *data, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);
	int n;

	memcpy(copy, data, len);
	memset(&peer, 0, sizeof(peer));
	peer.family = AF_INET6;
	n = proxy_parse(copy, len, &peer);
	free(copy);
	return n;
}

/* Whole in one piece, more to come in any shorter one, and what follows is
 * not looked at. */
static void
expect_good(const char *data, size_t len, const char *address)
{
	char longer[PROXY_HEAD_MAX + 8], text[PEER_TEXT_MAX + 1];

	for (size_t n = 0; n < len; n++)
		assert_int_equal(parse(data, n), 0);
	memcpy(longer, data, len);
	memcpy(longer + len, "\x16\x03\x01\r\nP", 6);
	assert_int_equal(parse(longer, len + 6), len);
	assert_int_equal(parse(data, len), len);
	text[peer_text(&peer, text)] = '\0';
	assert_string_equal(text, address);
}

static void
text_form(void **state)
{
	(void)state;
	expect_good(BYTES("PROXY TCP4 192.0.2.7 10.0.0.1 65535 0\r\n"),
		    "192.0.2.7");
	expect_good(BYTES("PROXY TCP6 2001:db8::7 ::1 1 443\r\n"),
		    "2001:db8::7");
	expect_good(BYTES("PROXY TCP6 ::ffff:192.0.2.7 ::1 1 443\r\n"),
		    "192.0.2.7");
	/* These name nobody: the peer stays as it was. */
	expect_good(BYTES("PROXY UNKNOWN\r\n"), "::");
	expect_good(BYTES("PROXY UNKNOWN ffff::1 what ever\r\n"), "::");
	/* The longest of section 2.1. */
	expect_good(BYTES("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:"
			  "ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 "
			  "65535\r\n"),
		    "::");
}

static void
text_that_is_none(void **state)
{
	static const char *const bad[] = {
	    "PROXY\r\n",
	    "PROXY \r\n",
	    "Proxy UNKNOWN\r\n",
	    "PROXY  UNKNOWN\r\n",
	    "PROXY UNKNOWNX\r\n",
	    "PROXY UNKNOWN\n",
	    "PROXY UNKNOWN a\rb\r\n",
	    "PROXY UNKNOWN a\nb\r\n",
	    "PROXY TCP5 192.0.2.7 10.0.0.1 1 2\r\n",
	    "PROXY TCP4 192.0.2.7 10.0.0.1 1\r\n",
	    "PROXY TCP4 192.0.2.7 10.0.0.1 1 2 3\r\n",
	    "PROXY TCP4 192.0.2.7 10.0.0.1 1 2 \r\n",
	    "PROXY TCP4  192.0.2.7 10.0.0.1 1 2\r\n",
	    "PROXY TCP4 192.0.2.7 10.0.0.1 1 65536\r\n",
	    "PROXY TCP4 192.0.2.7 10.0.0.1 1 01\r\n",
	    "PROXY TCP4 192.0.2.7 10.0.0.1 1 -1\r\n",
	    "PROXY TCP4 192.0.2.7 10.0.0.1 1 \r\n",
	    "PROXY TCP4 192.0.2.256 10.0.0.1 1 2\r\n",
	    "PROXY TCP4 192.0.2.07 10.0.0.1 1 2\r\n",
	    "PROXY TCP4 192.0.2.7 10.0.0 1 2\r\n",
	    "PROXY TCP4 ::1 ::1 1 2\r\n",
	    "PROXY TCP6 192.0.2.7 10.0.0.1 1 2\r\n",
	    "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n",
	    "PROXY TCP4 192.0.2.7\t10.0.0.1 1 2\r\n",
	    "GET / HTTP/1.1\r\n",
	    "POST / HTTP/1.1\r\n",
	    "\x16\x03\x01",
	};
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (parse(bad[i], strlen(bad[i])) != -1)
			fail_msg("taken: %s", bad[i]);
	memset(text, 'a', sizeof(text));
	memcpy(text, "PROXY UNKNOWN ", 14);
	assert_int_equal(parse(text, 106), 0);
	assert_int_equal(parse(text, 107), -1);
	memcpy(text + 106, "\r\n", 2);
	assert_int_equal(parse(text, 108), -1);
	assert_int_equal(
	    parse(BYTES("PROXY TCP4 192.0.2.7\0 10.0.0.1 1 2\r\n")), -1);
}

#define FOUR "\xc0\x00\x02\x07\x0a\x00\x00\x01\x00\x01\x01\xbb"
#define SIX                                                            \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\0\0" \
	"\0\0\0\0\0\0\x01\x00\x01\x01\xbb"

static void
binary_form(void **state)
{
	(void)state;
	expect_good(BYTES(SIGNATURE "\x21\x11\x00\x0c" FOUR), "192.0.2.7");
	expect_good(BYTES(SIGNATURE "\x21\x21\x00\x24" SIX), "2001:db8::7");
	/* TLVs, and more of them than there are. */
	expect_good(BYTES(SIGNATURE "\x21\x11\x00\x11" FOUR "\x04\x00\x02xx"),
		    "192.0.2.7");
	expect_good(BYTES(SIGNATURE "\x21\x11\x00\x10" FOUR "\x04\xff\xff_"),
		    "192.0.2.7");
	/* Nobody is named. */
	expect_good(BYTES(SIGNATURE "\x20\x00\x00\x00"), "::");
	expect_good(BYTES(SIGNATURE "\x20\x11\x00\x0c" FOUR), "::");
	expect_good(BYTES(SIGNATURE "\x20\xee\x00\x01_"), "::");
	expect_good(BYTES(SIGNATURE "\x21\x00\x00\x00"), "::");
	expect_good(BYTES(SIGNATURE "\x21\x00\x00\x03___"), "::");
}

static void
binary_unix(void **state)
{
	char head[16 + 216] = SIGNATURE "\x21\x31\x00\xd8";

	(void)state;
	expect_good(head, sizeof(head), "");
	head[15] = '\xd7';
	assert_int_equal(parse(head, sizeof(head)), -1);
}

static void
binary_that_is_none(void **state)
{
	static const struct {
		const char *data;
		size_t len;
	} bad[] = {
	    {BYTES(SIGNATURE "\x11\x11\x00\x0c" FOUR)}, /* version 1 */
	    {BYTES(SIGNATURE "\x31\x11\x00\x0c" FOUR)},
	    {BYTES(SIGNATURE "\x22\x11\x00\x0c" FOUR)}, /* commands */
	    {BYTES(SIGNATURE "\x2f\x11\x00\x0c" FOUR)},
	    {BYTES(SIGNATURE "\x21\x10\x00\x0c" FOUR)}, /* protocols */
	    {BYTES(SIGNATURE "\x21\x12\x00\x0c" FOUR)},
	    {BYTES(SIGNATURE "\x21\x22\x00\x24" SIX)},
	    {BYTES(SIGNATURE "\x21\x41\x00\x0c" FOUR)},
	    {BYTES(SIGNATURE "\x21\x11\x00\x0b" FOUR)}, /* lengths */
	    {BYTES(SIGNATURE "\x21\x11\x00\x00")},
	    {BYTES(SIGNATURE "\x21\x21\x00\x0c" FOUR)},
	    {BYTES(SIGNATURE "\x21\x11\x07\xf1")},
	    {BYTES(SIGNATURE "\x21\x11\xff\xff")},
	    {BYTES("\r\n\r\n\0\r\nQUIT\r\x21\x11\x00\x0c" FOUR)},
	    {BYTES("\r\n\r\nGET")},
	};
	char head[PROXY_HEAD_MAX] = SIGNATURE "\x21\x11\x07\xf0" FOUR;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (parse(bad[i].data, bad[i].len) != -1)
			fail_msg("case %zu was taken", i);
	/* The longest that is taken. */
	assert_int_equal(parse(head, sizeof(head)), sizeof(head));
	assert_int_equal(parse(head, sizeof(head) - 1), 0);
}

/* ------------------------------------------------------------ connections --
 */

static int
expected(const struct serve_settings *set, int family, const char *address)
{
	struct http_peer p = {0};
	uint8_t bytes[16];

	if (family != AF_UNSPEC)
		assert_int_equal(inet_pton(family, address, bytes), 1);
	peer_set(&p, family, bytes);
	return proxy_expected(set, &p);
}

static void
who_is_a_proxy(void **state)
{
	struct serve_settings set = {
	    .proxy_from = {{AF_INET, 12, {10, 0x10}},
			   {AF_INET6, 128, {[15] = 1}},
			   {AF_INET6, 7, {0xfc}},
			   {AF_INET, 32, {192, 0, 2, 1}}},
	    .nproxy_from = 4};

	(void)state;
	assert_true(expected(&set, AF_INET, "10.16.0.0"));
	assert_true(expected(&set, AF_INET, "10.31.255.255"));
	assert_false(expected(&set, AF_INET, "10.32.0.0"));
	assert_false(expected(&set, AF_INET, "10.15.255.255"));
	assert_true(expected(&set, AF_INET6, "::1"));
	assert_false(expected(&set, AF_INET6, "::2"));
	assert_true(expected(&set, AF_INET6, "fd00::1"));
	assert_false(expected(&set, AF_INET6, "fe80::1"));
	assert_true(expected(&set, AF_INET, "192.0.2.1"));
	assert_false(expected(&set, AF_INET, "192.0.2.0"));
	assert_false(expected(&set, AF_UNSPEC, ""));
	set.proxy_from[0] = (struct proxy_source){.family = AF_UNSPEC};
	assert_true(expected(&set, AF_UNSPEC, ""));
	assert_false(expected(&set, AF_INET, "10.16.0.0"));
	set.nproxy_from = 0;
	assert_false(expected(&set, AF_UNSPEC, ""));
	set.proxy_from[0] = (struct proxy_source){.family = AF_INET};
	set.nproxy_from = 1;
	assert_true(expected(&set, AF_INET, "203.0.113.9"));
	assert_false(expected(&set, AF_INET6, "::1"));
}

/* In pieces of any length, no byte of what follows is taken. */
static void
receiving(void **state)
{
	static const char text[] = "PROXY TCP4 192.0.2.7 10.0.0.1 1 2\r\nrest";
	static const char binary[] =
	    SIGNATURE "\x21\x11\x00\x10" FOUR "\x04\x00\x01_rest";

	(void)state;
	for (size_t piece = 1; piece < 64; piece++) {
		int second = piece % 2;
		const char *data = second ? binary : text;
		size_t len = (second ? sizeof(binary) : sizeof(text)) - 1;
		struct proxy_head h = {0};
		struct http_peer p = {0};
		int fds[2], done = 0;
		char rest[8];

		assert_int_equal(
		    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds),
		    0);
		assert_int_equal(proxy_receive(fds[0], &h, &p), 0);
		for (size_t at = 0; at < len; at += piece) {
			size_t n = len - at < piece ? len - at : piece;

			assert_int_equal(write(fds[1], data + at, n), n);
			if (!done)
				done = proxy_receive(fds[0], &h, &p);
			assert_int_not_equal(done, -1);
		}
		assert_int_equal(done, 1);
		assert_int_equal(p.family, AF_INET);
		assert_int_equal(read(fds[0], rest, sizeof(rest)), 4);
		assert_memory_equal(rest, "rest", 4);
		close(fds[1]);
		assert_int_equal(proxy_receive(fds[0], &h, &p), -1);
		close(fds[0]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_form),
	    cmocka_unit_test(text_that_is_none),
	    cmocka_unit_test(binary_form),
	    cmocka_unit_test(binary_unix),
	    cmocka_unit_test(binary_that_is_none),
	    cmocka_unit_test(who_is_a_proxy),
	    cmocka_unit_test(receiving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
