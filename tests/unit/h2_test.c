/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "h2_fixture.h"

static void
begin(struct client *c)
{
	hello(c);
	send_all(c);
}

/* ------------------------------------------------------------- answers -- */

static void
greeting(void **state)
{
	struct client *c = connect_client(*state);
	struct h2_frame f;

	/* Before the client has said anything. */
	send_all(c);
	assert_int_equal(heard(c, H2_SETTINGS, 0, &f), 1);
	assert_int_equal(f.flags, 0);
	assert_int_equal(f.length % 6, 0);
	hello(c);
	frame(c, H2_SETTINGS, H2_ACK, 0, NULL, 0);
	send_pieces(c, 1);
	assert_int_equal(heard(c, H2_SETTINGS, 0, &f), 1);
	assert_int_equal(f.flags, H2_ACK);
	assert_int_equal(f.length, 0);
	disconnect(c);
}

static void
answers(void **state)
{
	struct fixture *f = *state;
	struct buf data = {0};
	int ended;

	for (size_t piece = 1; piece < 300; piece += 13) {
		struct client *c = connect_client(f);

		hello(c);
		ask(c, 1, "/");
		ask_with(c, 3, "HEAD", "/", 1, NULL, NULL);
		ask_with(c, 7, "GET", "/", 1, "if-none-match",
			 "\"AAAAAAAAAAAAAAAA\"");
		ask_with(c, 9, "BREW", "/", 1, NULL, NULL);
		send_pieces(c, piece);
		assert_int_equal(c->want, WANT_READ);
		assert_int_equal(status_on(c, 1), 200);
		data_on(c, 1, &data, &ended);
		assert_string_equal(buf_cstr(&data), "index");
		assert_true(ended);
		assert_int_equal(status_on(c, 3), 200);
		assert_int_equal(data_on(c, 3, &data, &ended), 0);
		assert_true(ended);
		assert_int_equal(status_on(c, 7), 304);
		assert_int_equal(status_on(c, 9), 501);
		/* Nothing is left of any of them. */
		assert_null(c->h.streams);
		assert_int_equal(c->h.nstreams, 0);
		disconnect(c);
	}
	assert_int_equal(f->counters.requests[COUNTED_H2][200 - STATUS_MIN],
			 2 * 24 - 2);
	buf_free(&data);
}

static void
padding_and_continuation(void **state)
{
	struct client *c = connect_client(*state);
	struct buf b = {0}, padded = {0};

	request_block(&b, "GET", "/");
	hello(c);
	buf_char(&padded, 7);
	buf_add(&padded, "\0\0\0\0\x10", 5);
	buf_add(&padded, b.data, b.len);
	buf_add(&padded, "\0\0\0\0\0\0\0", 7);
	frame(c, H2_HEADERS,
	      H2_END_HEADERS | H2_END_STREAM | H2_PADDED | H2_PRIORITIZED, 1,
	      padded.data, padded.len);
	frame(c, H2_HEADERS, H2_END_STREAM, 3, b.data, 3);
	frame(c, H2_CONTINUATION, 0, 3, b.data + 3, 10);
	frame(c, H2_CONTINUATION, 0, 3, NULL, 0);
	frame(c, H2_CONTINUATION, H2_END_HEADERS, 3, b.data + 13, b.len - 13);
	send_pieces(c, 5);
	assert_int_equal(status_on(c, 1), 200);
	assert_int_equal(status_on(c, 3), 200);
	assert_null(c->h.block);
	buf_free(&b);
	buf_free(&padded);
	disconnect(c);
}

