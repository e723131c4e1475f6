/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_fixture.h"

static void
pages(void **state)
{
	struct fixture *f = *state;
	const char *a = talk(f, "GET / HTTP/1.1\r\n" HOST "\r\n");

	assert_int_equal(status_of(a), 200);
	assert_true(has(a, "\r\nDate: "));
	assert_true(has(a, COMMON "Content-Length: 5\r\n\r\nindex"));
	assert_false(has(a, "Connection"));
	a = talk(f, "GET / HTTP/1.1\r\n" HOST "Accept-Encoding: gzip\r\n\r\n");
	assert_true(has(a, "Content-Encoding: gzip\r\n"));
	assert_string_equal(body_of(a), "zipped");
	a = talk(f, "HEAD / HTTP/1.1\r\n" HOST "\r\n");
	assert_true(has(a, "Content-Length: 5\r\n"));
	assert_string_equal(body_of(a), "");
	a = talk(f, "GET /old HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(status_of(a), 301);
}

static void
not_found(void **state)
{
	struct fixture *f = *state;
	const char *a = talk(f, "GET /%0d%0aX: HTTP/1.1\r\n" HOST "\r\n");

	assert_int_equal(status_of(a), 404);
	assert_string_equal(body_of(a), "nothing here");
	a = talk(f, "GET /x HTTP/1.1\r\n" HOST "If-None-Match: *\r\n\r\n");
	assert_int_equal(status_of(a), 404);
	/* Spellings of what does not exist lead nowhere. */
	a = talk(f, "GET //x/ HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(status_of(a), 404);
	a = talk(f, "GET /../etc/passwd HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(status_of(a), 404);
}

static void
not_modified(void **state)
{
	struct fixture *f = *state;
	const char *a =
	    talk(f, "GET / HTTP/1.1\r\n" HOST "If-None-Match: \"x\", "
		    "W/\"00000000000000000000000000000000\"\r\n\r\n");

	assert_int_equal(status_of(a), 304);
	assert_true(has(a, COMMON "\r\n"));
	assert_false(has(a, "Content-Length"));
	assert_string_equal(body_of(a), "");
	a = talk(f, "GET / HTTP/1.1\r\n" HOST "If-Modified-Since: "
		    "Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
	assert_int_equal(status_of(a), 304);
	/* Another variant has another tag. */
	a = talk(f, "GET / HTTP/1.1\r\n" HOST "Accept-Encoding: gzip\r\n"
		    "If-None-Match: \"00000000000000000000000000000000\""
		    "\r\n\r\n");
	assert_int_equal(status_of(a), 200);
}

static void
canonical_redirects(void **state)
{
	struct fixture *f = *state;
	const char *a =
	    talk(f, "GET //a///b%20c/?x=/& HTTP/1.1\r\n" HOST "\r\n");

	assert_int_equal(status_of(a), 301);
	assert_true(has(a, "\r\nLocation: /a/b%20c?x=/&\r\n"));
	a = talk(f, "PUT /a/b%20%63 HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(status_of(a), 308);
	assert_true(has(a, "\r\nLocation: /a/b%20c\r\n"));
}

static void
methods(void **state)
{
	struct fixture *f = *state;
	const char *a = talk(f, "DELETE / HTTP/1.1\r\n" HOST "\r\n");

	assert_int_equal(status_of(a), 405);
	assert_true(has(a, "\r\nAllow: GET, HEAD, OPTIONS\r\n"));
	assert_true(has(a, "\r\nX-Content-Type-Options: nosniff\r\n"));
	a = talk(f, "OPTIONS / HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(status_of(a), 204);
	assert_true(has(a, "\r\nAllow: "));
	assert_false(has(a, "Content-Length"));
	a = talk(f, "BREW / HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(status_of(a), 501);
	a = talk(f, "get / HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(status_of(a), 501);
	a = talk(f, "POST /nowhere HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(status_of(a), 404);
}

static void
hook(void **state)
{
	struct fixture *f = *state;
	const char *a = talk(f, "GET /push HTTP/1.1\r\n" HOST "\r\n");

	assert_int_equal(status_of(a), 202);
	assert_true(has(a, "Content-Type: text/plain"));
	a = talk(f,
		 "POST /push HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}");
	assert_int_equal(status_of(a), 202);
	assert_int_equal(f->hooks, 2);
	a = talk(f, "HEAD /push HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(status_of(a), 405);
	assert_true(has(a, "\r\nAllow: GET, POST, OPTIONS\r\n"));
	a = talk(f, "POST /push/ HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(status_of(a), 308);
	assert_int_equal(f->hooks, 2);
}

static void
before_the_first_site(void **state)
{
	struct fixture *f = *state;
	struct snapshot *s = f->env.snapshot;
	const char *a;

	f->env.snapshot = NULL;
	a = talk(f, "GET / HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(status_of(a), 503);
	assert_true(has(a, "\r\nRetry-After: "));
	a = talk(f, "GET /push HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(status_of(a), 202);
	f->env.snapshot = s;
}

/* Everything on the plain listener leads to the configured address, never to
 * one that the client names. */
static void
plain_redirects(void **state)
{
	struct fixture *f = *state;
	const char *a;

	snprintf(f->settings.https_url, sizeof(f->settings.https_url), "%s",
		 "https://b.example:8443");
	talk_in_pieces(f, "GET //a/?q HTTP/1.1\r\n" HOST "\r\n", 100, 1);
	a = buf_cstr(&f->out);
	assert_int_equal(status_of(a), 301);
	assert_true(has(a, "Location: https://b.example:8443/a?q\r\n"));
	talk_in_pieces(f, "POST /push HTTP/1.1\r\n" HOST "\r\n", 100, 1);
	a = buf_cstr(&f->out);
	assert_int_equal(status_of(a), 308);
	assert_true(has(a, "Location: https://b.example:8443/push\r\n"));
	assert_int_equal(f->hooks, 0);
	a = talk(f, "GET / HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(status_of(a), 200);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(pages),
	    TEST(not_found),
	    TEST(not_modified),
	    TEST(canonical_redirects),
	    TEST(methods),
	    TEST(hook),
	    TEST(before_the_first_site),
	    TEST(plain_redirects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
