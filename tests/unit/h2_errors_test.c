/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "h2_fixture.h"

/* RFC 9113: which frame where is an error, of what and with which code. */

#define STREAM(n)  (n)
#define CONNECTION 0

/* Stream 1 has been answered, the body of 3 is due, 5 is idle. */
static const struct broken {
	const char *what;
	unsigned type, flags;
	uint32_t id;
	size_t len;
	const char *payload;
	uint32_t of; /* CONNECTION or a stream */
	int error;
} brokens[] = {
    {"DATA on no stream", H2_DATA, 0, 0, 1, "x", CONNECTION, H2_PROTOCOL_ERROR},
    {"DATA on an idle stream", H2_DATA, 0, 5, 1, "x", CONNECTION,
     H2_PROTOCOL_ERROR},
    {"DATA on a stream of ours", H2_DATA, 0, 2, 1, "x", CONNECTION,
     H2_PROTOCOL_ERROR},
    {"DATA on a closed stream", H2_DATA, 0, 1, 1, "x", STREAM(1),
     H2_STREAM_CLOSED},
    {"all padding and more", H2_DATA, H2_PADDED, 3, 2, "\x02x", CONNECTION,
     H2_PROTOCOL_ERROR},
    {"no room for the length of padding", H2_DATA, H2_PADDED, 3, 0, "",
     CONNECTION, H2_FRAME_SIZE_ERROR},
    {"a body that is too long", H2_DATA, 0, 3, 5, "12345", STREAM(3),
     H2_PROTOCOL_ERROR},
    {"a body that is too short", H2_DATA, H2_END_STREAM, 3, 3, "123", STREAM(3),
     H2_PROTOCOL_ERROR},
    {"HEADERS on no stream", H2_HEADERS, 4, 0, 1, "\x82", CONNECTION,
     H2_PROTOCOL_ERROR},
    {"HEADERS on a stream of ours", H2_HEADERS, 4, 2, 1, "\x82", CONNECTION,
     H2_PROTOCOL_ERROR},
    {"HEADERS on a lower stream", H2_HEADERS, 5, 1, 1, "\x82", CONNECTION,
     H2_PROTOCOL_ERROR},
    {"HEADERS of index 0", H2_HEADERS, 5, 5, 1, "\x80", CONNECTION,
     H2_COMPRESSION_ERROR},
    {"HEADERS all padding", H2_HEADERS, 5 | H2_PADDED, 5, 2, "\x02x",
     CONNECTION, H2_PROTOCOL_ERROR},
    {"HEADERS, padding missing", H2_HEADERS, 5 | H2_PADDED, 5, 0, "",
     CONNECTION, H2_FRAME_SIZE_ERROR},
    {"HEADERS, priority missing", H2_HEADERS, 5 | H2_PRIORITIZED, 5, 4, "1234",
     CONNECTION, H2_FRAME_SIZE_ERROR},
    {"HEADERS depend on themselves", H2_HEADERS, 5 | H2_PRIORITIZED, 5, 6,
     "\x80\0\0\x05\x10\x82", CONNECTION, H2_PROTOCOL_ERROR},
    {"a request without fields", H2_HEADERS, 5, 5, 0, "", STREAM(5),
     H2_PROTOCOL_ERROR},
    {"trailers that do not end", H2_HEADERS, 4, 3, 0, "", STREAM(3),
     H2_PROTOCOL_ERROR},
    {"a pseudo field in trailers", H2_HEADERS, 5, 3, 1, "\x82", STREAM(3),
     H2_PROTOCOL_ERROR},
    {"trailers of a body too short", H2_HEADERS, 5, 3, 0, "", STREAM(3),
     H2_PROTOCOL_ERROR},
    {"CONTINUATION of nothing", H2_CONTINUATION, 4, 3, 0, "", CONNECTION,
     H2_PROTOCOL_ERROR},
    {"PRIORITY on no stream", H2_PRIORITY, 0, 0, 5, "\0\0\0\x01\x10",
     CONNECTION, H2_PROTOCOL_ERROR},
    {"PRIORITY too short", H2_PRIORITY, 0, 3, 4, "\0\0\0\x01", CONNECTION,
     H2_FRAME_SIZE_ERROR},
    {"PRIORITY on itself", H2_PRIORITY, 0, 7, 5, "\0\0\0\x07\x10", CONNECTION,
     H2_PROTOCOL_ERROR},
    {"RST_STREAM on no stream", H2_RST_STREAM, 0, 0, 4, "\0\0\0\x08",
     CONNECTION, H2_PROTOCOL_ERROR},
    {"RST_STREAM on an idle stream", H2_RST_STREAM, 0, 5, 4, "\0\0\0\x08",
     CONNECTION, H2_PROTOCOL_ERROR},
    {"RST_STREAM too short", H2_RST_STREAM, 0, 3, 3, "\0\0\0", CONNECTION,
     H2_FRAME_SIZE_ERROR},
    {"SETTINGS on a stream", H2_SETTINGS, 0, 3, 0, "", CONNECTION,
     H2_PROTOCOL_ERROR},
    {"half of a setting", H2_SETTINGS, 0, 0, 3, "\0\x04\0", CONNECTION,
     H2_FRAME_SIZE_ERROR},
    {"SETTINGS in an answer", H2_SETTINGS, H2_ACK, 0, 6, "\0\x04\0\0\0\0",
     CONNECTION, H2_FRAME_SIZE_ERROR},
    {"ENABLE_PUSH 2", H2_SETTINGS, 0, 0, 6, "\0\x02\0\0\0\x02", CONNECTION,
     H2_PROTOCOL_ERROR},
    {"INITIAL_WINDOW_SIZE 2^31", H2_SETTINGS, 0, 0, 6, "\0\x04\x80\0\0\0",
     CONNECTION, H2_FLOW_CONTROL_ERROR},
    {"MAX_FRAME_SIZE 16383", H2_SETTINGS, 0, 0, 6, "\0\x05\0\0\x3f\xff",
     CONNECTION, H2_PROTOCOL_ERROR},
    {"MAX_FRAME_SIZE 2^24", H2_SETTINGS, 0, 0, 6, "\0\x05\x01\0\0\0",
     CONNECTION, H2_PROTOCOL_ERROR},
    {"NO_RFC7540_PRIORITIES 2", H2_SETTINGS, 0, 0, 6, "\0\x09\0\0\0\x02",
     CONNECTION, H2_PROTOCOL_ERROR},
    {"PUSH_PROMISE", H2_PUSH_PROMISE, 4, 3, 4, "\0\0\0\x02", CONNECTION,
     H2_PROTOCOL_ERROR},
    {"PING on a stream", H2_PING, 0, 3, 8, "12345678", CONNECTION,
     H2_PROTOCOL_ERROR},
    {"PING too short", H2_PING, 0, 0, 7, "1234567", CONNECTION,
     H2_FRAME_SIZE_ERROR},
    {"GOAWAY on a stream", H2_GOAWAY, 0, 3, 8, "\0\0\0\0\0\0\0\0", CONNECTION,
     H2_PROTOCOL_ERROR},
    {"GOAWAY too short", H2_GOAWAY, 0, 0, 7, "\0\0\0\0\0\0\0", CONNECTION,
     H2_FRAME_SIZE_ERROR},
    {"WINDOW_UPDATE too short", H2_WINDOW_UPDATE, 0, 0, 3, "\0\0\x01",
     CONNECTION, H2_FRAME_SIZE_ERROR},
    {"WINDOW_UPDATE by 0", H2_WINDOW_UPDATE, 0, 0, 4, "\0\0\0\0", CONNECTION,
     H2_PROTOCOL_ERROR},
    {"WINDOW_UPDATE by 0 on a stream", H2_WINDOW_UPDATE, 0, 3, 4, "\0\0\0\0",
     STREAM(3), H2_PROTOCOL_ERROR},
    {"WINDOW_UPDATE on an idle stream", H2_WINDOW_UPDATE, 0, 5, 4, "\0\0\0\x01",
     CONNECTION, H2_PROTOCOL_ERROR},
    {"WINDOW_UPDATE beyond 2^31-1", H2_WINDOW_UPDATE, 0, 0, 4,
     "\x7f\xff\xff\xff", CONNECTION, H2_FLOW_CONTROL_ERROR},
    {"the same on a stream", H2_WINDOW_UPDATE, 0, 3, 4, "\x7f\xff\xff\xff",
     STREAM(3), H2_FLOW_CONTROL_ERROR},
    {"PRIORITY_UPDATE on a stream", H2_PRIORITY_UPDATE, 0, 3, 7,
     "\0\0\0\x03u=1", CONNECTION, H2_PROTOCOL_ERROR},
    {"PRIORITY_UPDATE of no stream", H2_PRIORITY_UPDATE, 0, 0, 7, "\0\0\0\0u=1",
     CONNECTION, H2_PROTOCOL_ERROR},
    {"PRIORITY_UPDATE too short", H2_PRIORITY_UPDATE, 0, 0, 3, "\0\0\0",
     CONNECTION, H2_FRAME_SIZE_ERROR},
};

