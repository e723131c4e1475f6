/* SPDX-License-Identifier: ISC */
#include "listener.h"

#include <sys/socket.h>

#include <errno.h>
#include <unistd.h>

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

/* After a failed accept4: 1 to try again at once, 0 to stop. */
static int
go_on(struct listener *l, int error)
{
	switch (error) {
	case EINTR:
	case ECONNABORTED:
		return 1;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		/* The listener stays readable: without a pause this would be
		 * a busy loop. */
		if (conn_evict(l->pool))
			return 1;
		pause_listening(l);
		return 0;
	default:
		return 0;
	}
}

static void
on_accept(evutil_socket_t listen_fd, short what, void *arg)
{
	struct listener *l = arg;
	struct conn_pool *p = l->pool;

	(void)what;
	for (int i = 0; i < ACCEPT_MAX; i++) {
		int fd;

		if (p->n >= p->max && !conn_evictable(p)) {
			pause_listening(l);
			return;
		}
		fd = accept4(listen_fd, NULL, NULL,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd != -1) {
			/* Not before: nobody is sent away for a connection that
			 * another process has taken. */
			if (p->n >= p->max)
				conn_evict(p);
			conn_open(p, fd, l->plain);
		} else if (!go_on(l, errno)) {
			return;
		}
	}
}

void
listener_open(struct listener *l, struct conn_pool *pool, int fd, int plain)
{
	l->pool = pool;
	l->fd = fd;
	l->plain = plain;
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
