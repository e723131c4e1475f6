/* SPDX-License-Identifier: ISC */
#include "queues.h"

#include <string.h>

#include "log.h"
#include "restart.h"

/* Who has not answered after this time is stuck. */
#define WATCH_MS 5000

static enum slot
slot_of(const struct listener *l)
{
	if (l->address.metrics)
		return SLOT_LISTEN_METRICS;
	return l->address.tls ? SLOT_LISTEN_TLS : SLOT_LISTEN_PLAIN;
}

void
queues_give(struct queues *q, unsigned i)
{
	const struct listeners *ls = q->listeners;

	q->owner[i].asked = q->owner[i].stuck = 0;
	for (unsigned k = 0; k < ls->n; k++) {
		int fds[PROCESSES_MAX];
		unsigned n = listener_share(&ls->at[k], i, q->n, fds);

		child_give_all(q->owner[i].child, slot_of(&ls->at[k]), fds, n);
	}
}

/* ---------------------------------------------------------------- heirs -- */

static int
accepts(const struct queues *q, unsigned i)
{
	return i < q->n && q->owner[i].child->ready && !q->owner[i].stuck;
}

/* The next that works: so the heirs of several are different ones. */
static unsigned
find_heir(const struct queues *q, unsigned i)
{
	for (unsigned k = 1; k < q->n; k++)
		if (accepts(q, (i + k) % q->n))
			return (i + k) % q->n;
	return q->n;
}

static void
dismiss(struct queues *q, unsigned i)
{
	struct msg_disown m = {.owner = i};

	if (q->owner[i].heir < q->n)
		child_send(q->owner[q->owner[i].heir].child, MSG_DISOWN, &m,
			   sizeof(m), NULL, 0);
	q->owner[i].heir = q->n;
}

static void
adopt(struct queues *q, unsigned i, unsigned heir)
{
	const struct listeners *ls = q->listeners;
	struct msg_adopt m = {.owner = i};

	q->owner[i].heir = heir;
	for (unsigned k = 0; heir < q->n && k < ls->n; k++) {
		int fds[PROCESSES_MAX];
		unsigned n = listener_share(&ls->at[k], i, q->n, fds);
		unsigned some;

		if (ls->at[k].n == 1)
			continue; /* everybody accepts from it anyway */
		m.slot = slot_of(&ls->at[k]);
		for (unsigned at = 0; at < n; at += some) {
			some = n - at < IPC_FDS_MAX ? n - at : IPC_FDS_MAX;
			child_send(q->owner[heir].child, MSG_ADOPT, &m,
				   sizeof(m), fds + at, some);
		}
	}
}

void
queues_mind(struct queues *q)
{
	for (unsigned i = 0; i < q->n; i++) {
		if (accepts(q, i)) {
			dismiss(q, i);
		} else if (!accepts(q, q->owner[i].heir)) {
			dismiss(q, i);
			adopt(q, i, find_heir(q, i));
		}
	}
}

/* ---------------------------------------------------------------- watch -- */

static void
ask(struct queues *q, unsigned i)
{
	struct owner *o = &q->owner[i];

	if (!o->child->ready)
		return;
	if (!o->asked) {
		o->asked = 1;
		child_send(o->child, MSG_PING, NULL, 0, NULL, 0);
	} else if (!o->stuck) {
		log_warn("serve (process %ld) does not answer, another "
			 "accepts for it",
			 (long)o->child->pid);
		o->stuck = 1;
	}
}

static void
watch(evutil_socket_t fd, short what, void *arg)
{
	struct queues *q = arg;

	(void)fd, (void)what;
	for (unsigned i = 0; i < q->n; i++)
		ask(q, i);
	queues_mind(q);
	timer_set(q->watch, WATCH_MS);
}

void
queues_pong(struct queues *q, unsigned i)
{
	int was_stuck = q->owner[i].stuck;

	q->owner[i].asked = q->owner[i].stuck = 0;
	if (was_stuck)
		queues_mind(q);
}

/* ---------------------------------------------------------- beginning, end */

void
queues_init(struct queues *q, const struct listeners *l, unsigned n,
	    struct event_base *base)
{
	memset(q, 0, sizeof(*q));
	q->listeners = l;
	q->n = n;
	for (unsigned i = 0; i < n; i++)
		q->owner[i].heir = n;
	q->watch = evtimer_new(base, watch, q);
	if (q->watch == NULL)
		fatalx("out of memory (timer)");
}

void
queues_start(struct queues *q)
{
	if (q->n > 1) /* who could stand in? */
		timer_set(q->watch, WATCH_MS);
}

void
queues_stop(struct queues *q)
{
	event_del(q->watch);
}

void
queues_free(struct queues *q)
{
	if (q->watch != NULL)
		event_free(q->watch);
}
