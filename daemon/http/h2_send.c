/* SPDX-License-Identifier: ISC */
#include "h2_send.h"

#include "hpack.h"
#include "served.h"

/* An answer is worth two control frames: its HEADERS may come with a change of
 * priority, and with room for the answer. */
#define ANSWER_EARNS 2048

/* A frame fills the rest of a TLS record, unless that is as little as this. */
#define FILL_MIN 2048

/* --------------------------------------------------------------- heads -- */

static void
put_block(struct h2_turn *t, uint32_t id, const struct buf *block, int end)
{
	enum h2_type type = H2_HEADERS;
	unsigned flags = end ? H2_END_STREAM : 0;
	size_t done = 0;

	do {
		size_t n = block->len - done;

		if (n > H2_FRAME_MAX)
			n = H2_FRAME_MAX;
		else
			flags |= H2_END_HEADERS;
		h2_put_frame(t->out, type, flags, id, block->data + done, n);
		done += n;
		type = H2_CONTINUATION;
		flags = 0;
	} while (done < block->len);
}

/* An empty block, for this and every connection of the process. */
static struct buf *
begin_block(struct h2_turn *t, unsigned status)
{
	struct buf *block = &t->env->h2.block;
	struct h2 *h = t->h;

	buf_clear(block);
	if (h->table_lowered && !h->table_emptied) {
		buf_char(block, 0x20); /* RFC 7541 section 6.3: size 0 */
		h->table_emptied = 1;
	}
	hpack_put_status(block, status);
	return block;
}

static void
put_lines(struct h2_turn *t, struct buf *block, struct slice lines)
{
	if (t->h->table_lowered)
		hpack_put_lines(block, lines);
	else
		hpack_memo_put_lines(&t->env->h2.memo, &t->h->told, block,
				     lines);
}

static void
send_head(struct h2_turn *t, const struct h2_stream *s, const struct plan *p)
{
	struct buf *block = begin_block(t, p->status);

	hpack_put_date(block, http_env_date(t->env), HTTP_DATE_LEN);
	for (size_t i = 0; i < sizeof(p->fields) / sizeof(p->fields[0]); i++)
		put_lines(t, block, p->fields[i]);
	put_block(t, s->id, block, p->nparts == 0);
}

/* -------------------------------------------------------------- bodies -- */

static int
sendable(const struct h2 *h, const struct h2_stream *s)
{
	return s->rest.now.len > 0 && s->window > 0 && h->window > 0;
}

/* How much the next frame takes of len bytes. */
static size_t
frame_len(const struct h2_turn *t, const struct h2_stream *s, size_t len)
{
	int32_t window = s->window < t->h->window ? s->window : t->h->window;
	size_t room = output_room(t->out);

	if (window <= 0)
		return 0;
	if (len > (size_t)window)
		len = (size_t)window;
	if (len > H2_FRAME_MAX)
		len = H2_FRAME_MAX;
	if (H2_HEAD_LEN + len > room && room >= FILL_MIN)
		len = room - H2_HEAD_LEN;
	return len;
}

/* Begins a frame of a body of which `left` bytes are to be sent; returns how
 * many of them are its payload, which the caller must put behind it: 0 when
 * there is no room. */
static size_t
begin_frame(struct h2_turn *t, struct h2_stream *s, uint64_t left)
{
	size_t n = output_full(t->out) ? 0 : frame_len(t, s, (size_t)left);
	char head[H2_HEAD_LEN];

	if (n == 0)
		return 0;
	h2_frame_head(head, n, H2_DATA, n == left ? H2_END_STREAM : 0, s->id);
	output_put(t->out, head, sizeof(head));
	s->window -= (int32_t)n;
	t->h->window -= (int32_t)n;
	t->h->sent += (uint32_t)n;
	t->h->progress = 1;
	h2_abuse_earn(&t->h->abuse, (uint32_t)n);
	return n;
}

/* The parts of a body, one behind the other.  Small ones share frames: many
 * clients answer each frame with two. */
