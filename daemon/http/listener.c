/* SPDX-License-Identifier: ISC */
#include "listener.h"

#include <sys/socket.h>

#include <errno.h>
#include <unistd.h>

#include "peer.h"

#define ACCEPT_MAX 16 /* in one event: those who are open need their turn */
#define PAUSE_MS   100

static void
pause_listening(struct listener *l)
{
	struct timeval tv = {0, PAUSE_MS * 1000};

	event_del(&l->event);
	event_add(&l->pause, &tv);
}

static void
on_pause_end(evutil_socket_t fd, short what, void *arg)
{
	struct listener *l = arg;

	(void)fd, (void)what;
	event_add(&l->event, NULL);
}

static int
no_resources(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	       error == ENOMEM;
}

/* After a failed accept4: 1 to try again at once, 0 to stop.  Being out of
 * descriptors is told before it is known whether anybody waits, so only the
 * first accept4 after the listener became readable makes room. */
static int
go_on(struct listener *l, int error, int first)
{
	if (error == EINTR || error == ECONNABORTED)
		return 1;
	if (!no_resources(error) || !first)
		return 0;
	if (conn_evict(l->pool))
		return 1;
	/* The listener stays readable: this would be a busy loop. */
	pause_listening(l);
	return 0;
}

/* The kernel knows the address anyway. */
static int
accept_one(const struct listener *l, struct http_peer *peer)
{
	struct sockaddr_storage ss = {.ss_family = AF_UNSPEC};
	socklen_t len = sizeof(ss);
	int fd = accept4(l->fd, (struct sockaddr *)&ss, &len,
			 SOCK_NONBLOCK | SOCK_CLOEXEC);

	peer->plain = l->kind != LISTENER_TLS;
	peer->metrics = l->kind == LISTENER_METRICS;
	peer_set_sockaddr(peer, &ss);
	return fd;
}

static void
on_accept(evutil_socket_t listen_fd, short what, void *arg)
{
	struct listener *l = arg;

	(void)listen_fd, (void)what;
	for (int i = 0; i < ACCEPT_MAX; i++) {
		struct http_peer peer;
		int fd;

		fd = accept_one(l, &peer);
		if (fd == -1 && go_on(l, errno, i == 0))
			continue;
		if (fd == -1)
			return;
		conn_open(l->pool, fd, &peer);
	}
}

void
listener_open(struct listener *l, struct conn_pool *pool, int fd,
	      enum listener_kind kind)
{
	l->pool = pool;
	l->fd = fd;
	l->kind = kind;
	event_assign(&l->event, pool->base, fd, EV_READ | EV_PERSIST, on_accept,
		     l);
	event_assign(&l->pause, pool->base, -1, 0, on_pause_end, l);
	event_add(&l->event, NULL);
}

void
listener_close(struct listener *l)
{
	event_del(&l->event);
	event_del(&l->pause);
	close(l->fd);
}
