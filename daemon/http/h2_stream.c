/* SPDX-License-Identifier: ISC */
#include "h2_stream.h"

#include <stdlib.h>

#include "../clock.h"

static void
append(struct h2 *h, struct h2_stream *s)
{
	struct h2_stream **at = &h->streams;

	while (*at != NULL)
		at = &(*at)->next;
	*at = s;
	s->next = NULL;
}

static void
detach(struct h2 *h, struct h2_stream *s)
{
	struct h2_stream **at = &h->streams;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
}

int
h2_stream_waits(const struct h2_stream *s)
{
	return s->rest.now.len > 0 || !s->ended;
}

struct h2_stream *
h2_stream_keep(struct h2 *h, const struct h2_stream *s)
{
	struct h2_stream *kept = xmalloc(sizeof(*kept));

	*kept = *s;
	append(h, kept);
	h->nstreams++;
	return kept;
}

struct h2_stream *
h2_stream_find(const struct h2 *h, uint32_t id)
{
	struct h2_stream *s = h->streams;

	while (s != NULL && s->id != id)
		s = s->next;
	return s;
}

void
h2_stream_yield(struct h2 *h, struct h2_stream *s)
{
	if (s->next == NULL)
		return;
	detach(h, s);
	append(h, s);
}

void
h2_request_drop(struct h2 *h, struct h2_stream *s)
{
	if (s->request == NULL)
		return;
	h->kept -= s->request_len;
	free(s->request);
	s->request = NULL;
}

void
h2_stream_free(struct h2 *h, struct h2_stream *s)
{
	detach(h, s);
	h->nstreams--;
	h2_request_drop(h, s);
	rest_free(&s->rest);
	free(s);
}

void
h2_streams_free(struct h2 *h)
{
	while (h->streams != NULL)
		h2_stream_free(h, h->streams);
}

void
h2_note_reset(struct h2 *h, uint32_t id)
{
	h->reset[h->reset_at++ % H2_RESET_KEPT] = id;
}

int
h2_was_reset(const struct h2 *h, uint32_t id)
{
	for (int i = 0; i < H2_RESET_KEPT; i++)
		if (h->reset[i] == id)
			return 1;
	return 0;
}

enum h2_error
h2_count_reset(struct h2_turn *t)
{
	return h2_abuse_reset(&t->h->abuse, t->env->settings->max_resets,
			      clock_ms())
		   ? H2_ENHANCE_YOUR_CALM
		   : H2_NO_ERROR;
}

enum h2_error
h2_stream_error(struct h2_turn *t, uint32_t id, struct h2_stream *s,
		enum h2_error error)
{
	struct h2 *h = t->h;

	h2_put_number(t->out, H2_RST_STREAM, id, error);
	h2_note_reset(h, id);
	if (s != NULL)
		h2_stream_free(h, s);
	return h2_count_reset(t);
}
