/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_H2_FIXTURE_H
#define BLOGD_H2_FIXTURE_H

/* A client of the HTTP/2 engine, without sockets: writes frames, and reads what
 * is answered.  For tests that include it once, after cmocka.h. */
#include "../../daemon/http/h2.h"
#include "../../daemon/http/hpack.h"
#include "http_fixture.h"

struct client {
	struct fixture *f;
	struct h2 h;
	struct buf say;	  /* frames to be sent */
	struct buf kept;  /* input that was not used yet */
	struct buf heard; /* frames received since the last send() */
	struct hpack hpack;
	unsigned status[2048]; /* by stream, of what was heard */
	enum http_want want;
};

static inline struct client *
connect_client(struct fixture *f)
{
	struct client *c = calloc(1, sizeof(*c));

	f->settings.max_streams = 10;
	f->settings.max_control_frames = 20;
	f->settings.max_resets = 5;
	f->settings.body_ms = 60000;
	c->f = f;
	h2_begin(&c->h, 1);
	return c;
}

static inline void
disconnect(struct client *c)
{
	h2_free(&c->h);
	hpack_free(&c->hpack);
	buf_free(&c->say);
	buf_free(&c->kept);
	buf_free(&c->heard);
	free(c);
}

/* ------------------------------------------------------------- writing -- */

static inline void
frame(struct client *c, unsigned type, unsigned flags, uint32_t id,
      const void *payload, size_t len)
{
	char head[H2_HEAD_LEN];

	h2_frame_head(head, len, type, flags, id);
	buf_add(&c->say, head, sizeof(head));
	buf_add(&c->say, payload, len);
}

static inline void
number(struct client *c, unsigned type, uint32_t id, uint32_t n)
{
	char payload[4];

	h2_set32(payload, n);
	frame(c, type, 0, id, payload, 4);
}

static inline void
setting(struct client *c, uint16_t name, uint32_t value)
{
	char payload[6];

	h2_set16(payload, name);
	h2_set32(payload + 2, value);
	frame(c, H2_SETTINGS, 0, 0, payload, 6);
}

static inline void
hello(struct client *c)
{
	buf_str(&c->say, H2_PREFACE);
	frame(c, H2_SETTINGS, 0, 0, NULL, 0);
}

/* A literal field, not indexed; shorter than 127 bytes. */
static inline void
field(struct buf *b, const char *name, const char *value)
{
	buf_char(b, 0);
	buf_char(b, (char)strlen(name));
	buf_str(b, name);
	buf_char(b, (char)strlen(value));
	buf_str(b, value);
}

static inline void
request_block(struct buf *b, const char *method, const char *path)
{
	field(b, ":method", method);
	field(b, ":scheme", "https");
	field(b, ":path", path);
	field(b, ":authority", "a.example");
}

/* name NULL: no field more. */
static inline void
ask_with(struct client *c, uint32_t id, const char *method, const char *path,
	 int end, const char *name, const char *value)
{
	struct buf b = {0};

	request_block(&b, method, path);
	if (name != NULL)
		field(&b, name, value);
	frame(c, H2_HEADERS, H2_END_HEADERS | (end ? H2_END_STREAM : 0), id,
	      b.data, b.len);
	buf_free(&b);
}

static inline void
ask(struct client *c, uint32_t id, const char *path)
{
	ask_with(c, id, "GET", path, 1, NULL, NULL);
}

/* ------------------------------------------------------------ decoding -- */

/* The next frame behind *at; 0 at the end. */
static inline int
next(const struct client *c, size_t *at, struct h2_frame *f)
{
	if (*at == c->heard.len)
		return 0;
	assert_true(c->heard.len - *at >= H2_HEAD_LEN);
	h2_frame_read(c->heard.data + *at, f);
	assert_true(f->length <= H2_FRAME_MAX);
	*at += H2_HEAD_LEN + f->length;
	assert_true(*at <= c->heard.len);
	return 1;
}

static inline void
find_status(void *arg, const struct hpack_field *f)
{
	if (f->known == HPACK_STATUS)
		*(unsigned *)arg = (unsigned)strtoul(f->value.data, NULL, 10);
}

