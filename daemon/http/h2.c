/* SPDX-License-Identifier: ISC */
#include "h2.h"

#include <string.h>

#include "../clock.h"
#include "h2_control.h"
#include "h2_data.h"
#include "h2_headers.h"
#include "h2_send.h"

/* -------------------------------------------------------------- frames -- */

#define SMALL_MAX 1024 /* more SETTINGS, debug data, ... makes no sense */

enum place { ON_CONNECTION = 1, ON_STREAM = 2, ANYWHERE = 3 };

struct kind {
	h2_take_fn *take;
	uint16_t min, max; /* bytes of payload */
	uint8_t place;
	uint8_t on_idle; /* may be the first on a stream */
	uint8_t costs;	 /* more of them than sensible is abuse */
	uint8_t whole;	 /* taken with all of its payload */
};

static h2_take_fn take_forbidden, take_unknown;

/* clang-format off */
static const struct kind kinds[H2__TYPES] = {
	/*			least, most, place, idle, costs, whole */
	[H2_DATA] =		{h2_take_data,
				 0, H2_FRAME_MAX, ON_STREAM, 0, 0, 0},
	[H2_HEADERS] =		{h2_take_headers,
				 0, H2_FRAME_MAX, ON_STREAM, 1, 0, 1},
	[H2_PRIORITY] =		{h2_take_priority,
				 5, 5, ON_STREAM, 1, 1, 1},
	[H2_RST_STREAM] =	{h2_take_rst_stream,
				 4, 4, ON_STREAM, 0, 1, 1},
	[H2_SETTINGS] =		{h2_take_settings,
				 0, SMALL_MAX, ON_CONNECTION, 0, 1, 1},
	[H2_PUSH_PROMISE] =	{take_forbidden,
				 0, H2_FRAME_MAX, ANYWHERE, 1, 1, 0},
	[H2_PING] =		{h2_take_ping,
				 8, 8, ON_CONNECTION, 0, 1, 1},
	[H2_GOAWAY] =		{h2_take_goaway,
				 8, SMALL_MAX, ON_CONNECTION, 0, 1, 1},
	[H2_WINDOW_UPDATE] =	{h2_take_window_update,
				 4, 4, ANYWHERE, 0, 1, 1},
	[H2_CONTINUATION] =	{h2_take_continuation,
				 0, H2_FRAME_MAX, ON_STREAM, 1, 0, 1},
	[H2_PRIORITY_UPDATE] =	{h2_take_priority_update,
				 4, SMALL_MAX, ON_CONNECTION, 0, 1, 1},
};
/* clang-format on */

static const struct kind *
kind_of(const struct h2_frame *f)
{
	static const struct kind unknown = {
	    take_unknown, 0, H2_FRAME_MAX, ANYWHERE, 1, 1, 0};

	return f->type < H2__TYPES && kinds[f->type].take != NULL
		   ? &kinds[f->type]
		   : &unknown;
}

/* A client has nothing to promise (section 8.4). */
static enum h2_error
take_forbidden(struct h2_turn *t, const struct h2_frame *f)
{
	(void)t, (void)f;
	return H2_PROTOCOL_ERROR;
}

/* Section 5.5: ignored. */
static enum h2_error
take_unknown(struct h2_turn *t, const struct h2_frame *f)
{
	t->h->skip = f->length;
	return H2_NO_ERROR;
}

/* We promise nothing: streams with even ids are idle for ever. */
static int
is_idle(const struct h2 *h, uint32_t id)
{
	return id != 0 && (id > h->last_id || id % 2 == 0);
}

/* May such a frame come here?  Decided before its payload has come. */
static enum h2_error
check(const struct h2_turn *t, const struct h2_frame *f)
{
	const struct h2 *h = t->h;
	const struct kind *k = kind_of(f);
	int fields = f->type == H2_HEADERS || f->type == H2_CONTINUATION;

	if (f->length > H2_FRAME_MAX)
		return H2_FRAME_SIZE_ERROR;
	if (h2_interrupts(h, f))
		return H2_PROTOCOL_ERROR;
	/* Section 3.4: the preface ends with SETTINGS. */
	if (h->phase != H2_READY &&
	    (f->type != H2_SETTINGS || f->flags & H2_ACK))
		return H2_PROTOCOL_ERROR;
	if (!(k->place & (f->id == 0 ? ON_CONNECTION : ON_STREAM)))
		return H2_PROTOCOL_ERROR;
	if (!k->on_idle && is_idle(h, f->id))
		return H2_PROTOCOL_ERROR;
	if (f->length < k->min || f->length > k->max)
		return H2_FRAME_SIZE_ERROR;
	if (fields && f->length > t->env->settings->max_header_bytes)
		return H2_ENHANCE_YOUR_CALM;
	return H2_NO_ERROR;
}

/* Bytes of the payload that must be there to take the frame; the others are
 * skipped as they come. */
static size_t
needed(const struct h2_frame *f)
{
	if (f->type == H2_DATA)
		return f->flags & H2_PADDED && f->length > 0 ? 1 : 0;
	return kind_of(f)->whole ? f->length : 0;
}

static int
is_costly(const struct h2_frame *f)
{
	return kind_of(f)->costs || (f->type == H2_DATA && f->length == 0 &&
				     !(f->flags & H2_END_STREAM));
}

static enum h2_error
take(struct h2_turn *t, const struct h2_frame *f)
{
	if (is_costly(f) &&
	    h2_abuse_frame(&t->h->abuse, t->env->settings->max_control_frames,
			   clock_ms()))
		return H2_ENHANCE_YOUR_CALM;
	return kind_of(f)->take(t, f);
}

