/* SPDX-License-Identifier: ISC */
#include "conn.h"

#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../buf.h"
#include "../clock.h"
#include "proxy.h"
#include "session.h"
#include "unsent.h"

/* One event may write this many times before others get their turn. */
#define ROUNDS 3
/* While no more wait to write, they may own more than others. */
#define FEW_WRITERS	64
#define READ_SIZE	16384 /* a TLS record */
#define LINGER_MS	2000
#define HANDSHAKES_PART 4 /* of all connections, if nothing is set */

struct conn {
	struct waiter waiter; /* first: the timeouts hand out this */
	struct conn_pool *pool;
	struct ssl_st *tls; /* NULL: plain */
	struct tls_io io;
	struct event event;
	short watched; /* EV_READ or EV_WRITE; 0: not yet */
	struct http_peer peer;
	struct proxy_head *proxy; /* NULL: no such header is to come */
	uint8_t opened;		  /* the handshake is over */
	uint8_t lingers;	  /* nothing that comes is looked at */
	char *saved;		  /* input not used yet */
	size_t saved_len;
	struct unsent unsent;
	struct session session;
};

static void on_event(evutil_socket_t fd, short what, void *arg);

/* ------------------------------------------------------------- ending -- */

static void
conn_free(struct conn *c)
{
	struct conn_pool *p = c->pool;

	timeouts_leave(&p->timeouts, &c->waiter);
	if (c->watched)
		event_del(&c->event);
	session_free(&c->session);
	free(c->proxy);
	if (c->tls != NULL)
		tls_close(c->tls);
	close(c->io.fd);
	free(c->saved);
	unsent_free(&c->unsent);
	free(c);
	p->n--;
	count_set(&p->env->counters->open, p->n);
	p->closed(p->arg);
}

static void
watch(struct conn *c, short what)
{
	if (c->watched == what)
		return;
	if (c->watched)
		event_del(&c->event);
	c->watched = what;
	event_assign(&c->event, c->pool->base, c->io.fd,
		     (short)(what | EV_PERSIST), on_event, c);
	event_add(&c->event, NULL);
}

/* Says goodbye if the socket takes it; nothing waits for that. */
static void
goodbye(struct conn *c)
{
	const char *rest;
	size_t len;

	if (c->tls == NULL || !c->opened)
		return;
	output_begin(&c->pool->output, c->tls);
	session_goodbye(&c->session, &c->pool->output);
	/* Nothing can be said behind the alert that ends TLS. */
	if (output_flush(&c->pool->output, c->io.fd, &rest, &len) != 0)
		return;
	output_begin(&c->pool->output, c->tls);
	tls_shutdown(c->tls);
	output_flush(&c->pool->output, c->io.fd, &rest, &len);
}

/* To close a socket with unread input sends RST, which can overtake the answer
 * and destroy it (RFC 9112 section 9.6): so stop sending, and read for a while
 * what the client still has to say. */
static void
linger(struct conn *c)
{
	goodbye(c);
	if (shutdown(c->io.fd, SHUT_WR) == -1) {
		conn_free(c);
		return;
	}
	c->lingers = 1;
	free(c->saved);
	c->saved = NULL;
	watch(c, EV_READ);
	timeouts_wait(&c->pool->timeouts, &c->waiter, WAIT_LINGER);
}

static void
linger_readable(struct conn *c)
{
	ssize_t n = read(c->io.fd, c->pool->input, c->pool->input_cap);

	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		conn_free(c);
}

static void
finish(struct conn *c, enum http_want want)
{
	if (want == WANT_LINGER) {
		linger(c);
		return;
	}
	goodbye(c);
	conn_free(c);
}

/* -------------------------------------------------------------- input -- */

static struct input
load_input(struct conn *c)
{
	struct input in = {c->pool->input, c->saved_len};

	if (c->saved_len > 0)
		memcpy(in.data, c->saved, c->saved_len);
	free(c->saved);
	c->saved = NULL;
	c->saved_len = 0;
	return in;
}

static void
save_input(struct conn *c, const struct input *in)
{
	if (in->len == 0)
		return;
	c->saved = xmalloc(in->len);
	memcpy(c->saved, in->data, in->len);
	c->saved_len = in->len;
}

/* As tls_read. */
static ssize_t
plain_read(int fd, void *buf, size_t len)
{
	ssize_t n = read(fd, buf, len);

	if (n == 0)
		return -1;
	return n == -1 && (errno == EAGAIN || errno == EINTR) ? 0 : n;
}

/* Moves what is unused to the start of the shared memory and reads behind it.
 * As tls_read. */
