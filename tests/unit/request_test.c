/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/http/body.h"
#include "../../daemon/http/h1_request.h"
#include "../../daemon/http/target.h"

#define HOST "Host: a.example\r\n"

static const struct request_limits limits = {
    .head = 8192, .target = 2048, .fields = 20};

/* The result for the whole text at once, from a heap block of just its size so
 * that ASan sees any byte read behind it. */
static int
read_len(const char *text, size_t len, struct request *r, char **block)
{
	struct h1_scan scan = {0};
	size_t head_len = 0;
	int status;

	*block = malloc(len > 0 ? len : 1);
	memcpy(*block, text, len);
	status = h1_request_read(*block, len, &limits, &scan, r, &head_len);
	if (status == REQUEST_OK)
		assert_int_equal(head_len, len);
	return status;
}

/* The same, byte by byte: the scan goes on where it stopped. */
static int
read_slowly(const char *text, size_t len)
{
	struct h1_scan scan = {0};
	struct request r;
	size_t head_len;
	int status = REQUEST_INCOMPLETE;

	for (size_t n = 1; n <= len && status == REQUEST_INCOMPLETE; n++) {
		char *block = malloc(n);

		memcpy(block, text, n);
		status =
		    h1_request_read(block, n, &limits, &scan, &r, &head_len);
		free(block);
	}
	return status;
}

static void
expect(const char *text, size_t len, int status)
{
	struct request r;
	char *block;
	int whole = read_len(text, len, &r, &block), slow;

	free(block);
	slow = read_slowly(text, len);
	if (whole != status || slow != status)
		fail_msg("\"%.60s\": %d at once, %d byte by byte, not %d", text,
			 whole, slow, status);
}
#define EXPECT(text, status) expect(text, sizeof(text) - 1, status)

static void
good_requests(void **state)
{
	static const char whole[] = "GET /a%20b?q=1 HTTP/1.1\r\n"
				    "hOsT:  a.example:8443 \t\r\n"
				    "Accept-Encoding: gzip\r\n"
				    "Accept-Encoding: br\r\n"
				    "If-None-Match: \"x\"\r\n"
				    "X-Other:\xc3\xbc\r\n\r\n";
	struct request r;
	struct slice v;
	unsigned iter = 0;
	char *block;

	(void)state;
	assert_int_equal(read_len(whole, sizeof(whole) - 1, &r, &block),
			 REQUEST_OK);
	assert_int_equal(r.method, METHOD_GET);
	assert_true(slice_is(r.target, "/a%20b?q=1"));
	assert_true(slice_is(r.authority, "a.example:8443"));
	assert_true(r.framing.keep_alive);
	assert_int_equal(r.framing.content_length, 0);
	assert_int_equal(r.nkept, 3);
	assert_true(request_value(&r, FIELD_ACCEPT_ENCODING, &iter, &v));
	assert_true(slice_is(v, "gzip"));
	assert_true(request_value(&r, FIELD_ACCEPT_ENCODING, &iter, &v));
	assert_true(slice_is(v, "br"));
	assert_false(request_value(&r, FIELD_ACCEPT_ENCODING, &iter, &v));
	free(block);
	EXPECT("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", REQUEST_OK);
	EXPECT("GET / HTTP/1.0\r\n\r\n", REQUEST_OK);
	EXPECT("\r\nGET / HTTP/1.1\r\n" HOST "\r\n", REQUEST_OK);
	EXPECT("OPTIONS * HTTP/1.1\r\n" HOST "\r\n", REQUEST_OK);
	EXPECT("BREW / HTTP/1.1\r\n" HOST "\r\n", REQUEST_OK);
	EXPECT("GET / HTTP/1.1\r\n" HOST, REQUEST_INCOMPLETE);
	EXPECT("", REQUEST_INCOMPLETE);
}

