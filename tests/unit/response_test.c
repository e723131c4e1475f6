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
	assert_true(
	    has(a, COMMON TYPE "Content-Length: 5\r\n" HSTS "\r\nindex"));
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

/* What is below a directory that is somewhere else now. */
static void
below(void **state)
{
	static const struct {
		const char *target, *location;
		int status;
	} cases[] = {
	    {"/moved/a", "https://b.example/x/a", 302},
	    {"/moved/a%20b//c/?q=%2F&r", "https://b.example/x/a%20b/c?q=%2F&r",
	     302},
	    {"/moved/here", "https://b.example/x/here", 302},
	    {"/moved/here/", "https://b.example/x/here", 302},
	    {"/moved/here/a", "/there/a", 308},
	    {"/moved/here/%2Fe.example", "/there/e.example", 308},
	    {"/moved/here/%5Ce.example", "/there/%5Ce.example", 308},
	    {"/moved/x%0d%0aSet-Cookie:a",
	     "https://b.example/x/"
	     "x%0D%0ASet-Cookie:a",
	     302},
	    {"/moved/../moved/here/a", "/there/a", 308},
	};
	struct fixture *f = *state;
	char request[256], line[256];
	const char *a;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(request, sizeof(request),
			 "GET %s HTTP/1.1\r\n" HOST "\r\n", cases[i].target);
		snprintf(line, sizeof(line), "\r\nLocation: %s\r\n",
			 cases[i].location);
		a = talk(f, request);
		assert_int_equal(status_of(a), cases[i].status);
		assert_true(has(a, line));
	}
	a = talk(f, "GET /closed/x HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(status_of(a), 301);
	assert_false(has(a, "Location"));
	a = talk(f,
		 "POST /moved/a HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
	assert_int_equal(status_of(a), 405);
	assert_int_equal(
	    status_of(talk(f, "GET /moved HTTP/1.1\r\n" HOST "\r\n")), 404);
	assert_int_equal(
	    status_of(talk(f, "GET /movedx/a HTTP/1.1\r\n" HOST "\r\n")), 404);
	/* How it is kept is not how it is asked for. */
	assert_int_equal(
	    status_of(talk(f, "GET */moved/ HTTP/1.1\r\n" HOST "\r\n")), 400);
}

static void
not_modified(void **state)
{
	struct fixture *f = *state;
	const char *a =
	    talk(f, "GET / HTTP/1.1\r\n" HOST "If-None-Match: \"x\", "
		    "W/\"AAAAAAAAAAAAAAAA\"\r\n\r\n");

	assert_int_equal(status_of(a), 304);
	assert_true(has(a, COMMON HSTS "\r\n"));
	assert_false(has(a, "Content-Length"));
	assert_string_equal(body_of(a), "");
	a = talk(f, "GET / HTTP/1.1\r\n" HOST "If-Modified-Since: "
		    "Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
	assert_int_equal(status_of(a), 304);
	/* Another variant has another tag. */
	a = talk(f, "GET / HTTP/1.1\r\n" HOST "Accept-Encoding: gzip\r\n"
		    "If-None-Match: \"AAAAAAAAAAAAAAAA\""
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

#define DATE_RANGE             \
	"Range: bytes=0-0\r\n" \
	"If-Range: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
#define TAG    "\"AAAAAAAAAAAAAAAA\""
#define TAG_GZ "\"AAAAAAAAAAAAAAAA-gz\""

static const char *
ask(struct fixture *f, const char *line, const char *fields)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s HTTP/1.1\r\n" HOST "%s\r\n", line,
		 fields);
	return talk(f, text);
}

static void
single_ranges(void **state)
{
	struct fixture *f = *state;
	const char *a = ask(f, "GET /a/b%20c", "Range: bytes=1-3\r\n");

	assert_int_equal(status_of(a), 206);
	assert_true(has(a, COMMON TYPE "Content-Range: bytes 1-3/6\r\n"
				       "Content-Length: 3\r\n" HSTS "\r\npac"));
	a = ask(f, "GET /a/b%20c", "Range: bytes=-99\r\n");
	assert_true(has(a, "\r\nContent-Range: bytes 0-5/6\r\n"));
	assert_string_equal(body_of(a), "spaced");
	/* Of the variant that was chosen. */
	a = ask(f, "GET /", "Range: bytes=-2\r\nAccept-Encoding: gzip\r\n");
	assert_int_equal(status_of(a), 206);
	assert_true(has(a, "Content-Encoding: gzip\r\n"));
	assert_true(has(a, "\r\nContent-Range: bytes 4-5/6\r\n"));
	assert_string_equal(body_of(a), "ed");
}

static void
ignored_ranges(void **state)
{
	static const char *const whole[] = {
	    "Range: bytes=3-1\r\n",
	    "Range: lines=1-2\r\n",
	    "Range: bytes=0-3,2-4\r\n",
	    "Range: bytes=0-0\r\nRange: bytes=1-1\r\n",
	    "Range: bytes=0-0\r\nIf-Range: \"other\"\r\n",
	    "Range: bytes=0-0\r\nIf-Range: W/" TAG "\r\n",
	    "Range: bytes=0-0\r\nIf-Range: " TAG_GZ "\r\n",
	    DATE_RANGE,
	    "Range: bytes=99-\r\nIf-Range: \"other\"\r\n",
	};
	struct fixture *f = *state;
	const char *a;

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		a = ask(f, "GET /a/b%20c", whole[i]);
		assert_int_equal(status_of(a), 200);
		assert_false(has(a, "Content-Range"));
		assert_string_equal(body_of(a), "spaced");
	}
	a = ask(f, "GET /a/b%20c", "Range: bytes=0-0\r\nIf-Range: " TAG "\r\n");
	assert_int_equal(status_of(a), 206);
	/* Defined for GET alone, and for what would be a 200. */
	a = ask(f, "HEAD /a/b%20c", "Range: bytes=0-0\r\n");
	assert_int_equal(status_of(a), 200);
	assert_true(has(a, "Content-Length: 6\r\n"));
	a = ask(f, "HEAD /a/b%20c", "Range: bytes=9-\r\n");
	assert_int_equal(status_of(a), 200);
	assert_int_equal(status_of(ask(f, "GET /none", "Range: bytes=0-0\r\n")),
			 404);
	assert_int_equal(status_of(ask(f, "GET /old", "Range: bytes=0-0\r\n")),
			 301);
	assert_int_equal(
	    status_of(ask(f, "GET /a//b%20c", "Range: bytes=0-0\r\n")), 301);
	a = ask(f, "GET /",
		"Range: bytes=0-0,-1\r\n"
		"Accept-Encoding: gzip\r\n");
	assert_int_equal(status_of(a), 200);
	assert_string_equal(body_of(a), "zipped");
}

static void
unsatisfiable_ranges(void **state)
{
	struct fixture *f = *state;
	const char *a = ask(f, "GET /a/b%20c", "Range: bytes=6-\r\n");

	assert_int_equal(status_of(a), 416);
	assert_true(has(a, "\r\nContent-Range: bytes */6\r\n"));
	a = ask(f, "GET /empty", "Range: bytes=0-\r\n");
	assert_int_equal(status_of(a), 416);
	assert_true(has(a, "\r\nContent-Range: bytes */0\r\n"));
	a = ask(f, "GET /empty", "Range: bytes=-1\r\n");
	assert_int_equal(status_of(a), 200);
}

static void
several_ranges(void **state)
{
	struct fixture *f = *state;
	const char *a = ask(f, "GET /a/b%20c", "Range: bytes=0-0,2-3,-1\r\n");
	static const char body[] = "--AAAAAAAAAAAAAAAA\r\n" TYPE
				   "Content-Range: bytes 0-0/6\r\n\r\ns\r\n"
				   "--AAAAAAAAAAAAAAAA\r\n" TYPE
				   "Content-Range: bytes 2-3/6\r\n\r\nac\r\n"
				   "--AAAAAAAAAAAAAAAA\r\n" TYPE
				   "Content-Range: bytes 5-5/6\r\n\r\nd\r\n"
				   "--AAAAAAAAAAAAAAAA--\r\n";
	char length[64];

	assert_int_equal(status_of(a), 206);
	assert_string_equal(body_of(a), body);
	snprintf(length, sizeof(length), "\r\nContent-Length: %zu\r\n",
		 sizeof(body) - 1);
	assert_true(has(a, length));
	assert_true(has(a, COMMON "Content-Type: multipart/byteranges; "
				  "boundary=AAAAAAAAAAAAAAAA"
				  "\r\nLast-Modified: Sun, 06 Nov 1994 "
				  "08:49:37 GMT\r\n"));
	assert_true(has(a, HSTS));
	/* One that can be satisfied is no multipart. */
	a = ask(f, "GET /a/b%20c", "Range: bytes=0-0,9-\r\n");
	assert_true(has(a, TYPE "Content-Range: bytes 0-0/6\r\n"));
	assert_string_equal(body_of(a), "s");
}

static void
preconditions(void **state)
{
	struct fixture *f = *state;
	const char *a = ask(f, "GET /", "If-Match: \"x\"\r\n");

	assert_int_equal(status_of(a), 412);
	assert_true(has(a, HSTS));
	a = ask(f, "GET /", "If-Match: " TAG "\r\n");
	assert_int_equal(status_of(a), 200);
	a = ask(f, "HEAD /", "If-Match: W/" TAG "\r\n");
	assert_int_equal(status_of(a), 412);
	assert_string_equal(body_of(a), "");
	a = ask(f, "GET /",
		"If-Unmodified-Since: "
		"Sun, 06 Nov 1994 08:49:36 GMT\r\n");
	assert_int_equal(status_of(a), 412);
	/* Section 13.2.2: preconditions go before ranges. */
	a = ask(f, "GET /", "If-Match: \"x\"\r\nRange: bytes=0-0\r\n");
	assert_int_equal(status_of(a), 412);
	a = ask(f, "GET /", "If-None-Match: " TAG "\r\nRange: bytes=9-\r\n");
	assert_int_equal(status_of(a), 304);
	/* Section 13.2.1: not where the answer would be no 2xx. */
	a = ask(f, "GET /none", "If-Match: \"x\"\r\n");
	assert_int_equal(status_of(a), 404);
	a = ask(f, "PUT /", "If-Match: \"x\"\r\n");
	assert_int_equal(status_of(a), 405);
	a = ask(f, "OPTIONS /", "If-Match: \"x\"\r\n");
	assert_int_equal(status_of(a), 204);
}

static void
misdirected(void **state)
{
	struct fixture *f = *state;
	const char *a;

	f->env.names = names_new();
	names_add(f->env.names, slice_of("b.example"));
	a = ask(f, "GET /", "");
	assert_int_equal(status_of(a), 421);
	assert_true(has(a, HSTS));
	assert_int_equal(status_of(ask(f, "OPTIONS *", "")), 421);
	assert_int_equal(status_of(ask(f, "GET /push", "")), 421);
	assert_int_equal(f->hooks, 0);
	names_add(f->env.names, slice_of("a.example"));
	assert_int_equal(status_of(ask(f, "GET /", "")), 200);
	assert_int_equal(status_of(talk(f, "GET / HTTP/1.0\r\n\r\n")), 200);
	names_free(f->env.names);
	f->env.names = NULL;
}

/* RFC 9110 section 7.4: what is https must have come over TLS. */
static void
schemes(void **state)
{
	struct fixture *f = *state;
	static const char https[] =
	    "GET https://a.example/ HTTP/1.1\r\n" HOST "\r\n";
	static const char http[] =
	    "GET http://a.example/ HTTP/1.1\r\n" HOST "\r\n";

	assert_int_equal(status_of(talk(f, https)), 200);
	assert_int_equal(status_of(talk(f, http)), 421);
	talk_in_pieces(f, http, 999, 1);
	assert_int_equal(status_of(buf_cstr(&f->out)), 200);
	talk_in_pieces(f, https, 999, 1);
	assert_int_equal(status_of(buf_cstr(&f->out)), 421);
}

/* RFC 6797 section 7.2: on everything over TLS, on nothing without. */
static void
hsts(void **state)
{
	static const char *const lines[] = {
	    "GET /",	 "GET /none", "GET /old",  "GET //",
	    "PUT /",	 "BREW /",    "OPTIONS /", "OPTIONS *",
	    "GET /push", "GET /%00",  "GET / x",   "HEAD /",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char text[256];

		snprintf(text, sizeof(text), "%s HTTP/1.1\r\n" HOST "\r\n",
			 lines[i]);
		assert_true(has(talk(f, text), "\r\n" HSTS));
		assert_int_equal(count(f, HSTS), 1);
		talk_in_pieces(f, text, 999, 1);
		assert_true(status_of(buf_cstr(&f->out)) >= 200);
		assert_int_equal(count(f, "Strict-Transport"), 0);
	}
}

/* No spelling leads to another host, nor to what is not there. */
static void
no_open_redirect(void **state)
{
	static const char *const home[] = {
	    "//",      "/./",	   "/a/..",	    "/%2e%2E/",
	    "/%2F%2F", "/.%2f/..", "/x/y/../../../"};
	static const char *const nowhere[] = {
	    "//evil.example",	 "/%2F%2Fevil.example",
	    "/\\evil.example",	 "/%5C%5Cevil.example",
	    "/.//evil.example",	 "/..//evil.example",
	    "/%2e%2e%2f/evil",	 "//evil.example/%2e%2e/evil.example",
	    "/%09/evil.example", "///evil.example/..//evil.example"};
	struct fixture *f = *state;
	char line[128];
	const char *a;

	for (size_t i = 0; i < sizeof(home) / sizeof(home[0]); i++) {
		snprintf(line, sizeof(line), "GET %s?//q", home[i]);
		a = ask(f, line, "");
		assert_int_equal(status_of(a), 301);
		assert_true(has(a, "\r\nLocation: /?//q\r\n"));
	}
	for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		snprintf(line, sizeof(line), "GET %s", nowhere[i]);
		a = ask(f, line, "");
		assert_int_equal(status_of(a), 404);
		assert_false(has(a, "Location"));
	}
	a = ask(f, "HEAD /a/./b%20c", "");
	assert_int_equal(status_of(a), 301);
	a = ask(f, "OPTIONS /a/./b%20c", "");
	assert_int_equal(status_of(a), 308);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(pages),
	    TEST(not_found),
	    TEST(below),
	    TEST(not_modified),
	    TEST(canonical_redirects),
	    TEST(methods),
	    TEST(hook),
	    TEST(before_the_first_site),
	    TEST(plain_redirects),
	    TEST(single_ranges),
	    TEST(ignored_ranges),
	    TEST(unsatisfiable_ranges),
	    TEST(several_ranges),
	    TEST(preconditions),
	    TEST(misdirected),
	    TEST(schemes),
	    TEST(hsts),
	    TEST(no_open_redirect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
