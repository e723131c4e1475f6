/* SPDX-License-Identifier: ISC */
#include "../../daemon/http/h2.h"

#include "fuzz.h"
#include "web.h"

/*
 * The frames of a connection behind its preface, cut on their way as the first
 * byte says.  What is answered must be frames as RFC 9113 has them, in an order
 * that each stream allows, and not take more of the client's windows than it
 * has opened.
 */
#define STREAMS 64 /* those with higher ids are not followed */

struct client {
	struct h2 h;
	struct http_env *env;
	struct output out;
	struct buf kept;
	enum http_want want;
	uint8_t answered[STREAMS]; /* HEADERS that are final have come */
	uint8_t ended[STREAMS];
	int gone;		    /* GOAWAY with the last stream has come */
	uint64_t received, allowed; /* bytes of DATA on the connection */
};

static void
no_hook(void *arg)
{
	(void)arg;
}

/* -------------------------------------------------------------- answers -- */

static void
take_headers(struct client *c, const struct h2_frame *f)
{
	/* ":status: 100" is no name of the static table. */
	int interim = f->length > 1 && !(f->flags & H2_END_STREAM) &&
		      memmem(f->payload, f->length, "100", 3) != NULL &&
		      f->length < 10;

	CHECK(f->flags & H2_END_HEADERS);
	CHECK(!c->answered[f->id] && !c->ended[f->id]);
	c->answered[f->id] = !interim;
	c->ended[f->id] = (f->flags & H2_END_STREAM) != 0;
}

static void
take_data(struct client *c, const struct h2_frame *f)
{
	CHECK(c->answered[f->id] && !c->ended[f->id]);
	c->ended[f->id] = (f->flags & H2_END_STREAM) != 0;
}

static void
take_frame(struct client *c, const struct h2_frame *f)
{
	CHECK(f->length <= H2_FRAME_MAX);
	CHECK(f->id == 0 || f->id <= c->h.last_id);
	if (f->type == H2_DATA)
		c->received += f->length;
	if (f->type == H2_GOAWAY)
		c->gone = 1;
	if (f->id == 0 || f->id >= STREAMS)
		return;
	if (f->type == H2_HEADERS)
		take_headers(c, f);
	else if (f->type == H2_DATA)
		take_data(c, f);
	else
		CHECK(f->type == H2_RST_STREAM || f->type == H2_WINDOW_UPDATE);
}

static void
take_output(struct client *c)
{
	struct slice s = {c->out.wire, c->out.wire_len};

	while (s.len > 0) {
		struct h2_frame f;

		CHECK(s.len >= H2_HEAD_LEN);
		h2_frame_read(s.data, &f);
		CHECK(s.len >= H2_HEAD_LEN + f.length);
		take_frame(c, &f);
		fuzz_take(&s, H2_HEAD_LEN + f.length);
	}
	output_begin(&c->out, NULL);
}

/* ------------------------------------------------------------ questions -- */

static void
check_state(const struct client *c)
{
	const struct serve_settings *set = c->env->settings;

	/* At its end nobody looks at what else has come. */
	CHECK(c->kept.len < set->max_header_bytes + 1024 ||
	      c->want != WANT_READ);
	CHECK(c->h.nstreams <= set->max_streams);
	CHECK(c->h.kept <= 2 * set->max_header_bytes);
	CHECK(c->h.window >= 0);
	CHECK(c->received <= c->allowed);
	CHECK(!c->h.ending || c->h.streams == NULL);
	CHECK(c->want == WANT_READ || c->gone);
}

static void
say(struct client *c, struct slice bytes)
{
	struct http_peer peer = {.plain = 0};
	struct input in;

	buf_add(&c->kept, bytes.data, bytes.len);
	in = (struct input){c->kept.data, c->kept.len};
	while ((c->want = h2_run(&c->h, c->env, &peer, &in, &c->out)) ==
	       WANT_WRITE)
		take_output(c);
	take_output(c);
	if (in.len > 0)
		memmove(c->kept.data, in.data, in.len);
	c->kept.len = in.len;
}

/* As much as any frames here could allow. */
static uint64_t
most_allowed(struct slice text)
{
	uint64_t n = H2_WINDOW;

	for (; text.len >= H2_HEAD_LEN + 4; fuzz_take(&text, 1))
		if (text.data[3] == H2_WINDOW_UPDATE)
			n += h2_get32((const unsigned char *)text.data +
				      H2_HEAD_LEN) &
			     H2_WINDOW_MAX;
	return n;
}

static void
talk(struct http_env *env, struct slice text, size_t piece)
{
	static const char hello[] = H2_PREFACE "\0\0\0\4\0\0\0\0\0";
	struct client c = {.env = env, .allowed = most_allowed(text)};

	output_init(&c.out);
	output_begin(&c.out, NULL);
	h2_begin(&c.h, 1);
	say(&c, (struct slice){hello, sizeof(hello) - 1});
	CHECK(c.h.phase == H2_READY);
	while (text.len > 0 && c.want == WANT_READ) {
		say(&c, fuzz_take(&text, piece));
		check_state(&c);
	}
	h2_timeout(&c.h, env, &(struct http_peer){.plain = 0}, &c.out);
	take_output(&c);
	CHECK(c.h.streams == NULL);
	h2_free(&c.h);
	output_free(&c.out);
	buf_free(&c.kept);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct serve_counters counters;
	static struct http_env env = {
	    .settings = &fuzz_serve, .counters = &counters, .hook = no_hook};
	struct slice text = {(const char *)data, len};
	unsigned piece = fuzz_byte(&text);

	if (env.snapshot == NULL) {
		env.snapshot = fuzz_snapshot();
		env.limits = fuzz_limits;
		plan_memory_init(&env.memory, &fuzz_serve);
		h2_shared_init(&env.h2, &fuzz_serve);
	}
	talk(&env, text, SIZE_MAX);
	talk(&env, text, 1 + piece);
	return 0;
}
