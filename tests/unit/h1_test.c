/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_fixture.h"

static void
errors_close(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    talk_in_pieces(f, "GET /%00 HTTP/1.1\r\n" HOST "\r\n", 99, 0),
	    WANT_LINGER);
	assert_int_equal(status_of(buf_cstr(&f->out)), 400);
	assert_true(has(f->out.data, "\r\nConnection: close\r\n"));
	/* What follows an error is not looked at. */
	assert_int_equal(
	    talk_in_pieces(
		f, "GET / HTTP/1.1\n\nGET / HTTP/1.1\r\n" HOST "\r\n", 99, 0),
	    WANT_LINGER);
	buf_cstr(&f->out);
	assert_int_equal(count(f, "HTTP/1.1 "), 1);
}

static void
last_requests(void **state)
{
	struct fixture *f = *state;
	static const char close[] =
	    "GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n";

	assert_int_equal(talk_in_pieces(f, close, 999, 0), WANT_CLOSE);
	assert_int_equal(talk_in_pieces(f, "GET / HTTP/1.0\r\n\r\n", 999, 0),
			 WANT_CLOSE);
	assert_int_equal(
	    talk_in_pieces(
		f, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 99, 0),
	    WANT_READ);
	assert_true(has(buf_cstr(&f->out), "\r\nConnection: keep-alive\r\n"));
	f->env.draining = 1;
	assert_int_equal(
	    talk_in_pieces(f, "GET / HTTP/1.1\r\n" HOST "\r\n", 99, 0),
	    WANT_LINGER);
	assert_true(has(buf_cstr(&f->out), "\r\nConnection: close\r\n"));
	f->env.draining = 0;
}

/* Answers in order, however the requests come. */
static void
pipelining(void **state)
{
	struct fixture *f = *state;
	static const char text[] =
	    "GET / HTTP/1.1\r\n" HOST "\r\n"
	    "POST /push HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nGET /"
	    "GET /big HTTP/1.1\r\n" HOST "\r\n"
	    "POST /push HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
	    "3\r\nabc\r\n0\r\n\r\n"
	    "HEAD /big HTTP/1.1\r\n" HOST "\r\n"
	    "GET /none HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n";

	for (size_t piece = 1; piece < sizeof(text); piece += 7) {
		const char *a, *b;

		assert_int_equal(talk_in_pieces(f, text, piece, 0), WANT_CLOSE);
		a = buf_cstr(&f->out);
		assert_int_equal(count(f, "HTTP/1.1 "), 6);
		assert_int_equal(count(f, "HTTP/1.1 202 "), 2);
		b = strstr(a, "Content-Length: 307200\r\n");
		assert_non_null(b);
		b = body_of(b);
		assert_memory_equal(b, f->big, BIG);
		assert_int_equal(status_of(b + BIG), 202);
		assert_true(has(b + BIG, "\r\n\r\nnothing here"));
	}
}

static void
bodies(void **state)
{
	struct fixture *f = *state;
	const char *a = talk(f, "POST /push HTTP/1.1\r\n" HOST
				"Content-Length: 101\r\n\r\n");

	assert_int_equal(status_of(a), 413);
	assert_int_equal(f->hooks, 0);
	a = talk(f, "POST /push HTTP/1.1\r\n" HOST
		    "Transfer-Encoding: chunked\r\n\r\n1;x\r\n");
	assert_int_equal(status_of(a), 400);
	a = talk(f,
		 "POST /push HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nabc");
	assert_string_equal(a, "");
}

/* However little of it was understood. */
static void
head_is_refused_without_a_body(void **state)
{
	static const char *const bad[] = {
	    "HEAD / HTTP/1.1\r\n" HOST "X : y\r\n\r\n",
	    "HEAD / HTTP/1.1\r\nbad",
	    "\r\nHEAD / HTTP/3.0\r\n" HOST "\r\n",
	    "HEAD / HTTP/1.1\r\n" HOST "Content-Length: 101\r\n\r\n",
	    "HEAD / HTTP/1.1\r\n" HOST
	    "Transfer-Encoding: chunked\r\n\r\nx\r\n",
	    "HEAD /%00 HTTP/1.1\r\n" HOST "\r\n",
	    "HEAD / HTTP/1.1\r\n" HOST "Expect: tea\r\n\r\n",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *a = talk(f, bad[i]);

		if (strstr(bad[i], "\nbad") != NULL) /* still coming */
			continue;
		assert_true(status_of(a) >= 400);
		assert_string_equal(body_of(a), "");
	}
}

