/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../daemon/http/h2_request.h"
#include "../../daemon/http/hpack.h"

static const struct request_limits limits = {
    .head = 8192, .target = 100, .fields = 20};

static void
give(const char *name, size_t name_len, const char *value, size_t value_len,
     hpack_field_fn *fn, void *arg)
{
	struct hpack_field f;

	hpack_field_set(&f, (struct slice){name, name_len},
			(struct slice){value, value_len});
	fn(arg, &f);
}

/* Field lists are written as lines "name: value"; the last space of ": " is no
 * part of the value. */
static void
give_fields(const char *text, hpack_field_fn *fn, void *arg)
{
	while (*text != '\0') {
		const char *colon = strstr(text, ": ");
		const char *end = strchr(text, '\n');

		give(text, (size_t)(colon - text), colon + 2,
		     (size_t)(end - colon - 2), fn, arg);
		text = end + 1;
	}
}

static int
build(struct h2_request *q, const char *text, int end_stream)
{
	memset(q, 0xa5, sizeof(*q)); /* begin owes nothing to what was there */
	h2_request_begin(q);
	give_fields(text, h2_request_field, q);
	return h2_request_end(q, &limits, end_stream);
}

static void
expect(const char *text, int status)
{
	struct h2_request q;
	int found = build(&q, text, 1);

	if (found != status)
		fail_msg("%d, not %d, for\n%s", found, status, text);
}

#define METHOD	  ":method: GET\n"
#define SCHEME	  ":scheme: https\n"
#define AUTHORITY ":authority: a.example\n"
#define PATH	  ":path: /\n"
#define PSEUDO	  METHOD SCHEME AUTHORITY PATH

static void
good(void **state)
{
	struct h2_request q;
	struct slice v;
	unsigned iter = 0;

	(void)state;
	assert_int_equal(build(&q,
			       METHOD SCHEME ":authority: a.example:8443\n"
					     ":path: /a%20b?q=1\n"
					     "accept-encoding: gzip\n"
					     "accept-encoding: br\n"
					     "if-none-match: \"x\"\n"
					     "x-other: \xc3\xbc\n"
					     "cookie: a=b\ncookie: c=d\n",
			       1),
			 REQUEST_OK);
	assert_int_equal(q.r.method, METHOD_GET);
	assert_true(slice_is(q.r.target, "/a%20b?q=1"));
	assert_true(slice_is(q.r.authority, "a.example:8443"));
	assert_int_equal(q.r.framing.content_length, 0);
	assert_false(q.r.framing.chunked);
	assert_false(q.has_length);
	assert_int_equal(q.r.nkept, 3);
	assert_true(request_value(&q.r, FIELD_ACCEPT_ENCODING, &iter, &v));
	assert_true(slice_is(v, "gzip"));
	assert_true(request_value(&q.r, FIELD_ACCEPT_ENCODING, &iter, &v));
	assert_true(slice_is(v, "br"));
	assert_false(request_value(&q.r, FIELD_ACCEPT_ENCODING, &iter, &v));
	expect(PATH AUTHORITY SCHEME METHOD, REQUEST_OK);
	expect(METHOD ":scheme: http\n" AUTHORITY PATH, REQUEST_OK);
	expect(":method: OPTIONS\n" SCHEME AUTHORITY ":path: *\n", REQUEST_OK);
	expect(":method: BREW\n" SCHEME AUTHORITY PATH, REQUEST_OK);
	expect(PSEUDO "te: trailers\n", REQUEST_OK);
	expect(PSEUDO "te: Trailers\n", REQUEST_OK);
	expect(PSEUDO "x: a\tb\n", REQUEST_OK);
	expect(PSEUDO "x: \n", REQUEST_OK);
}

static void
body(void **state)
{
	struct h2_request q;

	(void)state;
	assert_int_equal(build(&q, PSEUDO "content-length: 5\n", 0),
			 REQUEST_OK);
	assert_true(q.has_length);
	assert_int_equal(q.r.framing.content_length, 5);
	assert_int_equal(build(&q, PSEUDO "expect: 100-Continue\n", 0),
			 REQUEST_OK);
	assert_true(q.r.framing.expect_continue);
	assert_false(q.has_length);
	expect(PSEUDO "content-length: 0\n", REQUEST_OK);
	/* RFC 9113 section 8.1.1: the body is over already. */
	expect(PSEUDO "content-length: 5\n", H2_MALFORMED);
	expect(PSEUDO "content-length: 0\ncontent-length: 0\n", H2_MALFORMED);
	expect(PSEUDO "content-length: 1, 1\n", H2_MALFORMED);
	expect(PSEUDO "content-length: +1\n", H2_MALFORMED);
	expect(PSEUDO "content-length: \n", H2_MALFORMED);
	expect(PSEUDO "content-length: 0x1\n", H2_MALFORMED);
	expect(PSEUDO "content-length: 9999999999999999999\n", H2_MALFORMED);
}