/* RFC 7541 section 4.2: a smaller table stays empty, which is said once. */
static void
table_size(void **state)
{
	struct client *c = connect_client(*state);
	struct h2_frame f;

	hello(c);
	setting(c, H2_HEADER_TABLE_SIZE, 0);
	ask(c, 1, "/");
	ask(c, 3, "/");
	send_all(c);
	assert_int_equal(heard(c, H2_HEADERS, 1, &f), 1);
	assert_int_equal(f.payload[0], 0x20);
	assert_int_equal(heard(c, H2_HEADERS, 3, &f), 1);
	assert_int_not_equal(f.payload[0], 0x20);
	assert_null(c->hpack.block);
	disconnect(c);

	/* When it has been used before. */
	c = connect_client(*state);
	hello(c);
	ask(c, 1, "/");
	send_all(c);
	assert_non_null(c->hpack.block);
	ask(c, 3, "/");
	setting(c, H2_HEADER_TABLE_SIZE, 65536);
	ask(c, 5, "/");
	setting(c, H2_HEADER_TABLE_SIZE, 100);
	setting(c, H2_HEADER_TABLE_SIZE, 4096);
	ask(c, 7, "/");
	ask(c, 9, "/");
	send_all(c);
	assert_int_equal(heard(c, H2_HEADERS, 5, &f), 1);
	assert_int_not_equal(f.payload[0], 0x20);
	assert_int_equal(heard(c, H2_HEADERS, 7, &f), 1);
	assert_int_equal(f.payload[0], 0x20);
	assert_int_equal(status_on(c, 5), 200);
	assert_int_equal(status_on(c, 9), 200);
	disconnect(c);
}

static void
control_frames(void **state)
{
	struct client *c = connect_client(*state);
	struct h2_frame f;

	hello(c);
	frame(c, H2_PING, 0, 0, "abcdefgh", 8);
	frame(c, H2_PRIORITY, 0, 99, "\0\0\0\x01\x10", 5);
	frame(c, 0x77, 0xff, 12345, "whatever", 8);
	frame(c, H2_PING, H2_ACK, 0, "abcdefgh", 8);
	frame(c, H2_PRIORITY_UPDATE, 0, 0, "\0\0\0\x63u=1", 7);
	ask(c, 1, "/");
	frame(c, H2_WINDOW_UPDATE, 0, 1, "\0\0\0\x01", 4);
	frame(c, H2_RST_STREAM, 0, 1, "\0\0\0\x08", 4);
	send_pieces(c, 3);
	assert_int_equal(heard(c, H2_PING, 0, &f), 1);
	assert_int_equal(f.flags, H2_ACK);
	assert_memory_equal(f.payload, "abcdefgh", 8);
	assert_int_equal(status_on(c, 1), 200);
	assert_int_equal(c->want, WANT_READ);
	assert_int_equal(gone_by(c), -1);
	disconnect(c);
}

/* -------------------------------------------------------- flow control -- */

static void
windows_of_the_client(void **state)
{
	struct fixture *f = *state;
	struct client *c = connect_client(f);
	struct buf got = {0}, data = {0};
	struct input none = {NULL, 0};
	int ended;

	begin(c);
	ask(c, 1, "/big");
	send_all(c);
	assert_int_equal(data_on(c, 1, &got, &ended), H2_WINDOW);
	assert_int_equal(c->want, WANT_READ);
	assert_true(h2_blocked(&c->h));
	assert_int_equal(h2_waits(&c->h, &none), WAIT_WRITE);
	/* The stream's alone is not enough, nor the connection's. */
	number(c, H2_WINDOW_UPDATE, 1, 1000);
	send_all(c);
	assert_int_equal(data_on(c, 1, &data, &ended), 0);
	number(c, H2_WINDOW_UPDATE, 0, 1);
	send_all(c);
	assert_int_equal(data_on(c, 1, &data, &ended), 1);
	buf_add(&got, data.data, data.len);
	number(c, H2_WINDOW_UPDATE, 0, BIG);
	send_all(c);
	assert_int_equal(data_on(c, 1, &data, &ended), 999);
	buf_add(&got, data.data, data.len);
	number(c, H2_WINDOW_UPDATE, 1, BIG);
	send_all(c);
	data_on(c, 1, &data, &ended);
	buf_add(&got, data.data, data.len);
	assert_true(ended);
	assert_int_equal(got.len, BIG);
	assert_memory_equal(got.data, f->big, BIG);
	assert_false(h2_blocked(&c->h));
	assert_int_equal(h2_waits(&c->h, &none), WAIT_IDLE);
	buf_free(&got);
	buf_free(&data);
	disconnect(c);
}

