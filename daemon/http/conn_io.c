/* SPDX-License-Identifier: ISC */
#include "conn_io.h"

#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../buf.h"
#include "../sock.h"

/* ------------------------------------------------------------- ending -- */

void
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

void
conn_watch(struct conn *c, short what)
{
	if (c->watched == what)
		return;
	if (c->watched)
		event_del(&c->event);
	c->watched = what;
	event_assign(&c->event, c->pool->base, c->io.fd,
		     (short)(what | EV_PERSIST), conn_on_event, c);
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
	conn_watch(c, EV_READ);
	timeouts_wait(&c->pool->timeouts, &c->waiter, WAIT_LINGER);
}

void
conn_finish(struct conn *c, enum http_want want)
{
	if (want == WANT_LINGER) {
		linger(c);
		return;
	}
	goodbye(c);
	conn_free(c);
}

/* -------------------------------------------------------------- input -- */

struct input
conn_load_input(struct conn *c)
{
	struct input in = {c->pool->input, c->saved_len};

	if (c->saved_len > 0)
		memcpy(in.data, c->saved, c->saved_len);
	free(c->saved);
	c->saved = NULL;
	c->saved_len = 0;
	return in;
}

void
conn_save_input(struct conn *c, const struct input *in)
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
	ssize_t n = sock_recv(fd, buf, len, 0);

	if (n == 0)
		return -1;
	return n == -1 && (errno == EAGAIN || errno == EINTR) ? 0 : n;
}

ssize_t
conn_read_more(struct conn *c, struct input *in)
{
	struct conn_pool *p = c->pool;
	char *end = p->input + in->len;
	ssize_t n;

	memmove(p->input, in->data, in->len);
	in->data = p->input;
	if (c->tls != NULL)
		n = tls_read(c->tls, end, CONN_READ_SIZE);
	else
		n = plain_read(c->io.fd, end, CONN_READ_SIZE);
	if (n > 0)
		in->len += (size_t)n;
	return n;
}

/* ------------------------------------------------------------- output -- */

void
conn_abandon(struct conn *c)
{
	const char *rest;
	size_t len;

	output_flush(&c->pool->output, c->io.fd, &rest, &len);
	conn_free(c);
}

int
conn_flush(struct conn *c)
{
	struct output *o = &c->pool->output;
	int left = unsent_flush(&c->unsent, o, c->io.fd);

	c->unsent.taken += session_taken(&c->session, o->sent);
	return left;
}
