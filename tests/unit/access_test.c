/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/http/access_log.h"
#include "../../daemon/http/peer.h"
#include "../../daemon/http/unread.h"
#include "../../daemon/ipc.h"
#include "../../daemon/utf8.h"

#define DATE "Sun, 06 Nov 1994 08:49:37 GMT"

static char line[ACCESS_LINE_MAX + 1];

/* Nothing is known of it. */
static const struct request unknown = {.framing = {.minor = UNREAD_MINOR}};

static struct http_peer
peer_of(int family, const char *text)
{
	struct http_peer p = {0};
	uint8_t address[16] = {0};

	if (family != AF_UNSPEC)
		assert_int_equal(inet_pton(family, text, address), 1);
	peer_set(&p, family, address);
	return p;
}

static struct request
request_of(const char *target, const char *referer, const char *agent)
{
	struct request r = {.method = METHOD_GET,
			    .method_name = slice_of("GET"),
			    .target = slice_of(target),
			    .referer = slice_of(referer),
			    .agent = slice_of(agent),
			    .framing = {.minor = 1}};

	return r;
}

/* The line, without its line feed. */
static const char *
write_line(const struct request *r, struct http_peer peer,
	   enum counted_protocol protocol, enum access_format format,
	   enum access_address address)
{
	struct access a = {DATE, &peer, protocol, r, 200, 12345};
	size_t len = access_line(line, &a, format, address);

	assert_true(len <= ACCESS_LINE_MAX);
	assert_int_equal(line[len - 1], '\n');
	assert_null(memchr(line, '\n', len - 1));
	line[len - 1] = '\0';
	assert_int_equal(strlen(line), len - 1);
	return line;
}

static const char *
combined(const char *target, const char *referer, const char *agent)
{
	struct request r = request_of(target, referer, agent);

	return write_line(&r, peer_of(AF_INET, "192.0.2.77"), COUNTED_H1,
			  ACCESS_COMBINED, ACCESS_TRUNCATED);
}

static const char *
json(const char *target, const char *referer, const char *agent)
{
	struct request r = request_of(target, referer, agent);

	return write_line(&r, peer_of(AF_INET, "192.0.2.77"), COUNTED_H1,
			  ACCESS_JSON, ACCESS_WHOLE);
}

/* ------------------------------------------------------------- addresses -- */

static void
addresses(void **state)
{
	static const char *const six[] = {"2001:db8:1:2:3:4:5:6",
					  "2001:db8::1",
					  "::",
					  "::1",
					  "1::",
					  "1:0:2::3",
					  "1::2:0:3:4:5",
					  "fe80::ffff:1:0",
					  "0:1:2:3:4:5:6:7",
					  "1:2:3:4:5:6:7:0"};
	char text[PEER_TEXT_MAX];
	struct http_peer p;

	(void)state;
	for (size_t i = 0; i < sizeof(six) / sizeof(six[0]); i++) {
		char wanted[INET6_ADDRSTRLEN];
		uint8_t address[16];

		assert_int_equal(inet_pton(AF_INET6, six[i], address), 1);
		inet_ntop(AF_INET6, address, wanted, sizeof(wanted));
		p = peer_of(AF_INET6, six[i]);
		assert_int_equal(peer_text(&p, text), strlen(wanted));
		assert_memory_equal(text, wanted, strlen(wanted));
	}
	p = peer_of(AF_INET, "203.0.113.9");
	assert_int_equal(peer_text(&p, text), 11);
	assert_memory_equal(text, "203.0.113.9", 11);
	p = peer_of(AF_INET6, "::ffff:203.0.113.9");
	assert_int_equal(p.family, AF_INET);
	assert_int_equal(peer_text(&p, text), 11);
	p = peer_of(AF_UNSPEC, "");
	assert_int_equal(peer_text(&p, text), 0);
}

/* Against inet_ntop, wherever the zeros are. */
static void
all_patterns_of_zeros(void **state)
{
	char text[PEER_TEXT_MAX], wanted[INET6_ADDRSTRLEN];

	(void)state;
	for (unsigned bits = 0; bits < 256; bits++) {
		uint8_t address[16] = {0};
		struct http_peer p = {0};
		size_t len;

		for (int i = 0; i < 8; i++)
			if (bits >> i & 1)
				address[2 * i] = (uint8_t)(0x1a + bits);
		/* inet_ntop writes these in another way. */
		if (bits < 4 || (bits & 0x3f) == 0)
			address[0] = 1;
		inet_ntop(AF_INET6, address, wanted, sizeof(wanted));
		if (strchr(wanted, '.') != NULL)
			continue;
		peer_set(&p, AF_INET6, address);
		len = peer_text(&p, text);
		assert_int_equal(len, strlen(wanted));
		assert_memory_equal(text, wanted, len);
	}
}