/* RFC 9113 section 6.9.2: windows below zero. */
static void
initial_window_changes(void **state)
{
	struct client *c = connect_client(*state);
	struct buf data = {0};
	int ended;

	hello(c);
	setting(c, H2_INITIAL_WINDOW_SIZE, 100);
	ask(c, 1, "/big");
	send_all(c);
	assert_int_equal(data_on(c, 1, &data, &ended), 100);
	setting(c, H2_INITIAL_WINDOW_SIZE, 20);
	number(c, H2_WINDOW_UPDATE, 1, 80);
	send_all(c);
	assert_int_equal(data_on(c, 1, &data, &ended), 0);
	number(c, H2_WINDOW_UPDATE, 1, 1);
	send_all(c);
	assert_int_equal(data_on(c, 1, &data, &ended), 1);
	setting(c, H2_INITIAL_WINDOW_SIZE, 30);
	send_all(c);
	assert_int_equal(data_on(c, 1, &data, &ended), 10);
	/* Beyond 2^31-1 by SETTINGS. */
	number(c, H2_WINDOW_UPDATE, 1, H2_WINDOW_MAX - 20);
	setting(c, H2_INITIAL_WINDOW_SIZE, H2_WINDOW_MAX);
	send_all(c);
	assert_int_equal(gone_by(c), H2_FLOW_CONTROL_ERROR);
	buf_free(&data);
	disconnect(c);
}

static void
our_windows(void **state)
{
	struct fixture *f = *state;
	struct client *c = connect_client(f);
	static const char zeros[H2_FRAME_MAX];
	struct h2_frame w;

	f->settings.max_body = 10 * H2_FRAME_MAX;
	begin(c);
	ask_with(c, 1, "POST", "/push", 0, NULL, NULL);
	for (int i = 0; i < 8; i++)
		frame(c, H2_DATA, 0, 1, zeros, H2_FRAME_MAX);
	frame(c, H2_DATA, H2_END_STREAM, 1, NULL, 0);
	send_pieces(c, 1000);
	assert_int_equal(status_on(c, 1), 202);
	assert_int_equal(f->hooks, 1);
	assert_int_equal(heard(c, H2_WINDOW_UPDATE, 0, &w), 4);
	assert_int_equal(h2_get32(w.payload), 2 * H2_FRAME_MAX);
	assert_int_equal(heard(c, H2_WINDOW_UPDATE, 1, &w), 4);
	/* One that is answered is not asked for more: then it is too much. */
	ask_with(c, 3, "POST", "/push", 0, "content-length", "999999");
	for (int i = 0; i < 4; i++)
		frame(c, H2_DATA, 0, 3, zeros, H2_FRAME_MAX);
	send_all(c);
	assert_int_equal(status_on(c, 3), 413);
	assert_int_equal(reset_by(c, 3), H2_FLOW_CONTROL_ERROR);
	assert_int_equal(heard(c, H2_WINDOW_UPDATE, 3, &w), 0);
	assert_int_equal(gone_by(c), -1);
	disconnect(c);
}

/* ---------------------------------------------------------- priorities -- */

/* The streams of DATA frames in order, one letter each. */
static const char *
order(const struct client *c, struct buf *text)
{
	struct h2_frame f;

	buf_clear(text);
	for (size_t at = 0; next(c, &at, &f);)
		if (f.type == H2_DATA &&
		    (text->len == 0 ||
		     text->data[text->len - 1] != (char)('a' + f.id)))
			buf_char(text, (char)('a' + f.id));
	return buf_cstr(text);
}