static void
check_broken(struct fixture *f, const struct broken *b, size_t piece)
{
	struct client *c = connect_client(f);

	hello(c);
	ask(c, 1, "/");
	ask_with(c, 3, "POST", "/push", 0, "content-length", "4");
	frame(c, b->type, b->flags, b->id, b->payload, b->len);
	ask(c, 9, "/old");
	send_pieces(c, piece);
	if (b->of == CONNECTION) {
		assert_int_equal(gone_by(c), b->error);
		assert_int_equal(c->want, WANT_LINGER);
		assert_int_equal(status_on(c, 9), 0);
	} else {
		assert_int_equal(reset_by(c, b->of), b->error);
		assert_int_equal(gone_by(c), -1);
		assert_int_equal(status_on(c, 9), 301);
	}
	assert_int_equal(status_on(c, 1), 200);
	assert_int_equal(f->hooks, 0);
	disconnect(c);
}

static void
broken_frames(void **state)
{
	for (size_t i = 0; i < sizeof(brokens) / sizeof(brokens[0]); i++) {
		print_message("%s\n", brokens[i].what);
		check_broken(*state, &brokens[i], SIZE_MAX / 2);
		check_broken(*state, &brokens[i], 1);
	}
}

/* Refused from its head: the payload need not come. */
static void
large_frames(void **state)
{
	static const struct {
		unsigned type;
		size_t length;
		int error;
	} large[] = {
	    {H2_DATA, H2_FRAME_MAX + 1, H2_FRAME_SIZE_ERROR},
	    {0x77, H2_FRAME_MAX + 1, H2_FRAME_SIZE_ERROR},
	    {H2_HEADERS, 8193, H2_ENHANCE_YOUR_CALM},
	    {H2_SETTINGS, 1026, H2_FRAME_SIZE_ERROR},
	};

	for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
		struct client *c = connect_client(*state);
		char head[H2_HEAD_LEN];

		hello(c);
		h2_frame_head(head, large[i].length, large[i].type, 4,
			      large[i].type == H2_SETTINGS ? 0 : 1);
		buf_add(&c->say, head, sizeof(head));
		send_all(c);
		if (large[i].type == H2_DATA)
			assert_true(gone_by(c) > 0);
		else
			assert_int_equal(gone_by(c), large[i].error);
		disconnect(c);
	}
}