static void
absolute_form(void **state)
{
	static const char text[] =
	    "GET HTTP://A.example/x HTTP/1.1\r\n" HOST "\r\n";
	struct request r;
	char *block;

	(void)state;
	assert_int_equal(read_len(text, sizeof(text) - 1, &r, &block), 1);
	assert_true(slice_is(r.target, "/x"));
	free(block);
	EXPECT("GET https://a.example HTTP/1.1\r\n" HOST "\r\n", REQUEST_OK);
	EXPECT("GET http://b.example/ HTTP/1.1\r\n" HOST "\r\n", 400);
	EXPECT("GET http://u@a.example/ HTTP/1.1\r\n" HOST "\r\n", 400);
	EXPECT("GET http://a.example?q HTTP/1.1\r\n" HOST "\r\n", 400);
	EXPECT("GET ftp://a.example/ HTTP/1.1\r\n" HOST "\r\n", 400);
	EXPECT("GET http:/ HTTP/1.1\r\n" HOST "\r\n", 400);
	EXPECT("GET * HTTP/1.1\r\n" HOST "\r\n", 400);
	EXPECT("GET a HTTP/1.1\r\n" HOST "\r\n", 400);
	EXPECT("CONNECT a.example:443 HTTP/1.1\r\n" HOST "\r\n", 400);
}

static void
request_line(void **state)
{
	(void)state;
	EXPECT("GET  / HTTP/1.1\r\n", 400);
	EXPECT("GET / HTTP/1.1 \r\n", 400);
	EXPECT(" GET / HTTP/1.1\r\n", 400);
	EXPECT("GET\t/ HTTP/1.1\r\n", 400);
	EXPECT("GET /\tHTTP/1.1\r\n", 400);
	EXPECT("GET /\r\n", 400);
	EXPECT("GET / http/1.1\r\n", 400);
	EXPECT("GET / HTTP/1.1.1\r\n", 400);
	EXPECT("GET / HTTP/11\r\n", 400);
	EXPECT("G(T / HTTP/1.1\r\n", 400);
	EXPECT("/ HTTP/1.1\r\n", 400);
	EXPECT("\x16\x03\x01\x02\x01\x01", 400);
	EXPECT("\r\n\r\n", 400);
	EXPECT("GET / HTTP/2.0\r\n", 505);
	EXPECT("GET / HTTP/0.9\r\n", 505);
	EXPECT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
}

static void
line_ends_and_control_bytes(void **state)
{
	(void)state;
	EXPECT("GET / HTTP/1.1\n" HOST "\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\nHost: a\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\n" HOST "A: b\rc\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\n" HOST "A: b\r\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\n" HOST "A: \0\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\n" HOST "A: \x7f\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\n" HOST "A: \x1b[m\r\n\r\n", 400);
	EXPECT("GET /\0 HTTP/1.1\r\n" HOST "\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\n" HOST " folded\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\n" HOST "A : b\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\n" HOST ": b\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\n" HOST "A\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\n A: b\r\n" HOST "\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\n" HOST "A\xc3: b\r\n\r\n", 400);
}