/* RFC 9113 section 8.3. */
static void
pseudo_fields(void **state)
{
	static const char *const malformed[] = {
	    "",
	    SCHEME AUTHORITY PATH,
	    METHOD AUTHORITY PATH,
	    METHOD SCHEME AUTHORITY,
	    METHOD PSEUDO,
	    SCHEME PSEUDO,
	    AUTHORITY PSEUDO,
	    PATH PSEUDO,
	    METHOD SCHEME AUTHORITY "x: y\n" PATH,
	    PSEUDO ":status: 200\n",
	    PSEUDO ":protocol: websocket\n",
	    PSEUDO ":: x\n",
	    PSEUDO ":Path: /\n",
	    ":METHOD: GET\n" SCHEME AUTHORITY PATH,
	    PSEUDO "x: y\n:x: y\n",
	    ":method: \n" SCHEME AUTHORITY PATH,
	    ":method: G ET\n" SCHEME AUTHORITY PATH,
	    ":method: GET / HTTP/1.1\r\n" SCHEME AUTHORITY PATH,
	    ":method: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n" SCHEME AUTHORITY
		PATH,
	    METHOD SCHEME AUTHORITY ":path: \n",
	    METHOD SCHEME AUTHORITY ":path: *\n",
	    METHOD SCHEME AUTHORITY ":path: x\n",
	    METHOD SCHEME AUTHORITY ":path: ?x\n",
	    METHOD SCHEME AUTHORITY ":path: https://a.example/\n",
	    METHOD SCHEME AUTHORITY ":path: /a b\n",
	    METHOD SCHEME AUTHORITY ":path: /a\tb\n",
	    METHOD SCHEME AUTHORITY ":path: / HTTP/1.1\n",
	    METHOD SCHEME AUTHORITY ":path: /\r\n",
	    METHOD SCHEME ":authority: a.example\r\n" PATH,
	    METHOD ":scheme: https \n" AUTHORITY PATH,
	    ":method: OPTIONS\n" SCHEME AUTHORITY ":path: **\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
		expect(malformed[i], H2_MALFORMED);
}

/* RFC 9113 sections 8.2.1 and 8.2.2. */
static void
regular_fields(void **state)
{
	static const char *const malformed[] = {
	    PSEUDO ": x\n",
	    PSEUDO "X: y\n",
	    PSEUDO "accept-Encoding: gzip\n",
	    PSEUDO "a b: y\n",
	    PSEUDO "a : y\n",
	    PSEUDO "a\t: y\n",
	    PSEUDO "a:b: y\n",
	    PSEUDO "a\x7f: y\n",
	    PSEUDO "\xc3\xbc: y\n",
	    PSEUDO "a\r: y\n",
	    PSEUDO "(a): y\n",
	    PSEUDO "x:  y\n",
	    PSEUDO "x: y \n",
	    PSEUDO "x: y\t\n",
	    PSEUDO "x: \ty\n",
	    PSEUDO "x:  \n",
	    PSEUDO "x: y\rz\n",
	    PSEUDO "x: y\r\n",
	    PSEUDO "x: 1234567\x01\n",
	    PSEUDO "x: 12345678\x7f\n",
	    PSEUDO "x: 123456789\x1f and more and more\n",
	    PSEUDO "connection: close\n",
	    PSEUDO "connection: \n",
	    PSEUDO "keep-alive: timeout=5\n",
	    PSEUDO "proxy-connection: close\n",
	    PSEUDO "transfer-encoding: chunked\n",
	    PSEUDO "transfer-encoding: identity\n",
	    PSEUDO "upgrade: h2c\n",
	    PSEUDO "te: gzip\n",
	    PSEUDO "te: trailers, gzip\n",
	    PSEUDO "te: \n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
		expect(malformed[i], H2_MALFORMED);
}

/* What text cannot hold. */
static void
zero_and_newline(void **state)
{
	static const char bad[] = {'\0', '\n'};

	(void)state;
	for (size_t length = 1; length < 40; length++)
		for (size_t at = 0; at < length; at++)
			for (size_t i = 0; i < sizeof(bad); i++) {
				char *value = malloc(length);
				struct h2_request q;

				memset(value, 'v', length);
				value[at] = bad[i];
				h2_request_begin(&q);
				give_fields(PSEUDO, h2_request_field, &q);
				give("x", 1, value, length, h2_request_field,
				     &q);
				assert_int_equal(h2_request_end(&q, &limits, 1),
						 H2_MALFORMED);
				free(value);
			}
}

/* RFC 9113 section 8.3.1. */
static void
authority(void **state)
{
	struct h2_request q;

	(void)state;
	assert_int_equal(build(&q, METHOD SCHEME PATH "host: A.example\n", 1),
			 REQUEST_OK);
	assert_true(slice_is(q.r.authority, "A.example"));
	expect(PSEUDO "host: A.example\n", REQUEST_OK);
	expect(METHOD SCHEME ":authority: [::1]:443\n" PATH, REQUEST_OK);
	expect(PSEUDO "host: b.example\n", H2_MALFORMED);
	expect(PSEUDO "host: a.example:443\n", H2_MALFORMED);
	expect(PSEUDO "host: \n", H2_MALFORMED);
	expect(PSEUDO "host: a.example\nhost: a.example\n", H2_MALFORMED);
	expect(METHOD SCHEME PATH, 400);
	expect(METHOD SCHEME PATH "host: \n", 400);
	expect(METHOD SCHEME ":authority: \n" PATH, 400);
	expect(METHOD SCHEME ":authority: \n" PATH "host: a.example\n",
	       H2_MALFORMED);
	expect(METHOD SCHEME ":authority: user@a.example\n" PATH, 400);
	expect(METHOD SCHEME ":authority: a.example/\n" PATH, 400);
	expect(METHOD SCHEME ":authority: a.example:99999\n" PATH, 400);
	expect(METHOD SCHEME PATH "host: a b\n", 400);
	expect(METHOD ":scheme: ftp\n" AUTHORITY PATH, 400);
	expect(METHOD ":scheme: \n" AUTHORITY PATH, 400);
}

/* RFC 9113 section 8.5. */
static void
connect_method(void **state)
{
	(void)state;
	expect(":method: CONNECT\n:authority: a.example:443\n", 501);
	expect(":method: CONNECT\n", H2_MALFORMED);
	expect(":method: CONNECT\nhost: a.example:443\n", H2_MALFORMED);
	expect(":method: CONNECT\n" AUTHORITY PATH, H2_MALFORMED);
	expect(":method: CONNECT\n" AUTHORITY SCHEME, H2_MALFORMED);
	expect(":method: CONNECT\n" SCHEME AUTHORITY PATH, H2_MALFORMED);
}

static void
check_count(unsigned n, const char *line, const char *end, int status)
{
	struct buf text = {0};

	buf_str(&text, PSEUDO);
	while (n-- > 0)
		buf_str(&text, line);
	buf_str(&text, end);
	expect(buf_cstr(&text), status);
	buf_free(&text);
}

static void
within_limits(void **state)
{
	char path[200] = METHOD SCHEME AUTHORITY ":path: /";
	size_t len = strlen(path);

	(void)state;
	check_count(20, "x: y\n", "", REQUEST_OK);
	check_count(21, "x: y\n", "", 431);
	check_count(21, "x: y\n", "X: y\n", H2_MALFORMED);
	check_count(REQUEST_KEPT, "accept-encoding: br\n", "", REQUEST_OK);
	/* The lines after the one too many do not make it good. */
	check_count(REQUEST_KEPT + 1, "accept-encoding: br\n", "x: y\n", 431);
	check_count(REQUEST_KEPT + 1, "accept-encoding: br\n", "X: y\n",
		    H2_MALFORMED);
	memset(path + len, 'p', 99);
	strncpy(path + len + 99, "\n", 2);
	expect(path, REQUEST_OK);
	strncpy(path + len + 99, "p\n", 3);
	expect(path, 414);
}

static int
trailers_malformed(const char *text)
{
	int malformed = 0;

	give_fields(text, h2_trailer_field, &malformed);
	return malformed;
}

static void
trailers(void **state)
{
	(void)state;
	assert_false(trailers_malformed(""));
	assert_false(trailers_malformed("x-checksum: 1\nx: y\n"));
	assert_true(trailers_malformed(PATH));
	assert_true(trailers_malformed(":status: 200\n"));
	assert_true(trailers_malformed("X: y\nx: y\n"));
	assert_true(trailers_malformed("x: y \n"));
	assert_true(trailers_malformed("x: y\rz\n"));
	assert_true(trailers_malformed("connection: close\n"));
	assert_true(trailers_malformed("transfer-encoding: chunked\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good),
	    cmocka_unit_test(body),
	    cmocka_unit_test(pseudo_fields),
	    cmocka_unit_test(regular_fields),
	    cmocka_unit_test(zero_and_newline),
	    cmocka_unit_test(authority),
	    cmocka_unit_test(connect_method),
	    cmocka_unit_test(within_limits),
	    cmocka_unit_test(trailers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