static void
prefaces(void **state)
{
	static const char *const wrong[] = {
	    "GET / HTTP/1.1\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r", "X"};
	struct client *c;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		c = connect_client(*state);
		buf_str(&c->say, wrong[i]);
		send_pieces(c, i + 1);
		assert_int_equal(gone_by(c), H2_PROTOCOL_ERROR);
		disconnect(c);
	}
	/* SETTINGS end the preface, and no answer to ours does. */
	c = connect_client(*state);
	buf_str(&c->say, H2_PREFACE);
	frame(c, H2_PING, 0, 0, "12345678", 8);
	send_all(c);
	assert_int_equal(gone_by(c), H2_PROTOCOL_ERROR);
	disconnect(c);
	c = connect_client(*state);
	buf_str(&c->say, H2_PREFACE);
	frame(c, H2_SETTINGS, H2_ACK, 0, NULL, 0);
	send_all(c);
	assert_int_equal(gone_by(c), H2_PROTOCOL_ERROR);
	disconnect(c);
}

static void
ended_streams(void **state)
{
	struct client *c = connect_client(*state);

	/* Answered, and being answered. */
	hello(c);
	ask(c, 1, "/");
	ask(c, 1, "/");
	send_all(c);
	assert_int_equal(gone_by(c), H2_STREAM_CLOSED);
	disconnect(c);

	c = connect_client(*state);
	hello(c);
	ask(c, 1, "/big");
	frame(c, H2_DATA, 0, 1, "x", 1);
	send_all(c);
	assert_int_equal(reset_by(c, 1), H2_STREAM_CLOSED);
	disconnect(c);

	c = connect_client(*state);
	hello(c);
	ask(c, 1, "/big");
	ask(c, 1, "/");
	send_all(c);
	assert_int_equal(gone_by(c), H2_STREAM_CLOSED);
	disconnect(c);
}