static void
truncated_addresses(void **state)
{
	static const struct {
		int family;
		const char *whole, *left;
	} cases[] = {{AF_INET, "192.0.2.77", "192.0.2.0"},
		     {AF_INET6, "2001:db8:1:2:3:4:5:6", "2001:db8:1::"},
		     {AF_INET6, "::ffff:192.0.2.77", "192.0.2.0"},
		     {AF_UNSPEC, "", "-"}};
	struct request r = request_of("/", "", "");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_peer p = peer_of(cases[i].family, cases[i].whole);
		const char *found = write_line(
		    &r, p, COUNTED_H1, ACCESS_COMBINED, ACCESS_TRUNCATED);
		size_t n = strlen(cases[i].left);

		assert_memory_equal(found, cases[i].left, n);
		assert_int_equal(found[n], ' ');
		assert_memory_equal(
		    write_line(&r, p, COUNTED_H1, ACCESS_COMBINED, ACCESS_NONE),
		    "- - - [", 7);
	}
	assert_non_null(strstr(write_line(&r, peer_of(AF_INET, "192.0.2.77"),
					  COUNTED_H1, ACCESS_JSON, ACCESS_NONE),
			       "\"address\":null,"));
}

/* ----------------------------------------------------------------- lines -- */

static void
combined_lines(void **state)
{
	struct request r = request_of("/a?b", "", "curl/7");

	(void)state;
	assert_string_equal(
	    combined("/", "https://a.example/", "x y"),
	    "192.0.2.0 - - [06/Nov/1994:08:49:37 +0000] \"GET / HTTP/1.1\" "
	    "200 12345 \"https://a.example/\" \"x y\"");
	assert_string_equal(
	    write_line(&unknown, peer_of(AF_INET6, "::1"), COUNTED_H1,
		       ACCESS_COMBINED, ACCESS_WHOLE),
	    "::1 - - [06/Nov/1994:08:49:37 +0000] \"-\" 200 12345 \"-\" \"-\"");
	assert_string_equal(
	    write_line(&r, peer_of(AF_UNSPEC, ""), COUNTED_H2, ACCESS_COMBINED,
		       ACCESS_WHOLE),
	    "- - - [06/Nov/1994:08:49:37 +0000] \"GET /a?b HTTP/2.0\" "
	    "200 12345 \"-\" \"curl/7\"");
	r.framing.minor = 0;
	assert_non_null(
	    strstr(write_line(&r, peer_of(AF_UNSPEC, ""), COUNTED_H1,
			      ACCESS_COMBINED, ACCESS_WHOLE),
		   "\"GET /a?b HTTP/1.0\""));
}

static void
json_lines(void **state)
{
	(void)state;
	assert_string_equal(
	    json("/", "", "x y"),
	    "{\"time\":\"1994-11-06T08:49:37Z\",\"address\":\"192.0.2.77\","
	    "\"method\":\"GET\",\"target\":\"/\",\"protocol\":\"HTTP/1.1\","
	    "\"status\":200,\"bytes\":12345,\"referer\":null,\"agent\":"
	    "\"x y\"}");
	assert_string_equal(
	    write_line(&unknown, peer_of(AF_UNSPEC, ""), COUNTED_H1,
		       ACCESS_JSON, ACCESS_WHOLE),
	    "{\"time\":\"1994-11-06T08:49:37Z\",\"address\":null,"
	    "\"method\":null,\"target\":null,\"protocol\":null,"
	    "\"status\":200,\"bytes\":12345,\"referer\":null,\"agent\":null}");
}

