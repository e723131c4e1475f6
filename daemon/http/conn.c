/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "../clock.h"
#include "../sock.h"
#include "conn_io.h"
#include "proxy.h"

/* One event may write this many times before others get their turn. */
#define ROUNDS 3
/* While no more wait to write, they may own more than others. */
#define FEW_WRITERS 64

/* ------------------------------------------------------------ waiting -- */

static void
wait_to_write(struct conn *c)
{
	unsent_begin(&c->unsent, clock_ms());
	conn_watch(c, EV_WRITE);
	timeouts_wait(&c->pool->timeouts, &c->waiter, WAIT_WRITE);
}

/* There is more to do, but others come first.  Not a wait of another kind while
 * no answer is under way: that would let a request that comes in small pieces
 * start its deadline anew. */
static void
take_turns(struct conn *c)
{
	if (session_answered(&c->session))
		wait_to_write(c);
	else
		conn_watch(c, EV_WRITE);
}

static int
too_slow(struct conn *c)
{
	const struct conn_pool *p = c->pool;

	return unsent_too_slow(&c->unsent, clock_ms(),
			       p->timeouts.ms[WAIT_WRITE], p->min_rate);
}

/* Deadlines are absolute: only an answer starts them anew, not a few bytes. */
static void
wait_to_read(struct conn *c, const struct input *in)
{
	struct timeouts *t = &c->pool->timeouts;
	enum wait_kind kind = session_waits(&c->session, in);

	if (session_blocked(&c->session))
		unsent_begin(&c->unsent, clock_ms());
	else
		unsent_clear(&c->unsent);
	if (too_slow(c)) {
		conn_finish(c, WANT_CLOSE);
		return;
	}
	conn_watch(c, EV_READ);
	if (session_progress(&c->session))
		timeouts_wait(t, &c->waiter, kind);
	/* What wants no answer, such as a PING, does not end a header's wait:
	 * halves of it would start this deadline and the idle one anew. */
	else if (kind != WAIT_IDLE || (c->waiter.kind != WAIT_HEADER &&
				       c->waiter.kind != WAIT_FIRST))
		timeouts_keep(t, &c->waiter, kind);
}

/* ------------------------------------------------------------- states -- */

/* Runs the protocol until it has to wait, and waits. */
static void
serve(struct conn *c, struct input *in)
{
	struct conn_pool *p = c->pool;

	for (int round = 0; round < ROUNDS; round++) {
		enum http_want want;
		int left;

		if (round > 0 && p->timeouts.n[WAIT_WRITE] < FEW_WRITERS)
			p->output.full = OUTPUT_FULL_FAST;
		want =
		    session_run(&c->session, p->env, &c->peer, in, &p->output);
		left = conn_flush(c);
		if (left == -1) {
			conn_free(c);
			return;
		}
		if (left == 1) {
			conn_save_input(c, in);
			wait_to_write(c);
			return;
		}
		if (want == WANT_CLOSE || want == WANT_LINGER) {
			conn_finish(c, want);
			return;
		}
		if (want == WANT_WRITE)
			continue;
		if (c->tls != NULL && tls_pending(c->tls)) {
			ssize_t n = conn_read_more(c, in);

			if (n == -1) {
				conn_abandon(c);
				return;
			}
			if (n > 0 || p->output.wire_len > 0)
				continue;
		}
		conn_save_input(c, in);
		wait_to_read(c, in);
		return;
	}
	conn_save_input(c, in);
	take_turns(c);
}

void
conn_resume(struct conn *c)
{
	struct input in;

	output_begin(&c->pool->output, c->tls);
	in = conn_load_input(c);
	serve(c, &in);
}

/* Once for each: after its end it is asked again while output waits. */
static void
count_handshake(const struct conn *c, int failed, int done)
{
	struct serve_counters *n = c->pool->env->counters;

	if (c->opened)
		return;
	if (failed)
		count_add(&n->handshake_failures, 1);
	else if (done)
		count_add(
		    tls_resumed(c->tls) ? &n->resumptions : &n->handshakes, 1);
}