static void
order_of_answers(void **state)
{
	struct client *c = connect_client(*state);
	struct buf text = {0};

	begin(c);
	setting(c, H2_INITIAL_WINDOW_SIZE, 1000000);
	/* 64 KiB of the first, and none of the connection's are left. */
	ask_with(c, 1, "GET", "/big", 1, "priority", "u=5");
	send_all(c);
	ask_with(c, 3, "GET", "/big", 1, "priority", "u=4, i");
	ask_with(c, 5, "GET", "/big", 1, "priority", "u=4, i");
	ask(c, 7, "/big");
	ask(c, 9, "/big");
	send_all(c);
	number(c, H2_WINDOW_UPDATE, 0, 2 * BIG);
	send_all(c);
	assert_string_equal(order(c, &text), "hj");
	number(c, H2_WINDOW_UPDATE, 0, 4 * 16000);
	send_all(c);
	assert_memory_equal(order(c, &text), "dfd", 3);
	/* The client changes its mind. */
	frame(c, H2_PRIORITY_UPDATE, 0, 0, "\0\0\0\x01u=0", 7);
	number(c, H2_WINDOW_UPDATE, 0, 4 * BIG);
	send_all(c);
	assert_memory_equal(order(c, &text), "b", 1);
	assert_null(c->h.streams);
	buf_free(&text);
	disconnect(c);
}

/* -------------------------------------------------------------- bodies -- */

static void
bodies(void **state)
{
	struct fixture *f = *state;

	for (size_t piece = 1; piece < 100; piece += 3) {
		struct client *c = connect_client(f);
		unsigned hooks = f->hooks;

		hello(c);
		ask_with(c, 1, "POST", "/push", 0, "content-length", "5");
		frame(c, H2_DATA, H2_PADDED, 1, "\x02xy\0\0", 5);
		ask_with(c, 3, "POST", "/push", 0, NULL, NULL);
		frame(c, H2_DATA, H2_END_STREAM, 1, "abc", 3);
		frame(c, H2_DATA, 0, 3, NULL, 0);
		/* Trailers. */
		frame(c, H2_HEADERS, H2_END_HEADERS | H2_END_STREAM, 3,
		      "\0\x01"
		      "a\x01"
		      "b",
		      5);
		/* Too long, without saying so before. */
		ask_with(c, 5, "POST", "/push", 0, NULL, NULL);
		for (int i = 0; i < 21; i++)
			frame(c, H2_DATA, i == 20 ? H2_END_STREAM : 0, 5,
			      "12345", 5);
		ask_with(c, 7, "POST", "/", 0, NULL, NULL);
		frame(c, H2_DATA, H2_END_STREAM, 7, "x", 1);
		send_pieces(c, piece);
		assert_int_equal(status_on(c, 1), 202);
		assert_int_equal(status_on(c, 3), 202);
		assert_int_equal(status_on(c, 5), 413);
		assert_int_equal(status_on(c, 7), 405);
		assert_int_equal(f->hooks, hooks + 2);
		assert_null(c->h.streams);
		assert_int_equal(c->h.kept, 0);
		disconnect(c);
	}
}

static void
expectations(void **state)
{
	struct client *c = connect_client(*state);
	struct buf data = {0};
	int ended;

	begin(c);
	ask_with(c, 1, "POST", "/push", 0, "expect", "100-continue");
	ask_with(c, 3, "POST", "/", 0, "expect", "100-continue");
	send_all(c);
	assert_int_equal(status_on(c, 1), 100);
	assert_int_equal(status_on(c, 3), 405);
	data_on(c, 3, &data, &ended);
	assert_true(ended);
	frame(c, H2_DATA, H2_END_STREAM, 1, "x", 1);
	frame(c, H2_DATA, H2_END_STREAM, 3, "x", 1);
	send_all(c);
	assert_int_equal(status_on(c, 1), 202);
	assert_int_equal(heard(c, H2_RST_STREAM, 3, &(struct h2_frame){0}), 0);
	assert_null(c->h.streams);
	buf_free(&data);
	disconnect(c);
}

