/* SPDX-License-Identifier: ISC */
#include "dialer.h"
#include "../clock.h"
#include "../sock.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define REPEAT_MS 5000
#define DRAIN_MAX 10000

void
dialer_init(struct dialer *d, int fd)
{
	d->ipc = (struct ipc){fd, ROLE_GIT, ROLE_DIAL};
	d->sequence = (uint64_t)clock_ms() << 16;
}

static void
close_all(struct ipc_msg *m)
{
	while (m->nfds > 0)
		close(m->fds[--m->nfds]);
}

/* Throws away answers to questions nobody waits for any more, and what a dial
 * left that was ended for it. */
static void
drain(const struct dialer *d, struct ipc_msg *m)
{
	int n, i = 0;

	do {
		n = ipc_recv_nowait(&d->ipc, m);
		if (n == 1)
			close_all(m);
	} while ((n != -1 || errno == EPROTO) && ++i < DRAIN_MAX);
}

/* Without blocking: dial may be away while its successor is started. */
static int
ask(const struct dialer *d, const struct msg_connect *q, struct err *err)
{
	int ready = sock_wait(d->ipc.fd, POLLOUT, 0);

	if (ready <= 0 || !(ready & POLLOUT))
		return 0;
	if (ipc_send(&d->ipc, MSG_CONNECT, q, sizeof(*q), NULL, 0) == -1)
		return err_set(err, "cannot reach dial: %s", strerror(errno));
	return 0;
}

enum answer { ANSWER_NONE, ANSWER_SOCKET, ANSWER_FAILED };

static enum answer
take_answer(struct dialer *d, struct ipc_msg *m, int *fd, struct err *err)
{
	const struct msg_connect *a = (const void *)m->data;
	int n = ipc_recv_nowait(&d->ipc, m);

	if (n == 0 || (n == -1 && errno != EAGAIN)) {
		d->broken = 1;
		err_set(err, "cannot hear dial: %s",
			n == 0 ? "it says nothing" : strerror(errno));
		return ANSWER_FAILED;
	}
	if (n == -1)
		return ANSWER_NONE;
	if (m->type == MSG_FAILED) {
		err_set(err, "%s", m->data);
		return ANSWER_FAILED;
	}
	if (a->sequence != d->sequence) {
		close_all(m);
		return ANSWER_NONE;
	}
	*fd = m->fds[0];
	return ANSWER_SOCKET;
}

static int
readable(const struct dialer *d, int wait_ms)
{
	return sock_wait(d->ipc.fd, POLLIN, wait_ms) > 0;
}

int
dialer_connect(struct dialer *d, const char *host, const char *port,
	       const struct limits *l, struct err *err)
{
	static struct ipc_msg m; /* large */
	struct msg_connect q = {.sequence = ++d->sequence};
	int64_t now = clock_ms(), repeat = now, wait;
	enum answer answer = ANSWER_NONE;
	int fd = -1;

	snprintf(q.host, sizeof(q.host), "%s", host);
	snprintf(q.port, sizeof(q.port), "%s", port);
	drain(d, &m);
	while (answer == ANSWER_NONE) {
		if (limits_deadline(l, now, err) == -1)
			return err_prefix(err, "no connection to %s", host);
		if (now >= repeat) {
			if (ask(d, &q, err) == -1)
				return -1;
			repeat = now + REPEAT_MS;
		}
		wait = (repeat < l->end_ms ? repeat : l->end_ms) - now;
		if (readable(d, (int)wait))
			answer = take_answer(d, &m, &fd, err);
		now = clock_ms();
	}
	return fd;
}
