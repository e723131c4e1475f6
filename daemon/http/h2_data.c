/* SPDX-License-Identifier: ISC */
#include "h2_data.h"

#include "h2_send.h"

/* --------------------------------------------------------------- begin -- */

/* All requests of a connection that wait for their bodies may take so much
 * memory; HTTP/1.1 keeps one head. */
static int
room_for(const struct h2_turn *t, size_t len)
{
	return len <=
	       2 * (size_t)t->env->settings->max_header_bytes - t->h->kept;
}

static void
keep_request(struct h2_turn *t, struct h2_stream *s, const struct h2_request *q,
	     size_t len)
{
	s->request = request_copy(&q->r);
	s->request_len = (uint32_t)len;
	t->h->kept += (uint32_t)len;
	s->has_length = q->has_length != 0;
	s->left = q->r.framing.content_length;
	s->room = t->env->settings->max_body;
}

enum h2_error
h2_data_begin(struct h2_turn *t, struct h2_stream *s,
	      const struct h2_request *q)
{
	const struct request *r = &q->r;
	size_t len = request_size(r);
	int answered = 0;

	if (!room_for(t, len))
		return h2_stream_error(t, s->id, NULL, H2_REFUSED_STREAM);
	if (r->framing.content_length > t->env->settings->max_body) {
		h2_refuse(t, s, r, 413);
		answered = 1;
	} else if (r->framing.expect_continue || r->expects_other) {
		answered = h2_answer_expectation(t, s, r);
	}
	if (!answered)
		keep_request(t, s, q, len);
	h2_stream_keep(t->h, s);
	return H2_NO_ERROR;
}

/* ----------------------------------------------------------------- end -- */

/* After the answer. */
static void
settle(struct h2_turn *t, struct h2_stream *s)
{
	h2_request_drop(t->h, s);
	if (!h2_stream_waits(s))
		h2_stream_free(t->h, s);
}

static void
refuse(struct h2_turn *t, struct h2_stream *s, unsigned status)
{
	h2_refuse(t, s, s->request, status);
	settle(t, s);
}

enum h2_error
h2_data_end(struct h2_turn *t, struct h2_stream *s)
{
	s->ended = 1;
	if (s->request != NULL && s->has_length && s->left > 0)
		return h2_stream_error(t, s->id, s, H2_PROTOCOL_ERROR);
	if (s->request != NULL)
		h2_answer(t, s, s->request);
	settle(t, s);
	return H2_NO_ERROR;
}

/* ------------------------------------------------------------ deadlines -- */

int
h2_data_due(const struct h2 *h)
{
	for (const struct h2_stream *s = h->streams; s != NULL; s = s->next)
		if (!s->ended)
			return 1;
	return 0;
}

/* RFC 9113 section 8.1: the answer is out, no more of the request is wanted.
 * Not said earlier, for some clients lose the answer over it. */
static void
stop(struct h2_turn *t, struct h2_stream *s)
{
	h2_put_number(t->out, H2_RST_STREAM, s->id, H2_NO_ERROR);
	h2_note_reset(t->h, s->id);
	h2_stream_free(t->h, s);
}

void
h2_data_expire(struct h2_turn *t, int64_t now)
{
	struct h2_stream *s, *next;

	for (s = t->h->streams; s != NULL; s = next) {
		next = s->next;
		if (s->ended || s->due > now)
			continue;
		if (s->request != NULL)
			refuse(t, s, 408);
		else if (s->rest.now.len == 0)
			stop(t, s);
	}
}

/* -------------------------------------------------------- flow control -- */

/* Takes len bytes of a window of ours (section 6.9).  0 when the client was not
 * allowed to send so much. */
static int
take_window(uint32_t *unacked, uint32_t len)
{
	if (len > H2_WINDOW - *unacked)
		return 0;
	*unacked += len;
	return 1;
}

/* Opens a window again when half of it is used: nothing is ever kept. */
static void
give_back(struct h2_turn *t, uint32_t id, uint32_t *unacked)
{
	if (*unacked <= H2_WINDOW / 2)
		return;
	h2_put_number(t->out, H2_WINDOW_UPDATE, id, *unacked);
	*unacked = 0;
}

/* ------------------------------------------------------------- payload -- */

static enum h2_error
count_data(struct h2_turn *t, struct h2_stream *s, uint32_t n)
{
	if (s->request == NULL)
		return H2_NO_ERROR;
	if (s->has_length && n > s->left)
		return h2_stream_error(t, s->id, s, H2_PROTOCOL_ERROR);
	if (n > s->room) {
		refuse(t, s, 413);
		return H2_NO_ERROR;
	}
	s->left -= s->has_length ? n : 0;
	s->room -= n;
	return H2_NO_ERROR;
}

static enum h2_error
take_payload(struct h2_turn *t, const struct h2_frame *f, uint32_t content)
{
	struct h2 *h = t->h;
	struct h2_stream *s = h2_stream_find(h, f->id);

	if (s == NULL && h2_was_reset(h, f->id))
		return H2_NO_ERROR;
	if (s == NULL || s->ended)
		return h2_stream_error(t, f->id, s, H2_STREAM_CLOSED);
	if (!take_window(&s->unacked, f->length))
		return h2_stream_error(t, f->id, s, H2_FLOW_CONTROL_ERROR);
	/* Once it is answered, nobody wants more of it. */
	if (s->request != NULL && !(f->flags & H2_END_STREAM))
		give_back(t, f->id, &s->unacked);
	h->data_id = f->id;
	h->data_ends = (f->flags & H2_END_STREAM) != 0;
	return count_data(t, s, content);
}

enum h2_error
h2_take_data(struct h2_turn *t, const struct h2_frame *f)
{
	uint32_t padding = 0;

	t->h->skip = f->length;
	if (f->flags & H2_PADDED) {
		if (f->length < 1)
			return H2_FRAME_SIZE_ERROR;
		padding = 1U + f->payload[0];
		if (padding > f->length)
			return H2_PROTOCOL_ERROR;
		t->h->skip--;
	}
	if (!take_window(&t->h->unacked, f->length))
		return H2_FLOW_CONTROL_ERROR;
	give_back(t, 0, &t->h->unacked);
	return take_payload(t, f, f->length - padding);
}

enum h2_error
h2_data_taken(struct h2_turn *t)
{
	struct h2_stream *s = h2_stream_find(t->h, t->h->data_id);

	t->h->data_id = 0;
	if (s == NULL || !t->h->data_ends)
		return H2_NO_ERROR;
	return h2_data_end(t, s);
}