static void
hosts(void **state)
{
	(void)state;
	EXPECT("GET / HTTP/1.1\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400);
	EXPECT("GET / HTTP/1.0\r\n" HOST HOST "\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\nHost: []\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\nHost: [\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\nHost: \xc3\xbc\r\n\r\n", 400);
	EXPECT("GET / HTTP/1.1\r\nHost: a:\r\n\r\n", REQUEST_OK);
}

#define POST "POST / HTTP/1.1\r\n" HOST

static void
framing(void **state)
{
	(void)state;
	EXPECT(POST "Content-Length: 5\r\n\r\n", REQUEST_OK);
	EXPECT(POST "Transfer-Encoding: Chunked\r\n\r\n", REQUEST_OK);
	EXPECT(POST "Content-Length:\r\n\r\n", 400);
	EXPECT(POST "Content-Length: -1\r\n\r\n", 400);
	EXPECT(POST "Content-Length: +1\r\n\r\n", 400);
	EXPECT(POST "Content-Length: 0x1\r\n\r\n", 400);
	EXPECT(POST "Content-Length: 1 1\r\n\r\n", 400);
	EXPECT(POST "Content-Length: 1, 1\r\n\r\n", 400);
	EXPECT(POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400);
	EXPECT(POST "Content-Length: 18446744073709551616\r\n\r\n", 400);
	EXPECT(POST "Content-Length: 0\r\n"
		    "Transfer-Encoding: chunked\r\n\r\n",
	       400);
	EXPECT(POST "Transfer-Encoding: chunked\r\n"
		    "Content-Length: 0\r\n\r\n",
	       400);
	EXPECT(POST "Transfer-Encoding: chunked\r\n"
		    "Transfer-Encoding: chunked\r\n\r\n",
	       400);
	EXPECT(POST "Transfer-Encoding: gzip, chunked\r\n\r\n", 400);
	EXPECT(POST "Transfer-Encoding: identity\r\n\r\n", 400);
	EXPECT(POST "Transfer-Encoding: \"chunked\"\r\n\r\n", 400);
	EXPECT(POST "Transfer-Encoding: chunked;a=b\r\n\r\n", 400);
	EXPECT(POST "Transfer-Encoding: chunked,\r\n\r\n", 400);
	EXPECT(POST "Transfer-Encoding:\r\n\r\n", 400);
	EXPECT("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400);
}

static int
keeps_alive(const char *text)
{
	struct request r;
	char *block;

	assert_int_equal(read_len(text, strlen(text), &r, &block), REQUEST_OK);
	free(block);
	return r.framing.keep_alive;
}

static void
connection(void **state)
{
	(void)state;
	assert_true(keeps_alive("GET / HTTP/1.1\r\n" HOST "\r\n"));
	assert_false(keeps_alive("GET / HTTP/1.1\r\n" HOST
				 "Connection: x, Close\r\n\r\n"));
	assert_false(keeps_alive("GET / HTTP/1.0\r\n\r\n"));
	assert_true(
	    keeps_alive("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
	assert_false(keeps_alive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n"
				 "Connection: close\r\n\r\n"));
}

/* prefix, n times x, suffix. */
static int
sized(const char *prefix, size_t n, const char *x, const char *suffix)
{
	struct buf b = {0};
	struct request r;
	char *block;
	int status;

	buf_str(&b, prefix);
	for (size_t i = 0; i < n; i++)
		buf_str(&b, x);
	buf_str(&b, suffix);
	status = read_len(b.data, b.len, &r, &block);
	if (status != REQUEST_INCOMPLETE)
		assert_int_equal(read_slowly(b.data, b.len), status);
	free(block);
	buf_free(&b);
	return status;
}

static void
sizes(void **state)
{
	static const char end[] = " HTTP/1.1\r\n" HOST "\r\n";
	static const char get[] = "GET / HTTP/1.1\r\n" HOST;

	(void)state;
	assert_int_equal(sized("GET /", 2047, "a", end), REQUEST_OK);
	assert_int_equal(sized("GET /", 2048, "a", end), 414);
	assert_int_equal(sized("GET /", 5000, "a", ""), 414);
	assert_int_equal(sized("GET /", 1000, "a", ""), REQUEST_INCOMPLETE);
	assert_int_equal(sized(get, 19, "A: b\r\n", "\r\n"), REQUEST_OK);
	assert_int_equal(sized(get, 20, "A: b\r\n", "\r\n"), 431);
	assert_int_equal(sized(get, 20, "A: b\r\n", "A"), 431);
	assert_int_equal(sized(get, 8100, "A", ""), REQUEST_INCOMPLETE);
	assert_int_equal(sized(get, 9000, "A", ""), 431);
	assert_int_equal(sized(get, 17, "If-None-Match: *\r\n", "\r\n"), 431);
	assert_int_equal(sized("\r\nGET /", 9000, "a", ""), 414);
	assert_int_equal(sized("", 33, "G", " / HTTP/1.1\r\n"), 400);
}

/* Random changes of a good request never crash, and what is read at once is
 * read the same byte by byte. */
static void
mutations(void **state)
{
	static const char good[] =
	    "GET /a%20b?q HTTP/1.1\r\n" HOST "Content-Length: 12\r\n"
	    "Connection: close\r\n\r\n";
	static const char odd[] = "\r\n\0 \t:/%,\x7f\xff"
				  "Hh1";
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char text[sizeof(good)];
		struct request r;
		int whole;

		memcpy(text, good, sizeof(good));
		for (int k = 0; k < 2; k++) {
			seed = seed * 1664525 + 1013904223;
			text[(seed >> 8) % (sizeof(good) - 1)] =
			    odd[(seed >> 24) % (sizeof(odd) - 1)];
		}
		whole = h1_request_read(text, sizeof(good) - 1, &limits,
					&(struct h1_scan){0}, &r, &(size_t){0});
		if (whole != REQUEST_OK)
			assert_int_equal(read_slowly(text, sizeof(good) - 1),
					 whole);
	}
}

/* --------------------------------------------------------------- body -- */

static int
body_result(const char *text, size_t step, size_t *used)
{
	const struct request_framing f = {.chunked = 1};
	size_t len = strlen(text), n;
	struct body b;
	int status = BODY_MORE;

	assert_true(body_begin(&b, &f, 100));
	*used = 0;
	while (status == BODY_MORE && *used < len) {
		n = len - *used < step ? len - *used : step;
		status = body_take(&b, text + *used, n, &n);
		*used += n;
	}
	return status;
}

static void
expect_body(const char *text, int status, size_t left)
{
	for (size_t step = 1; step < 20; step++) {
		size_t used;

		assert_int_equal(body_result(text, step, &used), status);
		if (status == BODY_DONE)
			assert_int_equal(used, strlen(text) - left);
	}
}

static void
chunked_bodies(void **state)
{
	(void)state;
	expect_body("0\r\n\r\nGET", BODY_DONE, 3);
	expect_body("5\r\nhello\r\n0\r\n\r\n", BODY_DONE, 0);
	expect_body("00A\r\n0123456789\r\n1\r\nx\r\n000\r\n\r\nG", BODY_DONE,
		    1);
	expect_body("5\r\nhello\r\n0\r\n", BODY_MORE, 0);
	expect_body("5;a=b\r\nhello\r\n0\r\n\r\n", 400, 0);
	expect_body("5 \r\nhello\r\n0\r\n\r\n", 400, 0);
	expect_body("\r\n", 400, 0);
	expect_body("g\r\n", 400, 0);
	expect_body("0x5\r\n", 400, 0);
	expect_body("-1\r\n", 400, 0);
	expect_body("5\nhello", 400, 0);
	expect_body("5\r\nhello0\r\n", 400, 0);
	expect_body("5\r\nhello\n0\r\n", 400, 0);
	expect_body("0\r\nTrailer: x\r\n\r\n", 400, 0);
	expect_body("0\r\n\n", 400, 0);
	expect_body("000000000\r\n", 400, 0);
	expect_body("65\r\n", 413, 0);
	expect_body("ffffffff\r\n", 413, 0);
}

static void
counted_bodies(void **state)
{
	struct request_framing f = {.content_length = 10};
	struct body b;
	size_t used;

	(void)state;
	assert_true(body_begin(&b, &f, 10));
	assert_int_equal(body_take(&b, "1234", 4, &used), BODY_MORE);
	assert_int_equal(body_take(&b, "567890GET", 9, &used), BODY_DONE);
	assert_int_equal(used, 6);
	assert_true(body_begin(&b, &f, 9));
	assert_int_equal(body_take(&b, "", 0, &used), 413);
	f.content_length = 0;
	assert_false(body_begin(&b, &f, 10));
}

/* ------------------------------------------------------------- target -- */

/* path NULL: refused. */
static void
expect_target(const char *raw, const char *path, const char *canonical)
{
	struct buf memory = {0}, out = {0};
	struct target t;
	int status = target_parse(slice_of(raw), &memory, &t);

	assert_int_equal(status, path != NULL ? 0 : -1);
	if (path != NULL) {
		assert_true(slice_is(t.path, path));
		target_write(&out, &t);
		assert_string_equal(buf_cstr(&out), canonical);
		assert_int_equal(t.canonical, strcmp(raw, canonical) == 0);
	}
	buf_free(&memory);
	buf_free(&out);
}

static void
targets(void **state)
{
	(void)state;
	expect_target("/", "/", "/");
	expect_target("/a/b", "/a/b", "/a/b");
	expect_target("/a//b///", "/a/b", "/a/b");
	expect_target("//", "/", "/");
	expect_target("//evil.example/", "/evil.example", "/evil.example");
	expect_target("/%2f%2fevil.example", "/evil.example", "/evil.example");
	expect_target("/\\evil.example", "/\\evil.example", "/%5Cevil.example");
	expect_target("/a%20b", "/a b", "/a%20b");
	expect_target("/%c3%bc", "/\xc3\xbc", "/%C3%BC");
	expect_target("/%C3%BC", "/\xc3\xbc", "/%C3%BC");
	expect_target("/\xc3\xbc", "/\xc3\xbc", "/%C3%BC");
	expect_target("/%61", "/a", "/a");
	expect_target("/(a)'!", "/(a)'!", "/(a)'!");
	expect_target("/%28a)", "/(a)", "/(a)");
	expect_target("/a%0d%0ab", "/a\r\nb", "/a%0D%0Ab");
	expect_target("/a?", "/a", "/a?");
	expect_target("/a/?x=/%2f&y", "/a", "/a?x=/%2f&y");
	expect_target("/..//..", "/", "/");
	expect_target("/.", "/", "/");
	expect_target("/./", "/", "/");
	expect_target("/a/.", "/a", "/a");
	expect_target("/a/..", "/", "/");
	expect_target("/a/../b", "/b", "/b");
	expect_target("/a/b/../../../c/./d/", "/c/d", "/c/d");
	expect_target("/%2e%2E/a", "/a", "/a");
	expect_target("/a%2f..%2Fb", "/b", "/b");
	expect_target("/a/.//../b?c=/../d", "/b", "/b?c=/../d");
	expect_target("/.//evil.example", "/evil.example", "/evil.example");
	expect_target("/..%2f%2fevil.example", "/evil.example",
		      "/evil.example");
	expect_target("/...", "/...", "/...");
	expect_target("/.a/..b/c..", "/.a/..b/c..", "/.a/..b/c..");
	expect_target("/%252e%252e/a", "/%2e%2e/a", "/%252e%252e/a");
	expect_target("/\\..\\a", "/\\..\\a", "/%5C..%5Ca");
	expect_target("/a/?b\"c d", "/a", "/a?b%22c%20d");
	expect_target("/a%00", NULL, NULL);
	expect_target("/a%", NULL, NULL);
	expect_target("/a%2", NULL, NULL);
	expect_target("/a%g0", NULL, NULL);
	expect_target("/a#b", NULL, NULL);
	expect_target("/a?b#c", NULL, NULL);
	expect_target("a", NULL, NULL);
	expect_target("", NULL, NULL);
	expect_target("?a", NULL, NULL);
}

static void
either_spelling(void **state)
{
	struct buf memory = {0};
	struct target t;

	(void)state;
	assert_int_equal(target_parse(slice_of("/%26%27&'"), &memory, &t), 0);
	assert_true(t.canonical);
	assert_true(slice_is(t.path, "/&'&'"));
	buf_free(&memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_requests),
	    cmocka_unit_test(absolute_form),
	    cmocka_unit_test(request_line),
	    cmocka_unit_test(line_ends_and_control_bytes),
	    cmocka_unit_test(hosts),
	    cmocka_unit_test(framing),
	    cmocka_unit_test(connection),
	    cmocka_unit_test(sizes),
	    cmocka_unit_test(mutations),
	    cmocka_unit_test(chunked_bodies),
	    cmocka_unit_test(counted_bodies),
	    cmocka_unit_test(targets),
	    cmocka_unit_test(either_spelling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