/* Requests that wait for their bodies are kept: not without end. */
static void
bodies_that_never_come(void **state)
{
	struct fixture *f = *state;
	struct client *c = connect_client(f);
	struct input none = {NULL, 0};
	unsigned refused = 0;

	f->settings.max_streams = 1000;
	f->settings.max_resets = 1000;
	begin(c);
	for (uint32_t id = 1; id < 400; id += 2)
		ask_with(c, id, "POST", "/push", 0, NULL, NULL);
	send_all(c);
	for (uint32_t id = 1; id < 400; id += 2)
		refused += reset_by(c, id) == H2_REFUSED_STREAM;
	assert_in_range(refused, 100, 198);
	assert_true(c->h.kept <= 2 * f->settings.max_header_bytes);
	assert_int_equal(h2_waits(&c->h, &none), WAIT_BODY);
	output_begin(&f->output, NULL);
	h2_timeout(&c->h, &f->env, &(struct http_peer){.plain = 0}, &f->output);
	buf_clear(&c->heard);
	buf_add(&c->heard, f->output.wire, f->output.wire_len);
	decode_all(c);
	assert_int_equal(status_on(c, 1), 408);
	assert_int_equal(gone_by(c), H2_NO_ERROR);
	assert_null(c->h.streams);
	assert_int_equal(f->hooks, 0);
	disconnect(c);
}

/* Other requests do not extend the deadline of a body. */
static void
late_bodies(void **state)
{
	struct fixture *f = *state;
	struct client *c = connect_client(f);

	f->settings.body_ms = 0;
	begin(c);
	ask_with(c, 1, "POST", "/push", 0, NULL, NULL);
	ask_with(c, 3, "POST", "/push", 0, "content-length", "1000");
	send_all(c);
	assert_int_equal(status_on(c, 3), 413);
	ask(c, 5, "/");
	send_all(c);
	assert_int_equal(status_on(c, 1), 408);
	assert_int_equal(reset_by(c, 3), H2_NO_ERROR);
	assert_int_equal(status_on(c, 5), 200);
	disconnect(c);
}

/* -------------------------------------------------------------- limits -- */

static void
too_many_streams(void **state)
{
	struct fixture *f = *state;
	struct client *c = connect_client(f);

	begin(c);
	setting(c, H2_INITIAL_WINDOW_SIZE, 0);
	for (uint32_t id = 1; id < 2 * f->settings.max_streams; id += 2)
		ask(c, id, "/big");
	ask(c, 101, "/big");
	send_all(c);
	assert_int_equal(c->h.nstreams, f->settings.max_streams);
	assert_int_equal(reset_by(c, 101), H2_REFUSED_STREAM);
	assert_int_equal(status_on(c, 101), 0);
	number(c, H2_RST_STREAM, 1, H2_CANCEL);
	ask(c, 103, "/big");
	send_all(c);
	assert_int_equal(status_on(c, 103), 200);
	disconnect(c);
}

static void
too_large(void **state)
{
	struct client *c = connect_client(*state);
	char path[1200];
	struct buf b = {0};

	begin(c);
	for (int i = 0; i < 60; i++)
		field(&b, "x", "1");
	frame(c, H2_HEADERS, 5, 1, b.data, b.len);
	buf_clear(&b);
	request_block(&b, "GET", "/");
	for (int i = 0; i < 60; i++)
		field(&b, "x", "1");
	frame(c, H2_HEADERS, 5, 3, b.data, b.len);
	memset(path, 'a', sizeof(path));
	buf_clear(&b);
	field(&b, ":method", "GET");
	field(&b, ":scheme", "https");
	field(&b, ":authority", "a.example");
	buf_add(&b,
		"\0\x05"
		":path",
		7);
	/* An integer with prefix of 7 bits (RFC 7541 section 5.1). */
	buf_char(&b, 127);
	buf_char(&b, (char)((1200 - 127) % 128 + 128));
	buf_char(&b, (1200 - 127) / 128);
	path[0] = '/';
	buf_add(&b, path, sizeof(path));
	frame(c, H2_HEADERS, 5, 5, b.data, b.len);
	send_all(c);
	assert_int_equal(status_on(c, 3), 431);
	assert_int_equal(status_on(c, 5), 414);
	assert_int_equal(gone_by(c), -1);
	buf_free(&b);
	disconnect(c);
}