/* --------------------------------------------------------------- input -- */

static void
consume(struct input *in, size_t n)
{
	in->data += n;
	in->len -= n;
}

/* Each step takes something, and says so by 1, or needs more input. */
static int
skip_payload(struct h2_turn *t, struct input *in, enum h2_error *error)
{
	struct h2 *h = t->h;
	size_t n = in->len < h->skip ? in->len : h->skip;

	consume(in, n);
	h->skip -= (uint32_t)n;
	if (h->skip > 0)
		return 0;
	if (h->data_id != 0)
		*error = h2_data_taken(t);
	return 1;
}

static int
take_preface(struct h2_turn *t, struct input *in, enum h2_error *error)
{
	size_t n = in->len < H2_PREFACE_LEN ? in->len : H2_PREFACE_LEN;

	if (n > 0 && memcmp(in->data, H2_PREFACE, n) != 0)
		*error = H2_PROTOCOL_ERROR;
	else if (n < H2_PREFACE_LEN)
		return 0;
	consume(in, n);
	t->h->phase = H2_PREFACED;
	return 1;
}

static int
take_frame(struct h2_turn *t, struct input *in, enum h2_error *error)
{
	struct h2_frame f;
	size_t n;

	if (in->len < H2_HEAD_LEN)
		return 0;
	h2_frame_read(in->data, &f);
	*error = check(t, &f);
	if (*error != H2_NO_ERROR)
		return 1;
	n = needed(&f);
	if (in->len - H2_HEAD_LEN < n)
		return 0;
	consume(in, H2_HEAD_LEN + n);
	*error = take(t, &f);
	return 1;
}

static int
step(struct h2_turn *t, struct input *in, enum h2_error *error)
{
	struct h2 *h = t->h;

	if (h->skip > 0 || h->data_id != 0)
		return skip_payload(t, in, error);
	return h->phase == H2_GREETED ? take_preface(t, in, error)
				      : take_frame(t, in, error);
}

/* ----------------------------------------------------------------- end -- */

static void
end(struct h2_turn *t)
{
	h2_streams_free(t->h);
	h2_block_free(t->h);
	t->h->ending = WANT_LINGER;
}

/* A connection error (section 5.4.1). */
static void
fail(struct h2_turn *t, enum h2_error error)
{
	if (error == H2_ENHANCE_YOUR_CALM)
		count_add(&t->env->counters->abuses, 1);
	h2_put_goaway(t->out, t->h->last_id, error);
	end(t);
}

/* Nothing is under way any more, and nothing is to come. */
static int
is_done(const struct h2_turn *t, const struct input *in)
{
	const struct h2 *h = t->h;

	if (h->streams != NULL || h->block != NULL || in->len > 0)
		return 0;
	/* Its client can come again: to another process. */
	return h->leaving == H2_LEFT ||
	       (t->env->closing_idle && h->last_id > 0);
}

/* ----------------------------------------------------------------- run -- */

static void
take_input(struct h2_turn *t, struct input *in)
{
	enum h2_error error = H2_NO_ERROR;

	while (!output_full(t->out) && step(t, in, &error)) {
		if (error == H2_NO_ERROR)
			continue;
		fail(t, error);
		return;
	}
}

enum http_want
h2_run(struct h2 *h, struct http_env *env, const struct http_peer *peer,
       struct input *in, struct output *out)
{
	struct h2_turn t = {h, env, peer, out};

	if (h->ending)
		return h->ending;
	if (h->phase == H2_NEW) {
		h2_greet(&t);
		h->phase = H2_GREETED;
	}
	if (env->draining && h->leaving == H2_STAYS)
		h2_leave(&t);
	if (h2_data_due(h))
		h2_data_expire(&t, clock_ms());
	take_input(&t, in);
	if (h->ending)
		return h->ending;
	h2_send_waiting(&t);
	if (output_full(out))
		return WANT_WRITE;
	if (is_done(&t, in)) {
		h2_close(&t);
		end(&t);
		return h->ending;
	}
	return WANT_READ;
}

void
h2_begin(struct h2 *h, int64_t now)
{
	*h = (struct h2){.window = H2_WINDOW, .initial_window = H2_WINDOW};
	h2_abuse_begin(&h->abuse, now);
}

void
h2_free(struct h2 *h)
{
	h2_streams_free(h);
	h2_block_free(h);
	hpack_free(&h->hpack);
}

/* ------------------------------------------------------------- waiting -- */

int
h2_blocked(const struct h2 *h)
{
	for (const struct h2_stream *s = h->streams; s != NULL; s = s->next)
		if (s->rest.now.len > 0)
			return 1;
	return 0;
}

enum wait_kind
h2_waits(const struct h2 *h, const struct input *in)
{
	if (h->block != NULL)
		return WAIT_HEADER;
	if (h2_data_due(h))
		return WAIT_BODY;
	if (in->len > 0)
		return WAIT_HEADER;
	return h2_blocked(h) ? WAIT_WRITE : WAIT_IDLE;
}

size_t
h2_taken(struct h2 *h, size_t sent)
{
	size_t n = h->sent < sent ? h->sent : sent;

	h->sent = 0;
	return n;
}

void
h2_timeout(struct h2 *h, struct http_env *env, const struct http_peer *peer,
	   struct output *out)
{
	struct h2_turn t = {h, env, peer, out};

	h2_data_expire(&t, INT64_MAX);
	h2_send_waiting(&t);
	fail(&t, H2_NO_ERROR);
}

void
h2_goodbye(struct h2 *h, struct output *out)
{
	if (h->leaving != H2_LEFT && !h->ending)
		h2_put_goaway(out, h->last_id, H2_NO_ERROR);
}