static void
handshake(struct conn *c)
{
	int done = tls_handshake(c->tls), left;

	if (done == 1) {
		struct input in = {c->pool->input, 0};

		count_handshake(c, 0, 1);
		c->opened = 1;
		timeouts_wait(&c->pool->timeouts, &c->waiter, WAIT_FIRST);
		session_begin(&c->session, tls_is_h2(c->tls));
		serve(c, &in);
		return;
	}
	/* There is an answer only to a whole ClientHello. */
	if (c->pool->output.wire_len > 0)
		timeouts_keep(&c->pool->timeouts, &c->waiter, WAIT_HANDSHAKE);
	left = conn_flush(c);
	count_handshake(c, left == -1 || done == -1, 0);
	if (left == -1 || done == -1)
		conn_free(c);
	else
		conn_watch(c, left == 1 ? EV_WRITE : EV_READ);
}

/* What comes behind it wakes the connection once more. */
static void
read_proxy_header(struct conn *c)
{
	int done = proxy_receive(c->io.fd, c->proxy, &c->peer);

	if (done == -1)
		conn_free(c);
	if (done != 1)
		return;
	free(c->proxy);
	c->proxy = NULL;
	c->opened = c->peer.plain;
	if (c->opened)
		timeouts_wait(&c->pool->timeouts, &c->waiter, WAIT_FIRST);
}

static void
linger_readable(struct conn *c)
{
	ssize_t n = sock_recv(c->io.fd, c->pool->input, c->pool->input_cap, 0);

	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		conn_free(c);
}

static void
readable(struct conn *c)
{
	struct input in;

	if (c->proxy != NULL) {
		read_proxy_header(c);
		return;
	}
	if (c->lingers) {
		linger_readable(c);
		return;
	}
	if (!c->opened) {
		handshake(c);
		return;
	}
	in = conn_load_input(c);
	if (conn_read_more(c, &in) == -1)
		conn_abandon(c);
	else
		serve(c, &in);
}

/* What has come while an answer was being sent may be more urgent, or make an
 * end of it. */
static int
may_interrupt(const struct conn *c, const struct input *in)
{
	return c->session.is_h2 &&
	       in->len + CONN_READ_SIZE <= c->pool->input_cap;
}

static void
writable(struct conn *c)
{
	struct input in;
	int left = 0;

	if (c->unsent.data != NULL)
		left = unsent_send(&c->unsent, c->io.fd);
	if (left != -1 && too_slow(c)) {
		count_add(&c->pool->env->counters->timeouts, 1);
		left = -1;
	}
	if (left == -1) {
		conn_free(c);
	} else if (left == 1) {
		if (c->opened)
			wait_to_write(c);
	} else if (!c->opened) {
		handshake(c);
	} else {
		in = conn_load_input(c);
		if (may_interrupt(c, &in) && conn_read_more(c, &in) == -1)
			conn_abandon(c);
		else
			serve(c, &in);
	}
}

void
conn_on_event(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd;
	/* Not later: already reading may make TLS say something. */
	output_begin(&c->pool->output, c->tls);
	if (what & EV_WRITE)
		writable(c);
	else
		readable(c);
}

/* ---------------------------------------------------------- beginning -- */

void
conn_open(struct conn_pool *p, int fd, const struct http_peer *peer)
{
	struct conn *c = xcalloc(1, sizeof(*c));

	conn_make_room(p, peer->plain);
	c->pool = p;
	c->io = (struct tls_io){
	    .fd = fd,
	    .out = &p->output,
	    .key_updates = p->env->settings->max_key_updates,
	};
	c->peer = *peer;
	if (proxy_expected(p->env->settings, peer))
		c->proxy = xcalloc(1, sizeof(*c->proxy));
	c->opened = peer->plain && c->proxy == NULL;
	p->n++;
	count_add(&p->env->counters->connections, 1);
	count_set(&p->env->counters->open, p->n);
	if (!peer->plain && (c->tls = tls_open(p->tls, &c->io)) == NULL) {
		conn_free(c);
		return;
	}
	conn_watch(c, EV_READ);
	timeouts_wait(&p->timeouts, &c->waiter,
		      c->opened ? WAIT_FIRST : WAIT_HELLO);
}