struct parts {
	const struct slice *next;
	struct slice now;
};

static void
put_parts(struct output *out, struct parts *p, size_t n)
{
	while (n > 0) {
		size_t some;

		while (p->now.len == 0)
			p->now = *p->next++;
		some = n < p->now.len ? n : p->now.len;
		output_put(out, p->now.data, some);
		p->now.data += some;
		p->now.len -= some;
		n -= some;
	}
}

static int
others_wait(const struct h2 *h)
{
	for (const struct h2_stream *s = h->streams; s != NULL; s = s->next)
		if (sendable(h, s))
			return 1;
	return 0;
}

static void
send_body(struct h2_turn *t, struct h2_stream *s, const struct plan *p)
{
	struct parts parts = {p->part, {NULL, 0}};
	uint64_t all = plan_length(p), done = 0;
	size_t n;

	if (all > 0 && others_wait(t->h)) {
		rest_keep(&s->rest, p, 0, t->env->snapshot);
		return;
	}
	while (done < all && (n = begin_frame(t, s, all - done)) > 0) {
		put_parts(t->out, &parts, n);
		done += n;
	}
	if (done < all)
		rest_keep(&s->rest, p, done, t->env->snapshot);
}

static void
send_plan(struct h2_turn *t, struct h2_stream *s, const struct request *r,
	  const struct plan *p)
{
	send_head(t, s, p);
	served(t->env, t->peer, COUNTED_H2, r, p);
	t->h->progress = 1;
	h2_abuse_earn(&t->h->abuse, ANSWER_EARNS);
	send_body(t, s, p);
}

/* ------------------------------------------------------------- answers -- */

static void
make_plan(struct h2_turn *t, const struct request *r, struct plan *p)
{
	struct site_view view = http_env_view(t->env, t->peer->plain);

	plan_response(p, &view, r, &t->env->memory);
}

void
h2_answer(struct h2_turn *t, struct h2_stream *s, const struct request *r)
{
	struct plan p;

	make_plan(t, r, &p);
	if (p.hook)
		t->env->hook(t->env->hook_arg);
	send_plan(t, s, r, &p);
}

void
h2_refuse(struct h2_turn *t, struct h2_stream *s, const struct request *r,
	  unsigned status)
{
	struct site_view view = http_env_view(t->env, t->peer->plain);
	struct plan p;

	plan_error(&p, status, &view, r->method, &t->env->memory);
	send_plan(t, s, r, &p);
}

int
h2_answer_expectation(struct h2_turn *t, struct h2_stream *s,
		      const struct request *r)
{
	struct plan p;

	make_plan(t, r, &p);
	if (p.status < 300)
		put_block(t, s->id, begin_block(t, 100), 0);
	else
		send_plan(t, s, r, &p);
	return p.status >= 300;
}

/* --------------------------------------------------------------- order -- */

static struct h2_stream *
most_urgent(const struct h2 *h)
{
	struct h2_stream *best = NULL;

	for (struct h2_stream *s = h->streams; s != NULL; s = s->next)
		if (sendable(h, s) &&
		    (best == NULL ||
		     s->priority.urgency < best->priority.urgency))
			best = s;
	return best;
}

static void
send_next(struct h2_turn *t, struct h2_stream *s)
{
	struct rest *r = &s->rest;
	size_t n = begin_frame(t, s, rest_length(r)), some;

	for (; n > 0; n -= some) {
		some = n < r->now.len ? n : r->now.len;
		output_put(t->out, r->now.data, some);
		rest_skip(r, some);
	}
	if (!h2_stream_waits(s))
		h2_stream_free(t->h, s);
	else if (s->priority.incremental)
		h2_stream_yield(t->h, s);
}

void
h2_send_waiting(struct h2_turn *t)
{
	struct h2_stream *s;

	while (!output_full(t->out) && (s = most_urgent(t->h)) != NULL)
		send_next(t, s);
}
