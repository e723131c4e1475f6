/* SPDX-License-Identifier: ISC */
#include "access_log.h"

#include <string.h>
#include <unistd.h>

#define DELAY_MS 500

static int
send_batch(struct access_log *l)
{
	ssize_t n = 0;

	if (l->len > 0)
		n = write(l->fd, l->batch, l->len);
	if (n == -1) {
		count_add(l->dropped, l->lines);
		l->untold += l->lines;
	}
	l->len = 0;
	l->lines = 0;
	return n == -1 ? -1 : 0;
}

/* Not with every batch: the log process may well be at its limit for long. */
void
access_log_flush(struct access_log *l)
{
	if (send_batch(l) == -1 || l->untold == 0)
		return;
	l->lost(l->untold);
	l->untold = 0;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	access_log_flush(arg);
}

void
access_log_init(struct access_log *l, struct event_base *base, int fd,
		const struct serve_settings *set, uint64_t *dropped,
		void (*lost)(uint64_t lines))
{
	memset(l, 0, sizeof(*l));
	evutil_make_socket_nonblocking(fd);
	l->fd = fd;
	l->format = set->access_format;
	l->address = set->access_address;
	l->dropped = dropped;
	l->lost = lost;
	evtimer_assign(&l->timer, base, on_timer, l);
}

void
access_log_add(struct access_log *l, const struct access *a)
{
	static const struct timeval delay = {0, DELAY_MS * 1000};

	if (l->len + ACCESS_LINE_MAX > sizeof(l->batch))
		send_batch(l);
	l->len += access_line(l->batch + l->len, a, l->format, l->address);
	if (l->lines++ == 0 && !evtimer_pending(&l->timer, NULL))
		evtimer_add(&l->timer, &delay);
}