static ssize_t
read_more(struct conn *c, struct input *in)
{
	struct conn_pool *p = c->pool;
	char *end = p->input + in->len;
	ssize_t n;

	memmove(p->input, in->data, in->len);
	in->data = p->input;
	if (c->tls != NULL)
		n = tls_read(c->tls, end, READ_SIZE);
	else
		n = plain_read(c->io.fd, end, READ_SIZE);
	if (n > 0)
		in->len += (size_t)n;
	return n;
}

/* ------------------------------------------------------------- output -- */

/* The peer is gone, or said something TLS does not allow: it may be told why,
 * if its socket takes that. */
static void
abandon(struct conn *c)
{
	const char *rest;
	size_t len;

	output_flush(&c->pool->output, c->io.fd, &rest, &len);
	conn_free(c);
}

static int
flush(struct conn *c)
{
	struct output *o = &c->pool->output;
	int left = unsent_flush(&c->unsent, o, c->io.fd);

	c->unsent.taken += session_taken(&c->session, o->sent);
	return left;
}

static void
wait_to_write(struct conn *c)
{
	unsent_begin(&c->unsent, clock_ms());
	watch(c, EV_WRITE);
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
		watch(c, EV_WRITE);
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
		finish(c, WANT_CLOSE);
		return;
	}
	watch(c, EV_READ);
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
		left = flush(c);
		if (left == -1) {
			conn_free(c);
			return;
		}
		if (left == 1) {
			save_input(c, in);
			wait_to_write(c);
			return;
		}
		if (want == WANT_CLOSE || want == WANT_LINGER) {
			finish(c, want);
			return;
		}
		if (want == WANT_WRITE)
			continue;
		if (c->tls != NULL && tls_pending(c->tls)) {
			ssize_t n = read_more(c, in);

			if (n == -1) {
				abandon(c);
				return;
			}
			if (n > 0 || p->output.wire_len > 0)
				continue;
		}
		save_input(c, in);
		wait_to_read(c, in);
		return;
	}
	save_input(c, in);
	take_turns(c);
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
	left = flush(c);
	count_handshake(c, left == -1 || done == -1, 0);
	if (left == -1 || done == -1)
		conn_free(c);
	else
		watch(c, left == 1 ? EV_WRITE : EV_READ);
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
	in = load_input(c);
	if (read_more(c, &in) == -1)
		abandon(c);
	else
		serve(c, &in);
}

/* What has come while an answer was being sent may be more urgent, or make an
 * end of it. */
static int
may_interrupt(const struct conn *c, const struct input *in)
{
	return c->session.is_h2 && in->len + READ_SIZE <= c->pool->input_cap;
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
		in = load_input(c);
		if (may_interrupt(c, &in) && read_more(c, &in) == -1)
			abandon(c);
		else
			serve(c, &in);
	}
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
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

/* ----------------------------------------------------------- deadlines -- */

static void
time_out_request(struct conn *c)
{
	struct conn_pool *p = c->pool;
	const struct input in = {c->saved, c->saved_len};

	output_begin(&p->output, c->tls);
	session_timeout(&c->session, p->env, &c->peer, &in, &p->output);
	if (flush(c) == 0)
		linger(c);
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
		finish(c, WANT_CLOSE);
		break;
	default:
		if (session_blocked(&c->session) && c->unsent.data == NULL)
			finish(c, WANT_CLOSE);
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
		finish((struct conn *)w, WANT_CLOSE);
	else
		conn_free((struct conn *)w);
	return 1;
}

static void
drain(struct conn *c)
{
	struct conn_pool *p = c->pool;
	struct input in;

	if (is_quiet(&c->waiter) && p->env->closing_idle) {
		finish(c, WANT_CLOSE);
		return;
	}
	/* HTTP/1.1 is told by the next answer; and nothing overtakes what the
	 * socket has not taken yet. */
	if (!is_quiet(&c->waiter) &&
	    (!c->session.is_h2 || c->unsent.data != NULL))
		return;
	output_begin(&p->output, c->tls);
	in = load_input(c);
	serve(c, &in);
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

void
conn_drain(struct conn_pool *p)
{
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
	p->input_cap = (size_t)set->max_header_bytes + 2 * READ_SIZE;
	p->input = xmalloc(p->input_cap);
	output_init(&p->output);
	timeouts_init(&p->timeouts, base, ms, on_expired);
}

/* Who shakes hands holds more memory than who has done so, and costs a
 * signature when it goes on: there is a limit to these alone.  A distant reader
 * needs a round trip between its first message and the rest, in which many can
 * come that say nothing: these displace each other, and not that reader. */
static void
make_room(struct conn_pool *p, int plain)
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

void
conn_open(struct conn_pool *p, int fd, const struct http_peer *peer)
{
	struct conn *c = xcalloc(1, sizeof(*c));

	make_room(p, peer->plain);
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
	watch(c, EV_READ);
	timeouts_wait(&p->timeouts, &c->waiter,
		      c->opened ? WAIT_FIRST : WAIT_HELLO);
}