/* As far as they came, and never more than three words. */
static void
unread_heads(void **state)
{
	static const struct {
		const char *head, *request, *fields;
	} heads[] = {
	    {"", "-", "\"-\" \"-\""},
	    {"nonsense\r\n\r\n", "-", "\"-\" \"-\""},
	    {"GET", "-", "\"-\" \"-\""},
	    {"GET ", "GET - -", "\"-\" \"-\""},
	    {"G\"T / HTTP/1.1\r\n", "-", "\"-\" \"-\""},
	    {"GET /a", "GET /a -", "\"-\" \"-\""},
	    {"GET /a\r\n", "GET /a -", "\"-\" \"-\""},
	    {"\r\nGET /a HTTP/2.7\r\n", "GET /a HTTP/2.7", "\"-\" \"-\""},
	    {"\r\n\r\nGET /a HTTP/1.1\r\n", "-", "\"-\" \"-\""},
	    {"GET /a b HTTP/1.1\r\n", "GET /a b HTTP/1.1", "\"-\" \"-\""},
	    {"GET /a\nb HTTP/1.1\r\n", "GET /a -", "\"-\" \"-\""},
	    {"GET /\"\\ HTTP/1.1\r\n", "GET /\\x22\\x5C HTTP/1.1",
	     "\"-\" \"-\""},
	    {"GET / HTTP/1.1\r\nX : y\r\nReferer: r \r\nUSER-AGENT:u\r\n",
	     "GET / HTTP/1.1", "\"r\" \"u\""},
	    {"GET / HTTP/1.1\r\nReferer: r\r\nUser-Agent: u", "GET / HTTP/1.1",
	     "\"r\" \"-\""},
	    {"GET / HTTP/1.1\r\nReferer: r\r\nUser-Agent: \x01u\r\n",
	     "GET / HTTP/1.1", "\"r\" \"-\""},
	    {"GET / HTTP/1.1\r\n\r\nUser-Agent: body\r\n", "GET / HTTP/1.1",
	     "\"-\" \"-\""},
	};
	struct request r;

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		char wanted[200];

		unread_request(&r, heads[i].head, strlen(heads[i].head));
		assert_int_equal(r.framing.keep_alive, 0);
		snprintf(wanted, sizeof(wanted), "\"%s\" 200 12345 %s",
			 heads[i].request, heads[i].fields);
		write_line(&r, peer_of(AF_UNSPEC, ""), COUNTED_H1,
			   ACCESS_COMBINED, ACCESS_WHOLE);
		assert_string_equal(strchr(line, '"'), wanted);
	}
	unread_request(&r, "GET /a", 6);
	assert_non_null(
	    strstr(write_line(&r, peer_of(AF_UNSPEC, ""), COUNTED_H1,
			      ACCESS_JSON, ACCESS_WHOLE),
		   "\"method\":\"GET\",\"target\":\"/a\","
		   "\"protocol\":null,"));
}

static void
each_month(void **state)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct http_peer peer = {0};

	(void)state;
	for (unsigned m = 0; m < 12; m++) {
		char date[] = DATE, wanted[16];
		struct access a = {date, &peer, COUNTED_H1, &unknown, 200, 0};

		memcpy(date + 8, names + 3 * m, 3);
		snprintf(wanted, sizeof(wanted), "\"1994-%02u-06T", m + 1);
		access_line(line, &a, ACCESS_JSON, ACCESS_NONE);
		assert_memory_equal(line + 8, wanted, strlen(wanted));
	}
}

/* --------------------------------------------------------------- hostile -- */

static void
escapes(void **state)
{
	const char *hostile = "a\r\n\t\x1b[2J\"\\\x7f\xc3\xa9\xff"
			      "z";

	(void)state;
	assert_non_null(strstr(combined("/", hostile, "u"),
			       "\"a\\x0D\\x0A\\x09\\x1B[2J\\x22\\x5C\\x7F"
			       "\\xC3\\xA9\\xFFz\" \"u\""));
	assert_non_null(strstr(json("/", hostile, "u"),
			       "\"referer\":\"a\\u000d\\u000a\\u0009\\u001b[2J"
			       "\\\"\\\\\\u007f\xc3\xa9\\ufffdz\","));
	assert_non_null(strstr(json("/\xc2\x9b\xed\xa0\x80\xc0\xaf", "", "u"),
			       "\"/\\u009b\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd"
			       "\""));
}

/* Every byte, and every pair of bytes that could be a piece of UTF-8. */
static void
every_byte(void **state)
{
	(void)state;
	for (unsigned n = 1; n < 65536; n += n < 256 ? 1 : 257) {
		char text[3] = {(char)(n & 255), (char)(n >> 8), '\0'};
		const char *found = combined("/", text, text);

		for (const char *p = found; *p != '\0'; p++)
			assert_in_range(*p, 0x20, 0x7e);
		found = json("/", text, text);
		assert_true(utf8_valid(found, strlen(found)));
		for (const char *p = found; *p != '\0'; p++)
			assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
	}
}