static void
flood(struct fixture *f, unsigned type, uint32_t id, const char *payload,
      size_t len)
{
	struct client *c = connect_client(f);
	uint64_t abuses = f->counters.abuses;

	begin(c);
	ask_with(c, 1, "POST", "/push", 0, NULL, NULL);
	for (int i = 0; i < 1000; i++)
		frame(c, type, 0, id, payload, len);
	send_all(c);
	assert_int_equal(gone_by(c), H2_ENHANCE_YOUR_CALM);
	assert_int_equal(c->want, WANT_LINGER);
	assert_int_equal(f->counters.abuses, abuses + 1);
	disconnect(c);
}

static void
floods(void **state)
{
	flood(*state, H2_PING, 0, "12345678", 8);
	flood(*state, H2_SETTINGS, 0, NULL, 0);
	flood(*state, H2_PRIORITY, 1, "\0\0\0\0\0", 5);
	flood(*state, H2_PRIORITY_UPDATE, 0, "\0\0\0\x01", 4);
	flood(*state, H2_WINDOW_UPDATE, 0, "\0\0\0\x01", 4);
	flood(*state, H2_DATA, 1, NULL, 0);
	flood(*state, 0x77, 0, NULL, 0);
}

/* Rapid reset (CVE-2023-44487), and resets that we are made to send. */
static void
resets(void **state)
{
	struct fixture *f = *state;
	struct client *c = connect_client(f);
	unsigned answered = 0;

	begin(c);
	for (uint32_t id = 1; id < 2000; id += 2) {
		ask(c, id, "/old");
		number(c, H2_RST_STREAM, id, H2_CANCEL);
	}
	send_all(c);
	assert_int_equal(gone_by(c), H2_ENHANCE_YOUR_CALM);
	for (uint32_t id = 1; id < 2000; id += 2)
		answered += status_on(c, id) != 0;
	assert_in_range(answered, 50, 52);
	disconnect(c);

	c = connect_client(f);
	begin(c);
	for (uint32_t id = 1; id < 2000; id += 2) {
		ask(c, id, "/old");
		frame(c, H2_DATA, 0, id, "x", 1);
	}
	send_all(c);
	assert_int_equal(gone_by(c), H2_ENHANCE_YOUR_CALM);
	disconnect(c);
}

/* Whoever takes data may say so. */
static void
updates_are_earned(void **state)
{
	struct client *c = connect_client(*state);

	begin(c);
	setting(c, H2_INITIAL_WINDOW_SIZE, 1 << 30);
	number(c, H2_WINDOW_UPDATE, 0, 1 << 30);
	for (uint32_t id = 1; id < 80; id += 2) {
		ask(c, id, "/big");
		for (int i = 0; i < 40; i++) {
			number(c, H2_WINDOW_UPDATE, 0, 8192);
			number(c, H2_WINDOW_UPDATE, id, 8192);
		}
		send_all(c);
		assert_int_equal(c->want, WANT_READ);
	}
	disconnect(c);
}

/* ----------------------------------------------------------------- end -- */

static void
graceful_end(void **state)
{
	struct fixture *f = *state;
	struct client *c = connect_client(f);
	struct h2_frame ping, away;
	struct buf data = {0};
	char echo[8];
	int ended;

	begin(c);
	ask(c, 1, "/big");
	send_all(c);
	f->env.draining = 1;
	send_all(c);
	assert_int_equal(heard(c, H2_GOAWAY, 0, &away), 1);
	assert_int_equal(h2_get32(away.payload), H2_ID_MAX);
	assert_int_equal(h2_get32(away.payload + 4), H2_NO_ERROR);
	assert_int_equal(heard(c, H2_PING, 0, &ping), 1);
	memcpy(echo, ping.payload, 8);
	/* Was under way before it came. */
	ask(c, 3, "/");
	frame(c, H2_PING, H2_ACK, 0, "87654321", 8);
	send_all(c);
	assert_int_equal(status_on(c, 3), 200);
	assert_int_equal(gone_by(c), -1);
	frame(c, H2_PING, H2_ACK, 0, echo, 8);
	ask(c, 5, "/");
	send_all(c);
	assert_int_equal(heard(c, H2_GOAWAY, 0, &away), 1);
	assert_int_equal(h2_get32(away.payload), 3);
	assert_int_equal(status_on(c, 5), 0);
	assert_int_equal(c->want, WANT_READ);
	number(c, H2_WINDOW_UPDATE, 0, BIG);
	number(c, H2_WINDOW_UPDATE, 1, BIG);
	send_all(c);
	data_on(c, 1, &data, &ended);
	assert_true(ended);
	assert_int_equal(c->want, WANT_LINGER);
	f->env.draining = 0;
	buf_free(&data);
	disconnect(c);
}

