/* SPDX-License-Identifier: ISC */
#include "h2_control.h"

#include <string.h>

#include "h2_stream.h"

#define PING_LEN 8

static const char leaving[PING_LEN] = "leaving";

/* ------------------------------------------------------------ settings -- */

static size_t
put_setting(char *p, enum h2_setting name, uint32_t value)
{
	h2_set16(p, (uint16_t)name);
	h2_set32(p + 2, value);
	return 6;
}

void
h2_greet(struct h2_turn *t)
{
	const struct serve_settings *set = t->env->settings;
	char p[18];
	size_t n;

	n = put_setting(p, H2_MAX_CONCURRENT_STREAMS, set->max_streams);
	n += put_setting(p + n, H2_MAX_HEADER_LIST_SIZE, set->max_header_bytes);
	n += put_setting(p + n, H2_NO_RFC7540_PRIORITIES, 1);
	h2_put_frame(t->out, H2_SETTINGS, 0, 0, p, n);
}

/* Section 6.9.2: the windows of all streams move along. */
static enum h2_error
set_initial_window(struct h2 *h, uint32_t value)
{
	int64_t change;

	if (value > H2_WINDOW_MAX)
		return H2_FLOW_CONTROL_ERROR;
	change = (int64_t)value - h->initial_window;
	h->initial_window = (int32_t)value;
	for (struct h2_stream *s = h->streams; s != NULL; s = s->next) {
		if (s->window + change > H2_WINDOW_MAX)
			return H2_FLOW_CONTROL_ERROR;
		s->window = (int32_t)(s->window + change);
	}
	return H2_NO_ERROR;
}

static enum h2_error
set(struct h2 *h, unsigned name, uint32_t value)
{
	switch (name) {
	case H2_HEADER_TABLE_SIZE:
		h->table_lowered |= value < HPACK_COMMON_BYTES;
		return H2_NO_ERROR;
	case H2_INITIAL_WINDOW_SIZE:
		return set_initial_window(h, value);
	case H2_MAX_FRAME_SIZE:
		/* Ours are never larger than the least it can ask for. */
		return value < H2_FRAME_MAX || value > 0xffffff
			   ? H2_PROTOCOL_ERROR
			   : H2_NO_ERROR;
	case H2_ENABLE_PUSH:
	case H2_NO_RFC7540_PRIORITIES:
		return value > 1 ? H2_PROTOCOL_ERROR : H2_NO_ERROR;
	default:
		return H2_NO_ERROR;
	}
}

enum h2_error
h2_take_settings(struct h2_turn *t, const struct h2_frame *f)
{
	if (f->flags & H2_ACK)
		return f->length > 0 ? H2_FRAME_SIZE_ERROR : H2_NO_ERROR;
	if (f->length % 6 != 0)
		return H2_FRAME_SIZE_ERROR;
	for (uint32_t i = 0; i < f->length; i += 6) {
		enum h2_error error = set(t->h, h2_get16(f->payload + i),
					  h2_get32(f->payload + i + 2));

		if (error != H2_NO_ERROR)
			return error;
	}
	t->h->phase = H2_READY;
	h2_put_frame(t->out, H2_SETTINGS, H2_ACK, 0, NULL, 0);
	return H2_NO_ERROR;
}

/* ----------------------------------------------------------------- end -- */

void
h2_leave(struct h2_turn *t)
{
	t->h->leaving = H2_LEAVING;
	h2_put_goaway(t->out, H2_ID_MAX, H2_NO_ERROR);
	h2_put_frame(t->out, H2_PING, 0, 0, leaving, PING_LEN);
}

void
h2_close(struct h2_turn *t)
{
	if (t->h->leaving == H2_LEFT)
		return;
	t->h->leaving = H2_LEFT;
	h2_put_goaway(t->out, t->h->last_id, H2_NO_ERROR);
}

enum h2_error
h2_take_ping(struct h2_turn *t, const struct h2_frame *f)
{
	if (!(f->flags & H2_ACK))
		h2_put_frame(t->out, H2_PING, H2_ACK, 0, f->payload, PING_LEN);
	else if (t->h->leaving == H2_LEAVING &&
		 memcmp(f->payload, leaving, PING_LEN) == 0)
		h2_close(t);
	return H2_NO_ERROR;
}

/* The client ends the connection: what it has asked for is still answered. */
enum h2_error
h2_take_goaway(struct h2_turn *t, const struct h2_frame *f)
{
	(void)f;
	h2_close(t);
	return H2_NO_ERROR;
}

/* -------------------------------------------------------- flow control -- */

/* RFC 9113 section 6.9. */
static enum h2_error
widen(int32_t *window, uint32_t increment)
{
	if (increment == 0)
		return H2_PROTOCOL_ERROR;
	if ((int64_t)*window + increment > H2_WINDOW_MAX)
		return H2_FLOW_CONTROL_ERROR;
	*window = (int32_t)(*window + (int64_t)increment);
	return H2_NO_ERROR;
}

enum h2_error
h2_take_window_update(struct h2_turn *t, const struct h2_frame *f)
{
	uint32_t increment = h2_get32(f->payload) & H2_WINDOW_MAX;
	struct h2_stream *s;
	enum h2_error error;

	if (f->id == 0)
		return widen(&t->h->window, increment);
	s = h2_stream_find(t->h, f->id);
	if (s == NULL)
		return H2_NO_ERROR; /* it is closed by now */
	error = widen(&s->window, increment);
	return error == H2_NO_ERROR ? H2_NO_ERROR
				    : h2_stream_error(t, f->id, s, error);
}

/* ------------------------------------------------------------- streams -- */

enum h2_error
h2_take_rst_stream(struct h2_turn *t, const struct h2_frame *f)
{
	struct h2_stream *s = h2_stream_find(t->h, f->id);

	if (s != NULL)
		h2_stream_free(t->h, s);
	return h2_count_reset(t);
}

/* Deprecated: looked at, not followed (section 5.3.2).  On an idle stream
 * there is nothing to reset, so its errors are the connection's. */
enum h2_error
h2_take_priority(struct h2_turn *t, const struct h2_frame *f)
{
	(void)t;
	return (h2_get32(f->payload) & H2_ID_MAX) == f->id ? H2_PROTOCOL_ERROR
							   : H2_NO_ERROR;
}

/* RFC 9218 section 7.1.  What it says of a stream to come is not kept: the
 * request can say it itself. */
enum h2_error
h2_take_priority_update(struct h2_turn *t, const struct h2_frame *f)
{
	uint32_t id = h2_get32(f->payload) & H2_ID_MAX;
	struct h2_stream *s = h2_stream_find(t->h, id);

	if (id == 0 || id % 2 == 0)
		return H2_PROTOCOL_ERROR;
	if (s != NULL)
		s->priority = h2_priority_parse((struct slice){
		    (const char *)f->payload + 4, f->length - 4});
	return H2_NO_ERROR;
}
