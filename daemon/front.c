/* SPDX-License-Identifier: ISC */
#include "front.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "counters.h"
#include "log.h"
#include "logging.h"
#include "queues.h"
#include "restart.h"
#include "signing.h"

/* A serve process that does not answer by then is stuck: it only maps what it
 * was given and checks it. */
#define SHOW_MS 30000
/* How long the last lines of killed processes may take to be written. */
#define LAST_LINES_MS 1000

enum state { STARTING, RUNNING, DRAINING };

struct process { /* one serve */
	struct child child;
	struct restart restart;
	struct front *front;
	unsigned number;   /* of its channels */
	int slot;	   /* of its counters */
	unsigned swapping; /* MSG_SNAPSHOTs not answered yet */
	int asked;	   /* for front_is_well; no answer so far */
};

struct front {
	struct conf conf;
	struct listeners listeners;
	const struct front_ops *ops;
	enum state state;
	struct signing *signing;
	struct logging *logging; /* NULL: requests are not logged */
	struct process serve[PROCESSES_MAX];
	unsigned nserve;
	struct queues queues;
	const struct msg_tickets *tickets;
	const struct published *shown;
	int refused;		/* a serve did not take `shown` */
	int asked, answered;	/* since front_is_well was called last */
	struct event *deadline; /* of showing, or of draining */
};

static const struct child_ops keys_ops, serve_ops;
static const struct logging_ops logging_ops;

/* ------------------------------------------------------------- starting -- */

static int
take_slots(struct front *f, struct err *err)
{
	for (unsigned i = 0; i < f->nserve; i++) {
		f->serve[i].slot = counters_take();
		if (f->serve[i].slot == -1)
			return err_set(err, "too many processes of earlier "
					    "reloads have not ended yet");
	}
	return 0;
}

static void
send_tickets(struct process *p)
{
	const struct front *f = p->front;

	if (f->conf.serve.tls)
		child_send(&p->child, MSG_TICKETS, f->tickets,
			   sizeof(*f->tickets), NULL, 0);
}

static void
start_serve(struct process *p)
{
	struct front *f = p->front;
	struct serve_settings set = f->conf.serve;
	struct child *c = &p->child;
	struct err err;

	restart_began(&p->restart);
	p->asked = 0;
	if (child_start(c, ROLE_SERVE, &err) == -1) {
		log_err("cannot start serve: %s", err.text);
		restart_plan(&p->restart);
		return;
	}
	queues_give(&f->queues, p->number);
	signing_give(f->signing, c, p->number);
	child_give(c, SLOT_ACCESS, logging_channel(f->logging, p->number));
	child_give(c, SLOT_COUNTERS, counters_fd());
	set.slot = (uint32_t)p->slot;
	set.site_follows = f->shown != NULL;
	set.sockets = listeners_count(&f->listeners);
	child_settings(c, &set, sizeof(set));
	send_tickets(p);
}

static void
serve_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	start_serve(arg);
}

static void
overdue(evutil_socket_t fd, short what, void *arg)
{
	struct front *f = arg;

	(void)fd, (void)what;
	if (f->state == DRAINING) {
		front_kill(f, NULL);
		return;
	}
	for (unsigned i = 0; i < f->nserve; i++) {
		if (f->serve[i].swapping == 0)
			continue;
		log_err("serve does not take the new site and is killed");
		child_kill(&f->serve[i].child);
	}
}

static void
init_processes(struct front *f, struct event_base *base)
{
	for (unsigned i = 0; i < f->nserve; i++) {
		struct process *p = &f->serve[i];

		p->front = f;
		p->number = i;
		p->slot = -1;
		p->child.ops = &serve_ops;
		p->child.owner = p;
		restart_init(&p->restart, base, serve_again, p);
		f->queues.owner[i].child = &p->child;
	}
	f->deadline = evtimer_new(base, overdue, f);
	if (f->deadline == NULL)
		fatalx("out of memory (timer)");
}

struct front *
front_new(const struct conf *conf, struct listeners *listeners,
	  struct event_base *base, const struct front_ops *ops, struct err *err)
{
	struct front *f = xcalloc(1, sizeof(*f));

	f->conf = *conf;
	f->ops = ops;
	f->nserve = conf->processes;
	queues_init(&f->queues, &f->listeners, f->nserve, base);
	init_processes(f, base);
	if (signing_new(&f->signing, &f->conf, base, &keys_ops, f, err) == -1 ||
	    take_slots(f, err) == -1 ||
	    logging_new(&f->logging, conf, f->nserve, base, &logging_ops, f,
			err) == -1) {
		front_free(f);
		return NULL;
	}
	f->listeners = *listeners;
	listeners->n = 0;
	return f;
}