static void
closing_idle(void **state)
{
	struct fixture *f = *state;
	struct client *c = connect_client(f);

	begin(c);
	f->env.draining = f->env.closing_idle = 1;
	ask(c, 1, "/");
	send_all(c);
	assert_int_equal(status_on(c, 1), 200);
	assert_int_equal(gone_by(c), H2_NO_ERROR);
	assert_int_equal(c->want, WANT_LINGER);
	f->env.draining = f->env.closing_idle = 0;
	disconnect(c);
}

static void
client_leaves(void **state)
{
	struct client *c = connect_client(*state);

	begin(c);
	ask(c, 1, "/");
	frame(c, H2_GOAWAY, 0, 0, "\0\0\0\0\0\0\0\0bye", 11);
	send_all(c);
	assert_int_equal(status_on(c, 1), 200);
	assert_int_equal(c->want, WANT_LINGER);
	disconnect(c);
}

/* A response under way keeps the snapshot it began with. */
static void
swap_under_way(void **state)
{
	struct fixture *f = *state;
	struct client *c = connect_client(f);
	struct buf data = {0}, more = {0};
	int ended;

	begin(c);
	ask(c, 1, "/big");
	send_all(c);
	data_on(c, 1, &data, &ended);
	snapshot_unref(f->env.snapshot);
	f->env.snapshot = make_snapshot(slice_of("new"));
	number(c, H2_WINDOW_UPDATE, 0, BIG);
	number(c, H2_WINDOW_UPDATE, 1, BIG);
	ask(c, 3, "/big");
	send_all(c);
	data_on(c, 1, &more, &ended);
	buf_add(&data, more.data, more.len);
	assert_int_equal(data.len, BIG);
	assert_memory_equal(data.data, f->big, BIG);
	data_on(c, 3, &more, &ended);
	assert_string_equal(buf_cstr(&more), "new");
	buf_free(&data);
	buf_free(&more);
	disconnect(c);
}

static void
waiting(void **state)
{
	struct client *c = connect_client(*state);
	char bytes[100] = {0};
	struct input none = {bytes, 0}, some = {bytes, 3};

	begin(c);
	assert_int_equal(h2_waits(&c->h, &none), WAIT_IDLE);
	assert_int_equal(h2_waits(&c->h, &some), WAIT_HEADER);
	ask_with(c, 1, "POST", "/push", 0, NULL, NULL);
	send_all(c);
	assert_int_equal(h2_waits(&c->h, &none), WAIT_BODY);
	/* So that the bytes of DATA cannot trickle. */
	assert_int_equal(h2_waits(&c->h, &some), WAIT_BODY);
	frame(c, H2_HEADERS, H2_END_STREAM, 3, "\x82", 1);
	send_all(c);
	assert_int_equal(h2_waits(&c->h, &none), WAIT_HEADER);
	disconnect(c);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(greeting),
	    TEST(answers),
	    TEST(padding_and_continuation),
	    TEST(table_size),
	    TEST(control_frames),
	    TEST(windows_of_the_client),
	    TEST(initial_window_changes),
	    TEST(our_windows),
	    TEST(order_of_answers),
	    TEST(bodies),
	    TEST(expectations),
	    TEST(bodies_that_never_come),
	    TEST(late_bodies),
	    TEST(too_many_streams),
	    TEST(too_large),
	    TEST(floods),
	    TEST(resets),
	    TEST(updates_are_earned),
	    TEST(graceful_end),
	    TEST(closing_idle),
	    TEST(client_leaves),
	    TEST(swap_under_way),
	    TEST(waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
