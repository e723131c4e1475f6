/* SPDX-License-Identifier: ISC */
#include "timeouts.h"
#include "../clock.h"

struct waiter *
timeouts_oldest(struct timeouts *t, enum wait_kind kind)
{
	struct waiter *head = &t->queue[kind];

	return head->next != head ? head->next : NULL;
}

/* Who has not asked for anything whole yet.  They count as one: a flood passes
 * from one of these kinds to the next, and each alone may be less than those
 * who read. */
static uint32_t
newcomers(const struct timeouts *t)
{
	return t->n[WAIT_FIRST] + t->n[WAIT_HELLO] + t->n[WAIT_HANDSHAKE] +
	       t->n[WAIT_HEADER] + t->n[WAIT_BODY];
}

static enum wait_kind
most_of(const struct timeouts *t, enum wait_kind first, enum wait_kind last)
{
	enum wait_kind most = first;

	for (enum wait_kind kind = first; kind <= last; kind++)
		if (t->n[kind] > t->n[most])
			most = kind;
	return most;
}

struct waiter *
timeouts_victim(struct timeouts *t)
{
	enum wait_kind known = most_of(t, WAIT_IDLE, WAIT_WRITE);

	if (t->n[WAIT_LINGER] > 0)
		return timeouts_oldest(t, WAIT_LINGER);
	if (newcomers(t) <= t->n[known])
		return timeouts_oldest(t, known);
	return timeouts_oldest(t, most_of(t, WAIT_FIRST, WAIT_BODY));
}

static void
arm(struct timeouts *t, int64_t now, int64_t when)
{
	int64_t ms = when > now ? when - now : 0;
	struct timeval tv = {ms / 1000, ms % 1000 * 1000};

	t->armed = when;
	event_add(&t->timer, &tv);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct timeouts *t = arg;
	int64_t now = clock_ms(), next = 0;

	(void)fd, (void)what;
	t->armed = 0;
	for (int kind = 0; kind < WAIT__MAX; kind++) {
		struct waiter *w;

		while ((w = timeouts_oldest(t, kind)) && w->deadline <= now)
			t->expired(w);
		if (w != NULL && (next == 0 || w->deadline < next))
			next = w->deadline;
	}
	if (next != 0 && (t->armed == 0 || next < t->armed))
		arm(t, now, next);
}

void
timeouts_init(struct timeouts *t, struct event_base *base,
	      const int64_t ms[WAIT__MAX], void (*expired)(struct waiter *w))
{
	for (int kind = 0; kind < WAIT__MAX; kind++) {
		t->queue[kind].next = t->queue[kind].prev = &t->queue[kind];
		t->ms[kind] = ms[kind];
		t->n[kind] = 0;
	}
	t->armed = 0;
	t->expired = expired;
	event_assign(&t->timer, base, -1, 0, on_timer, t);
}

void
timeouts_leave(struct timeouts *t, struct waiter *w)
{
	if (w->next == NULL)
		return;
	t->n[w->kind]--;
	w->next->prev = w->prev;
	w->prev->next = w->next;
	w->next = w->prev = NULL;
}

void
timeouts_wait(struct timeouts *t, struct waiter *w, enum wait_kind kind)
{
	struct waiter *head = &t->queue[kind];
	int64_t now = clock_ms();

	timeouts_leave(t, w);
	t->n[kind]++;
	w->kind = kind;
	w->deadline = now + t->ms[kind];
	w->next = head;
	w->prev = head->prev;
	head->prev->next = w;
	head->prev = w;
	if (t->armed == 0 || w->deadline < t->armed)
		arm(t, now, w->deadline);
}

void
timeouts_keep(struct timeouts *t, struct waiter *w, enum wait_kind kind)
{
	if (w->next == NULL || w->kind != kind)
		timeouts_wait(t, w, kind);
}