/* What was under way when we reset the stream is not an error. */
static void
reset_streams(void **state)
{
	struct client *c = connect_client(*state);

	hello(c);
	ask_with(c, 1, "POST", "/push", 0, "content-length", "x");
	frame(c, H2_DATA, 0, 1, "abc", 3);
	frame(c, H2_WINDOW_UPDATE, 0, 1, "\0\0\0\0", 4);
	frame(c, H2_HEADERS, H2_END_HEADERS | H2_END_STREAM, 1, "", 0);
	frame(c, H2_RST_STREAM, 0, 1, "\0\0\0\0", 4);
	ask(c, 3, "/");
	send_all(c);
	assert_int_equal(reset_by(c, 1), H2_PROTOCOL_ERROR);
	assert_int_equal(gone_by(c), -1);
	assert_int_equal(status_on(c, 3), 200);
	disconnect(c);
}

static void
interrupted_block(void **state)
{
	static const struct {
		unsigned type;
		uint32_t id;
		size_t len;
	} by[] = {
	    {H2_PING, 0, 8},	     {H2_DATA, 1, 1}, {H2_HEADERS, 3, 0},
	    {H2_CONTINUATION, 3, 0}, {0x77, 0, 0},
	};

	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		struct client *c = connect_client(*state);

		hello(c);
		frame(c, H2_HEADERS, H2_END_STREAM, 1, "\x82", 1);
		frame(c, by[i].type, 0, by[i].id, "12345678", by[i].len);
		send_all(c);
		assert_int_equal(gone_by(c), H2_PROTOCOL_ERROR);
		disconnect(c);
	}
}

static void
continuation_flood(void **state)
{
	struct client *c = connect_client(*state);
	struct fixture *f = *state;
	char junk[3000];

	hello(c);
	frame(c, H2_HEADERS, H2_END_STREAM, 1, "\x82", 1);
	for (int i = 0; i < 100; i++)
		frame(c, H2_CONTINUATION, 0, 1, "", 0);
	send_all(c);
	assert_int_equal(gone_by(c), H2_ENHANCE_YOUR_CALM);
	assert_int_equal(f->counters.abuses, 1);
	disconnect(c);

	c = connect_client(f);
	memset(junk, 0, sizeof(junk));
	hello(c);
	frame(c, H2_HEADERS, H2_END_STREAM, 1, "\x82", 1);
	for (int i = 0; i < 3; i++)
		frame(c, H2_CONTINUATION, 0, 1, junk, sizeof(junk));
	send_all(c);
	assert_int_equal(gone_by(c), H2_ENHANCE_YOUR_CALM);
	assert_null(c->h.block);
	disconnect(c);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(broken_frames),      TEST(large_frames),
	    TEST(prefaces),	      TEST(ended_streams),
	    TEST(reset_streams),      TEST(interrupted_block),
	    TEST(continuation_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