void
front_launch(struct front *f)
{
	struct err err;

	if (listeners_open_unix(&f->listeners, f->conf.socket_mode, &err) ==
		-1 ||
	    logging_start(f->logging, &err) == -1) {
		f->ops->failed(f, err.text);
		return;
	}
	signing_start(f->signing);
	for (unsigned i = 0; i < f->nserve; i++)
		start_serve(&f->serve[i]);
}

void
front_tickets(struct front *f, const struct msg_tickets *keys)
{
	f->tickets = keys;
	for (unsigned i = 0; i < f->nserve; i++)
		if (f->serve[i].child.pid != 0)
			send_tickets(&f->serve[i]);
}

const struct conf *
front_conf(const struct front *f)
{
	return &f->conf;
}

void
front_reopen(struct front *f)
{
	logging_reopen(f->logging);
}

int
front_is_running(const struct front *f)
{
	return f->state == RUNNING;
}

int
front_shows(const struct front *f, const struct published *p)
{
	return f->shown == p;
}

const struct listeners *
front_listeners(const struct front *f)
{
	return &f->listeners;
}

/* -------------------------------------------------------------- showing -- */

static void
show_to(struct process *p)
{
	const struct published *s = p->front->shown;
	struct msg_snapshot m = {{0}};

	if (s == NULL || !p->child.ready || p->front->state == DRAINING)
		return;
	p->swapping++;
	timer_set(p->front->deadline, SHOW_MS);
	memcpy(m.size, s->size, sizeof(s->size));
	child_send(&p->child, MSG_SNAPSHOT, &m, sizeof(m), s->fds, s->nfds);
}

/* Tells the owner when no answer is outstanding any more.  As long as nobody
 * answers readers, nothing is shown. */
static void
check_shown(struct front *f)
{
	if (f->state == STARTING)
		return;
	for (unsigned i = 0; i < f->nserve; i++)
		if (f->serve[i].swapping)
			return;
	f->ops->shown(f, f->refused ? -1 : 0);
}

void
front_show(struct front *f, const struct published *s)
{
	f->shown = s;
	f->refused = 0;
	for (unsigned i = 0; i < f->nserve; i++)
		show_to(&f->serve[i]);
	check_shown(f);
}

static void
answered(struct process *p, int refused)
{
	if (p->swapping == 0)
		return;
	p->swapping--;
	if (refused)
		p->front->refused = 1;
	check_shown(p->front);
}

/* ------------------------------------------------------------- messages -- */

static void
check_ready(struct front *f)
{
	int waiting;

	if (f->state != STARTING || !signing_is_ready(f->signing) ||
	    !logging_is_ready(f->logging))
		return;
	for (unsigned i = 0; i < f->nserve; i++)
		if (!f->serve[i].child.ready)
			return;
	f->state = RUNNING;
	queues_start(&f->queues);
	waiting = f->shown != NULL;
	f->ops->ready(f);
	if (waiting)
		check_shown(f);
}

static void
failed(struct front *f, struct child *c, const char *text)
{
	if (f->state == STARTING)
		f->ops->failed(f, text);
	else
		child_log(c, text);
}

/* Before all are there nobody need stand in: either nothing is served yet, or
 * another front does it. */
static void
mind_queues(struct front *f)
{
	if (f->state == RUNNING)
		queues_mind(&f->queues);
}

/* By the number of its channel. */
static void
distrusted(struct front *f, const struct ipc_msg *msg)
{
	const struct msg_distrust *m = (const void *)msg->data;

	if (m->number < f->nserve)
		child_distrusted(&f->serve[m->number].child, msg);
}

static void
keys_message(struct child *c, struct ipc_msg *msg)
{
	struct front *f = c->owner;

	if (msg->type == MSG_READY)
		check_ready(f);
	else if (msg->type == MSG_FAILED)
		failed(f, c, msg->data);
	else if (msg->type == MSG_DISTRUST)
		distrusted(f, msg);
}

static void
serve_message(struct child *c, struct ipc_msg *msg)
{
	struct process *p = c->owner;

	if (msg->type == MSG_READY) {
		show_to(p);
		check_ready(p->front);
		mind_queues(p->front);
	} else if (msg->type == MSG_PONG) {
		p->asked = 0;
		p->front->answered = 1;
		queues_pong(&p->front->queues, p->number);
	} else if (msg->type == MSG_SWAPPED) {
		answered(p, 0);
	} else if (msg->type == MSG_HOOK) {
		p->front->ops->hook(p->front);
	} else if (msg->type == MSG_FAILED && p->swapping > 0) {
		child_log(c, msg->data); /* of the site, not of the start */
		answered(p, 1);
	} else if (msg->type == MSG_FAILED) {
		failed(p->front, c, msg->data);
	}
}

