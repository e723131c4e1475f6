/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "../buf.h"
#include "conn_io.h"

#define LAST_FIRST_MS	1000
#define LINGER_MS	2000
#define HANDSHAKES_PART 4 /* of all connections, if nothing is set */

/* ----------------------------------------------------------- deadlines -- */

static void
time_out_request(struct conn *c)
{
	struct conn_pool *p = c->pool;
	const struct input in = {c->saved, c->saved_len};

	output_begin(&p->output, c->tls);
	session_timeout(&c->session, p->env, &c->peer, &in, &p->output);
	if (conn_flush(c) == 0)
		conn_finish(c, WANT_LINGER);
	else
		conn_free(c);
}

/* The client is not in the middle of anything. */
static int
is_quiet(const struct waiter *w)
{
	return w->kind == WAIT_IDLE || w->kind == WAIT_FIRST;
}

static void
on_expired(struct waiter *w)
{
	struct conn *c = (struct conn *)w;

	if (!is_quiet(w) && w->kind != WAIT_LINGER)
		count_add(&c->pool->env->counters->timeouts, 1);
	switch (w->kind) {
	case WAIT_HEADER:
	case WAIT_BODY:
		time_out_request(c);
		break;
	case WAIT_IDLE:
	case WAIT_FIRST:
		conn_finish(c, WANT_CLOSE);
		break;
	default:
		if (session_blocked(&c->session) && c->unsent.data == NULL)
			conn_finish(c, WANT_CLOSE);
		else
			conn_free(c);
		break;
	}
}

int
conn_evict(struct conn_pool *p)
{
	struct waiter *w = timeouts_victim(&p->timeouts);

	if (w == NULL)
		return 0;
	count_add(&p->env->counters->evicted, 1);
	if (is_quiet(w))
		conn_finish((struct conn *)w, WANT_CLOSE);
	else
		conn_free((struct conn *)w);
	return 1;
}

static void
drain(struct conn *c)
{
	if (c->pool->env->closing_idle && c->waiter.kind == WAIT_IDLE) {
		conn_finish(c, WANT_CLOSE);
		return;
	}
	if (c->pool->env->closing_idle && c->waiter.kind == WAIT_FIRST)
		timeouts_wait(&c->pool->timeouts, &c->waiter, WAIT_FIRST);
	/* HTTP/1.1 is told by the next answer; and nothing overtakes what the
	 * socket has not taken yet. */
	if (!is_quiet(&c->waiter) &&
	    (!c->session.is_h2 || c->unsent.data != NULL))
		return;
	conn_resume(c);
}

/* Not those who come to its end meanwhile. */
static void
drain_all(struct waiter *head)
{
	struct waiter *w = head->next, *last = head->prev, *next;

	for (int end = w == head; !end; w = next) {
		next = w->next;
		end = w == last;
		drain((struct conn *)w);
	}
}

/* Who has just come has a request on its way, and to close on it would be to
 * refuse it: it gets a moment. */
void
conn_drain(struct conn_pool *p)
{
	int64_t *first = &p->timeouts.ms[WAIT_FIRST];

	if (p->env->closing_idle && *first > LAST_FIRST_MS)
		*first = LAST_FIRST_MS;
	for (int kind = WAIT_IDLE; kind <= WAIT_BODY; kind++)
		drain_all(&p->timeouts.queue[kind]);
}

/* ----------------------------------------------------------- beginning -- */

static uint32_t
max_handshakes(const struct serve_settings *set, uint32_t max)
{
	if (set->max_handshakes > 0)
		return set->max_handshakes;
	return max > HANDSHAKES_PART ? max / HANDSHAKES_PART : 1;
}

void
conn_pool_init(struct conn_pool *p, struct event_base *base,
	       struct http_env *env, struct tls *tls, uint32_t max)
{
	const struct serve_settings *set = env->settings;
	const int64_t ms[WAIT__MAX] = {
	    [WAIT_IDLE] = set->idle_ms,
	    [WAIT_FIRST] = set->idle_ms,
	    [WAIT_LINGER] = LINGER_MS,
	    [WAIT_HELLO] = set->handshake_ms / 2,
	    [WAIT_HANDSHAKE] = set->handshake_ms / 2,
	    [WAIT_HEADER] = set->header_ms,
	    [WAIT_BODY] = set->body_ms,
	    [WAIT_WRITE] = set->write_ms,
	};

	memset(p, 0, sizeof(*p));
	p->base = base;
	p->env = env;
	p->tls = tls;
	p->max = max;
	p->max_handshakes = max_handshakes(set, max);
	p->min_rate = set->min_rate;
	/* The longest head that is not refused yet, and a record behind it. */
	p->input_cap = (size_t)set->max_header_bytes + 2 * CONN_READ_SIZE;
	p->input = xmalloc(p->input_cap);
	output_init(&p->output);
	timeouts_init(&p->timeouts, base, ms, on_expired);
}

/* Who shakes hands holds more memory than who has done so, and costs a
 * signature when it goes on: there is a limit to these alone.  A distant reader
 * needs a round trip between its first message and the rest, in which many can
 * come that say nothing: these displace each other, and not that reader. */
void
conn_make_room(struct conn_pool *p, int plain)
{
	struct timeouts *t = &p->timeouts;
	const uint32_t *n = t->n;

	if (!plain && n[WAIT_HELLO] + n[WAIT_HANDSHAKE] >= p->max_handshakes)
		conn_free((struct conn *)timeouts_oldest(
		    t, n[WAIT_HELLO] > n[WAIT_HANDSHAKE] ? WAIT_HELLO
							 : WAIT_HANDSHAKE));
	else if (p->n >= p->max)
		conn_evict(p);
}