/* Among others, that are all looked at together. */
static void
every_place(void **state)
{
	(void)state;
	for (unsigned n = 1; n < 256 * 20; n++) {
		char text[] = "  ~~!#[]ABCxyz019'._-", wanted[64];
		unsigned place = n / 256, c = n % 256;
		int plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';

		if (c == 0)
			continue;
		text[place] = (char)c;
		if (plain)
			snprintf(wanted, sizeof(wanted), "\"%s\" \"-\"", text);
		else
			snprintf(wanted, sizeof(wanted),
				 "\"%.*s\\x%02X%s\" \"-\"", (int)place, text, c,
				 text + place + 1);
		if (strstr(combined("/", text, ""), wanted) == NULL)
			fail_msg("%02x at %u: %s", c, place, line);
		snprintf(wanted, sizeof(wanted), ":\"%s\",", text);
		assert_int_equal(strstr(json("/", text, ""), wanted) != NULL,
				 plain);
	}
}

static void
long_fields(void **state)
{
	static char text[4001];
	static const char *const units[] = {"x", "\xff", "\"", "\x01",
					    "\xf0\x9f\x98\x80"};

	(void)state;
	for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
		size_t n = strlen(units[u]);
		const char *found, *end;

		for (size_t i = 0; i < 4000; i += n)
			memcpy(text + i, units[u], n);
		found = combined(text, text, text);
		assert_true(strlen(found) < ACCESS_LINE_MAX);
		assert_true(strlen(found) > 3 * 1000);
		found = json(text, text, text);
		assert_true(utf8_valid(found, strlen(found)));
		end = strstr(found, "\",\"protocol\":");
		assert_non_null(end);
		assert_string_equal(found + strlen(found) - 2, "\"}");
	}
}

static void
long_method(void **state)
{
	static char text[4001];
	struct request r = request_of(text, text, text);

	(void)state;
	memset(text, '\x01', 4000);
	r = request_of(text, text, text);
	r.method_name = slice_of(text);
	write_line(&r, peer_of(AF_INET6, "1:1:1:1:1:1:1:1"), COUNTED_H2,
		   ACCESS_JSON, ACCESS_WHOLE);
	write_line(&r, peer_of(AF_INET6, "1:1:1:1:1:1:1:1"), COUNTED_H2,
		   ACCESS_COMBINED, ACCESS_WHOLE);
}

/* --------------------------------------------------------------- batches -- */

static uint64_t told;

static void
on_lost(uint64_t lines)
{
	told += lines;
}

static unsigned
lines_in(int fd)
{
	char data[ACCESS_BATCH + 1];
	unsigned n = 0;
	ssize_t len;

	while ((len = recv(fd, data, sizeof(data), MSG_DONTWAIT)) > 0) {
		assert_true(len <= ACCESS_BATCH);
		assert_int_equal(data[len - 1], '\n');
		for (ssize_t i = 0; i < len; i++)
			n += data[i] == '\n';
	}
	return n;
}

/* All lines arrive or are counted, and it never waits. */
static void
batches(void **state)
{
	static struct access_log l;
	struct serve_settings set = {0};
	struct http_peer peer = {0};
	struct access a = {DATE, &peer, COUNTED_H1, &unknown, 400, 16};
	struct event_base *base = event_base_new();
	uint64_t dropped = 0;
	unsigned arrived;
	int fds[2];

	(void)state;
	assert_int_equal(ipc_pair(fds), 0);
	access_log_init(&l, base, fds[0], &set, &dropped, on_lost);
	for (int i = 0; i < 20000; i++)
		access_log_add(&l, &a);
	access_log_flush(&l);
	assert_true(dropped > 0);
	assert_int_equal(told, 0); /* there is no room yet */
	arrived = lines_in(fds[1]);
	assert_true(arrived > 0);
	assert_int_equal(arrived + dropped, 20000);
	access_log_add(&l, &a);
	event_base_dispatch(base); /* the timer, and nothing else */
	assert_int_equal(lines_in(fds[1]), 1);
	assert_int_equal(told, dropped);
	event_base_free(base);
	close(fds[0]);
	close(fds[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses),
	    cmocka_unit_test(all_patterns_of_zeros),
	    cmocka_unit_test(truncated_addresses),
	    cmocka_unit_test(combined_lines),
	    cmocka_unit_test(json_lines),
	    cmocka_unit_test(unread_heads),
	    cmocka_unit_test(each_month),
	    cmocka_unit_test(escapes),
	    cmocka_unit_test(every_byte),
	    cmocka_unit_test(every_place),
	    cmocka_unit_test(long_fields),
	    cmocka_unit_test(long_method),
	    cmocka_unit_test(batches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