/* ------------------------------------------------------------- watchdog -- */

static void
ask(struct process *p)
{
	if (!p->child.ready)
		return;
	p->front->asked = 1;
	if (!p->asked)
		child_send(&p->child, MSG_PING, NULL, 0, NULL, 0);
	p->asked = 1;
}

int
front_is_well(struct front *f)
{
	int well = f->state != RUNNING || !f->asked || f->answered;

	f->asked = f->answered = 0;
	for (unsigned i = 0; i < f->nserve; i++)
		ask(&f->serve[i]);
	return well;
}

/* --------------------------------------------------------------- ending -- */

static int
alive(const struct front *f)
{
	for (unsigned i = 0; i < f->nserve; i++)
		if (f->serve[i].child.pid != 0)
			return 1;
	return 0;
}

/* A draining front needs the others as long as a serve lives, and no longer. */
static void
one_less(struct front *f)
{
	if (alive(f))
		return;
	signing_end(f->signing);
	logging_end(f->logging);
	if (!signing_is_running(f->signing) && !logging_is_running(f->logging))
		f->ops->gone(f);
}

/* 1 when it is to be started again. */
static int
missed(struct front *f)
{
	if (f->state == DRAINING)
		one_less(f);
	else if (f->state == STARTING)
		f->ops->failed(f, "a process ended before it was ready");
	else
		return 1;
	return 0;
}

static void
keys_gone(struct child *c, int status)
{
	struct front *f = c->owner;

	(void)status;
	if (missed(f))
		signing_again(f->signing);
}

static void
serve_gone(struct child *c, int status)
{
	struct process *p = c->owner;
	struct front *f = p->front;

	(void)status;
	p->swapping = 0;
	counters_ended(p->slot);
	if (!missed(f))
		return;
	restart_plan(&p->restart);
	mind_queues(f);
	check_shown(f);
}

static const struct child_ops keys_ops = {keys_message, keys_gone};
static const struct child_ops serve_ops = {serve_message, serve_gone};

static void
cannot_start(struct front *f, const char *text)
{
	f->ops->failed(f, text);
}

static const struct logging_ops logging_ops = {check_ready, cannot_start,
					       one_less};

/* Now, and not when the last reader has gone: an address may come back before
 * that, and whoever connects to it meanwhile is refused rather than kept
 * waiting.  What is kept is from here on the other's alone to close. */
static void
leave_listeners(struct front *f, const struct front *keep)
{
	listeners_close(&f->listeners, keep != NULL ? &keep->listeners : NULL);
}

void
front_drain(struct front *f, const struct front *keep, int idle_too,
	    long long ms)
{
	struct msg_drain drain = {.idle_too = (uint32_t)idle_too};

	leave_listeners(f, keep);
	queues_stop(&f->queues);
	f->state = DRAINING;
	f->shown = NULL; /* its owner may drop it now */
	for (unsigned i = 0; i < f->nserve; i++) {
		event_del(f->serve[i].restart.timer);
		f->serve[i].child.expected = 1;
		child_send(&f->serve[i].child, MSG_DRAIN, &drain, sizeof(drain),
			   NULL, 0);
	}
	timer_set(f->deadline, ms);
	if (!alive(f))
		one_less(f);
}

void
front_kill(struct front *f, const struct front *keep)
{
	leave_listeners(f, keep);
	queues_stop(&f->queues);
	f->state = DRAINING;
	event_del(f->deadline);
	if (alive(f))
		timer_set(f->deadline, LAST_LINES_MS);
	else
		logging_kill(f->logging);
	f->shown = NULL;
	signing_not_again(f->signing);
	for (unsigned i = 0; i < f->nserve; i++) {
		event_del(f->serve[i].restart.timer);
		child_end(&f->serve[i].child);
	}
	if (!alive(f))
		one_less(f);
}

void
front_free(struct front *f)
{
	if (f == NULL)
		return;
	for (unsigned i = 0; i < f->nserve; i++) {
		counters_leave(f->serve[i].slot);
		restart_free(&f->serve[i].restart);
	}
	signing_free(f->signing);
	logging_free(f->logging);
	queues_free(&f->queues);
	event_free(f->deadline);
	free(f);
}