/* Every block must be decoded, in order: the table changes. */
static inline void
decode_all(struct client *c)
{
	struct h2_frame f;

	memset(c->status, 0, sizeof(c->status));
	for (size_t at = 0; next(c, &at, &f);) {
		struct slice block = {(const char *)f.payload, f.length};

		if (f.type != H2_HEADERS)
			continue;
		assert_true(f.flags & H2_END_HEADERS);
		assert_int_equal(hpack_decode(&c->hpack, block,
					      &c->f->env.h2.scratch,
					      find_status, &c->status[f.id]),
				 HPACK_OK);
	}
}

/* ------------------------------------------------------------- sending -- */

static inline void
run(struct client *c, const char *data, size_t len)
{
	struct http_peer peer = {.plain = 0};
	struct fixture *f = c->f;
	struct buf now = {0};
	struct input in;

	buf_add(&now, c->kept.data, c->kept.len);
	buf_add(&now, data, len);
	in = (struct input){now.data, now.len};
	output_begin(&f->output, NULL);
	do {
		c->want = h2_run(&c->h, &f->env, &peer, &in, &f->output);
		assert_true(f->output.wire_len <= 64 * 1024);
		buf_add(&c->heard, f->output.wire, f->output.wire_len);
		output_begin(&f->output, NULL);
	} while (c->want == WANT_WRITE);
	buf_clear(&c->kept);
	buf_add(&c->kept, in.data, in.len);
	buf_free(&now);
}

/* Sends what has been written, in pieces, and hears the answers. */
static inline void
send_pieces(struct client *c, size_t piece)
{
	buf_clear(&c->heard);
	run(c, NULL, 0);
	for (size_t at = 0; at < c->say.len && c->want == WANT_READ;
	     at += piece)
		run(c, c->say.data + at,
		    c->say.len - at < piece ? c->say.len - at : piece);
	buf_clear(&c->say);
	decode_all(c);
}

static inline void
send_all(struct client *c)
{
	send_pieces(c, SIZE_MAX / 2);
}

/* ------------------------------------------------------------- reading -- */

/* How many frames of the type were heard on the stream; *f is the last. */
static inline unsigned
heard(const struct client *c, unsigned type, uint32_t id, struct h2_frame *f)
{
	struct h2_frame now;
	unsigned n = 0;

	*f = (struct h2_frame){0};
	for (size_t at = 0; next(c, &at, &now);) {
		if (now.type != type || now.id != id)
			continue;
		n++;
		*f = now;
	}
	return n;
}

/* The error of the only RST_STREAM on the stream; -1: there is none. */
static inline int
reset_by(const struct client *c, uint32_t id)
{
	struct h2_frame f;
	unsigned n = heard(c, H2_RST_STREAM, id, &f);

	assert_true(n <= 1);
	return n == 1 ? (int)h2_get32(f.payload) : -1;
}

/* The error of the last GOAWAY; -1: there is none. */
static inline int
gone_by(const struct client *c)
{
	struct h2_frame f;

	if (heard(c, H2_GOAWAY, 0, &f) == 0)
		return -1;
	return (int)h2_get32(f.payload + 4);
}

/* The status of the last answer on the stream; 0: none. */
static inline unsigned
status_on(const struct client *c, uint32_t id)
{
	return c->status[id];
}

/* The DATA of the stream, in c->kept's place until the next call; *ended: it
 * came to its end. */
static inline size_t
data_on(const struct client *c, uint32_t id, struct buf *data, int *ended)
{
	struct h2_frame f;

	buf_clear(data);
	*ended = 0;
	for (size_t at = 0; next(c, &at, &f);) {
		if (f.id != id || (f.type != H2_DATA && f.type != H2_HEADERS))
			continue;
		assert_false(*ended);
		*ended = (f.flags & H2_END_STREAM) != 0;
		if (f.type == H2_DATA)
			buf_add(data, f.payload, f.length);
	}
	return data->len;
}

#endif