static void
timeouts(void **state)
{
	static const char *const cut[] = {"HEAD / HTTP/1.1\r\n",
					  "HEAD / HTTP/1.1\r\n" HOST
					  "Content-Length: 9\r\n\r\nabc"};
	struct fixture *f = *state;
	struct http_peer peer = {.plain = 0};

	for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
		struct buf text = {0};
		struct input in;
		struct h1 h = {0};

		buf_str(&text, cut[i]);
		in = (struct input){text.data, text.len};
		buf_clear(&f->out);
		output_begin(&f->output, NULL);
		assert_int_equal(h1_run(&h, &f->env, &peer, &in, &f->output),
				 WANT_READ);
		h1_timeout(&h, &f->env, &peer, &in, &f->output);
		collect(f);
		assert_int_equal(status_of(buf_cstr(&f->out)), 408);
		assert_string_equal(body_of(f->out.data), "");
		buf_free(&text);
	}
}

static void
expectations(void **state)
{
	struct fixture *f = *state;
	const char *a =
	    talk(f, "POST /push HTTP/1.1\r\n" HOST "Content-Length: 4\r\n"
		    "Expect: 100-continue\r\n\r\n");

	assert_string_equal(a, "HTTP/1.1 100 Continue\r\n\r\n");
	/* A refusal need not wait for the body. */
	a = talk(f, "POST / HTTP/1.1\r\n" HOST "Content-Length: 4\r\n"
		    "Expect: 100-continue\r\n\r\n");
	assert_int_equal(status_of(a), 405);
	assert_true(has(a, "\r\nConnection: close\r\n"));
	a = talk(f, "POST /push HTTP/1.1\r\n" HOST "Content-Length: 400\r\n"
		    "Expect: 100-continue\r\n\r\n");
	assert_int_equal(status_of(a), 413);
	a = talk(f, "POST /push HTTP/1.0\r\nContent-Length: 4\r\n"
		    "Expect: 100-continue\r\n\r\n");
	assert_string_equal(a, "");
	a = talk(f, "POST /push HTTP/1.1\r\n" HOST "Content-Length: 4\r\n"
		    "Expect: 100-continue, tea\r\n\r\n");
	assert_int_equal(status_of(a), 417);
	assert_true(has(a, "\r\nConnection: close\r\n"));
	a = talk(f, "GET / HTTP/1.1\r\n" HOST "Expect: tea\r\n\r\n");
	assert_int_equal(status_of(a), 417);
	a = talk(f, "GET / HTTP/1.0\r\nExpect: tea\r\n\r\n");
	assert_int_equal(status_of(a), 200);
	assert_int_equal(f->hooks, 0);
}

/* A response under way keeps the snapshot it began with. */
static void
swap_under_way(void **state)
{
	struct fixture *f = *state;
	static char text[] = "GET /big HTTP/1.1\r\n" HOST "\r\n";
	struct input in = {text, sizeof(text) - 1};
	struct http_peer peer = {.plain = 0};
	struct h1 h = {0};
	const char *a;

	buf_clear(&f->out);
	output_begin(&f->output, NULL);
	assert_int_equal(h1_run(&h, &f->env, &peer, &in, &f->output),
			 WANT_WRITE);
	assert_true(f->output.wire_len <= 64 * 1024);
	collect(f);
	snapshot_unref(f->env.snapshot);
	f->env.snapshot = make_snapshot(slice_of("new"));
	while (h1_run(&h, &f->env, &peer, &in, &f->output) == WANT_WRITE)
		collect(f);
	collect(f);
	a = body_of(buf_cstr(&f->out));
	assert_int_equal(strlen(a), BIG);
	assert_memory_equal(a, f->big, BIG);
	assert_null(h.rest.held);
}

/* The parts between the snapshot's pieces are kept as long as these. */
static void
ranges_in_small_pieces(void **state)
{
	struct fixture *f = *state;
	static char text[] =
	    "GET /big HTTP/1.1\r\n" HOST
	    "Range: bytes=0-99999,150000-249999,-1\r\n\r\n"
	    "GET /old HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n";
	const char *a, *b;
	size_t len;

	assert_int_equal(talk_in_pieces(f, text, 999, 0), WANT_CLOSE);
	a = buf_cstr(&f->out);
	assert_int_equal(status_of(a), 206);
	len = strtoul(strstr(a, "Content-Length: ") + 16, NULL, 10);
	b = body_of(a);
	assert_int_equal(status_of(b + len), 301);
	b = strstr(b, "Content-Range: bytes 0-99999/307200\r\n\r\n");
	assert_memory_equal(body_of(b), f->big, 100000);
	b = strstr(b, "Content-Range: bytes 150000-249999/307200\r\n\r\n");
	assert_memory_equal(body_of(b), f->big + 150000, 100000);
	b = strstr(b, "Content-Range: bytes 307199-307199/307200\r\n\r\n");
	assert_int_equal(body_of(b)[0], f->big[BIG - 1]);
	assert_memory_equal(body_of(b) + 1, "\r\n--AAAAAAAAAAAAAAAA--\r\n", 24);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(errors_close),
	    TEST(last_requests),
	    TEST(pipelining),
	    TEST(bodies),
	    TEST(head_is_refused_without_a_body),
	    TEST(timeouts),
	    TEST(expectations),
	    TEST(swap_under_way),
	    TEST(ranges_in_small_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
