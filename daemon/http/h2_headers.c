/* SPDX-License-Identifier: ISC */
#include "h2_headers.h"

#include <stdlib.h>

#include "../clock.h"
#include "h2_data.h"
#include "h2_request.h"
#include "h2_send.h"

struct h2_block {
	struct buf bytes;
	uint32_t id;
	int ended; /* END_STREAM was set */
	unsigned frames;
};

/* ------------------------------------------------------------ requests -- */

struct fields {
	struct h2_request q;
	struct h2_priority priority;
};

static void
take_field(void *arg, const struct hpack_field *f)
{
	struct fields *all = arg;

	if (f->known == HPACK_OTHER && slice_is(f->name, "priority"))
		all->priority = h2_priority_parse(f->value);
	h2_request_field(&all->q, f);
}

static enum h2_error
answer(struct h2_turn *t, struct h2_stream *s, struct h2_request *q,
       enum hpack_result result)
{
	int status = 431;

	if (result == HPACK_OK)
		status = h2_request_end(q, &t->env->limits, s->ended);
	if (status == H2_MALFORMED)
		return h2_stream_error(t, s->id, NULL, H2_PROTOCOL_ERROR);
	if (status != REQUEST_OK)
		h2_refuse(t, s, &q->r, (unsigned)status);
	else if (s->ended)
		h2_answer(t, s, &q->r);
	else
		return h2_data_begin(t, s, q);
	if (h2_stream_waits(s))
		h2_stream_keep(t->h, s);
	return H2_NO_ERROR;
}

static enum h2_error
take_request(struct h2_turn *t, uint32_t id, struct slice block, int ended)
{
	struct h2 *h = t->h;
	struct h2_stream s = {
	    .id = id, .window = h->initial_window, .ended = ended != 0};
	struct fields f;
	enum hpack_result result;

	f.priority = H2_PRIORITY_DEFAULT;
	h2_request_begin(&f.q);
	result =
	    hpack_decode(&h->hpack, block, &t->env->h2.scratch, take_field, &f);
	if (result == HPACK_ERROR)
		return H2_COMPRESSION_ERROR;
	/* It was told that this one would not be looked at (section 6.8). */
	if (h->leaving == H2_LEFT)
		return H2_NO_ERROR;
	if (h->nstreams >= t->env->settings->max_streams)
		return h2_stream_error(t, id, NULL, H2_REFUSED_STREAM);
	s.priority = f.priority;
	if (!ended)
		s.due = clock_ms() + t->env->settings->body_ms;
	return answer(t, &s, &f.q, result);
}

/* ------------------------------------------------------------ trailers -- */

/* Behind the DATA of a request, or of a stream that we have reset: the table
 * must see them all the same (section 4.3). */
static enum h2_error
take_trailers(struct h2_turn *t, uint32_t id, struct slice block, int ended)
{
	struct h2_stream *s = h2_stream_find(t->h, id);
	int malformed = 0;
	enum hpack_result result =
	    hpack_decode(&t->h->hpack, block, &t->env->h2.scratch,
			 h2_trailer_field, &malformed);

	if (result == HPACK_ERROR)
		return H2_COMPRESSION_ERROR;
	if (s == NULL)
		return H2_NO_ERROR;
	if (malformed || !ended)
		return h2_stream_error(t, id, s, H2_PROTOCOL_ERROR);
	return h2_data_end(t, s);
}

/* -------------------------------------------------------------- blocks -- */

static enum h2_error
take_block(struct h2_turn *t, uint32_t id, struct slice block, int ended)
{
	if (id <= t->h->last_id)
		return take_trailers(t, id, block, ended);
	t->h->last_id = id;
	return take_request(t, id, block, ended);
}

/* May HEADERS come on this stream?  Never again once the client has ended it:
 * a stream error at best (section 5.1), but then its block would still have to
 * be gathered and decoded for nothing. */
static enum h2_error
check_id(const struct h2 *h, uint32_t id)
{
	const struct h2_stream *s;

	if (id % 2 == 0)
		return H2_PROTOCOL_ERROR;
	if (id > h->last_id || h2_was_reset(h, id))
		return H2_NO_ERROR;
	s = h2_stream_find(h, id);
	if (s != NULL && !s->ended)
		return H2_NO_ERROR;
	/* Skipped ids are closed as well, but nobody has used them. */
	return s != NULL || id == h->last_id ? H2_STREAM_CLOSED
					     : H2_PROTOCOL_ERROR;
}

/* Section 6.2: what stands between the priority and the padding. */
static enum h2_error
fragment(const struct h2_frame *f, struct slice *s)
{
	const unsigned char *p = f->payload;
	size_t len = f->length, pad = 0;

	if (f->flags & H2_PADDED) {
		if (len < 1)
			return H2_FRAME_SIZE_ERROR;
		pad = *p++;
		len--;
	}
	if (f->flags & H2_PRIORITIZED) {
		if (len < 5)
			return H2_FRAME_SIZE_ERROR;
		/* It cannot depend on itself (RFC 7540 section 5.3.1). */
		if ((h2_get32(p) & H2_ID_MAX) == f->id)
			return H2_PROTOCOL_ERROR;
		p += 5;
		len -= 5;
	}
	if (pad > len)
		return H2_PROTOCOL_ERROR;
	*s = (struct slice){(const char *)p, len - pad};
	return H2_NO_ERROR;
}

static void
begin_block(struct h2 *h, const struct h2_frame *f, struct slice bytes)
{
	h->block = xcalloc(1, sizeof(*h->block));
	h->block->id = f->id;
	h->block->ended = (f->flags & H2_END_STREAM) != 0;
	buf_add(&h->block->bytes, bytes.data, bytes.len);
}

enum h2_error
h2_take_headers(struct h2_turn *t, const struct h2_frame *f)
{
	struct slice bytes;
	enum h2_error error = check_id(t->h, f->id);

	if (error == H2_NO_ERROR)
		error = fragment(f, &bytes);
	if (error != H2_NO_ERROR)
		return error;
	if (f->flags & H2_END_HEADERS)
		return take_block(t, f->id, bytes,
				  (f->flags & H2_END_STREAM) != 0);
	begin_block(t->h, f, bytes);
	return H2_NO_ERROR;
}

enum h2_error
h2_take_continuation(struct h2_turn *t, const struct h2_frame *f)
{
	struct h2_block *b = t->h->block;
	enum h2_error error;

	if (b == NULL)
		return H2_PROTOCOL_ERROR;
	if (++b->frames > H2_CONTINUATIONS ||
	    b->bytes.len + f->length > t->env->settings->max_header_bytes)
		return H2_ENHANCE_YOUR_CALM;
	buf_add(&b->bytes, f->payload, f->length);
	if (!(f->flags & H2_END_HEADERS))
		return H2_NO_ERROR;
	error = take_block(
	    t, b->id, (struct slice){b->bytes.data, b->bytes.len}, b->ended);
	h2_block_free(t->h);
	return error;
}

int
h2_interrupts(const struct h2 *h, const struct h2_frame *f)
{
	return h->block != NULL &&
	       (f->type != H2_CONTINUATION || f->id != h->block->id);
}

void
h2_block_free(struct h2 *h)
{
	if (h->block == NULL)
		return;
	buf_free(&h->block->bytes);
	free(h->block);
	h->block = NULL;
}
