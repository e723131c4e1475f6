/* SPDX-License-Identifier: ISC */
#include "update.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "log.h"
#include "memfd.h"
#include "progress.h"
#include "record.h"
#include "remote.h"

/* git ends a fetch at its deadline by itself; so much later it is killed. */
#define GIT_GRACE_MS 10000
/* Posts have their own budget; this is for what nobody thought of. */
#define RENDER_DEADLINE_MS 900000
/* How soon a failed update is tried again while there is no site at all. */
#define RETRY_FIRST_MS	 2000
#define RETRY_LONGEST_MS 300000

enum state { IDLE, FETCHING, RENDERING, SHOWING };

struct update {
	struct conf_site site;
	const struct update_ops *ops;
	struct remote remote;
	struct child render;
	enum state state;
	int started; /* git was ready once: its settings are good */
	int again;   /* another update was asked for meanwhile */
	int full;    /* the next source must hold every byte */
	int source_full;
	int stopping;
	int source; /* descriptor while RENDERING */
	unsigned retries;
	long long began_ms, last_hook_ms;
	struct published *published, *candidate;
	struct msg_rendered rendered;
	struct event *deadline, *poll, *hook, *retry;
};

/* ------------------------------------------------------------ the cycle -- */

static void
give_published(struct child *c, const struct published *p)
{
	if (p == NULL)
		return;
	child_give(c, SLOT_INDEX, p->fds[0]);
	for (unsigned i = 1; i < p->nfds; i++)
		child_give(c, SLOT_SEGMENT, p->fds[i]);
	child_give(c, SLOT_CATALOGUE, p->catalogue);
}

static int
start_render(struct update *u, struct err *err)
{
	if (child_start(&u->render, ROLE_RENDER, err) == -1)
		return -1;
	record_render();
	child_give(&u->render, SLOT_SOURCE, u->source);
	give_published(&u->render, u->published);
	child_settings(&u->render, &u->site.render, sizeof(u->site.render));
	return 0;
}

static void
published_free(struct published *p)
{
	if (p == NULL)
		return;
	for (unsigned i = 0; i < p->nfds; i++)
		close(p->fds[i]);
	close(p->catalogue);
	free(p);
}

static void
drop_source(struct update *u)
{
	if (u->source != -1)
		close(u->source);
	u->source = -1;
}

static void begin(struct update *u);

/* Ends the update that runs; text is NULL when it went well, and result
 * UPDATE_NONE when it is not over for good. */
static void
finish(struct update *u, enum update_result result, const char *text)
{
	int failed = text != NULL;

	event_del(u->deadline);
	progress_end();
	drop_source(u);
	u->state = IDLE;
	if (failed)
		log_err("update failed: %s%s", text,
			u->published != NULL ? "; the site stays as it was"
					     : "");
	if (result != UPDATE_NONE)
		record_update(result, clock_ms() - u->began_ms, text);
	u->ops->done(failed ? -1 : 0, text);
	if (u->again) {
		begin(u);
	} else if (failed && u->published == NULL) {
		long long ms = (long long)RETRY_FIRST_MS << u->retries;

		if (ms > RETRY_LONGEST_MS)
			ms = RETRY_LONGEST_MS;
		else
			u->retries++;
		timer_set(u->retry, ms);
	}
}

static void
begin(struct update *u)
{
	struct msg_fetch fetch = {.full = (uint32_t)u->full};

	if (u->state != IDLE || !u->remote.git.ready || u->render.pid != 0 ||
	    u->stopping) {
		u->again = 1;
		return;
	}
	u->again = 0;
	u->state = FETCHING;
	u->source_full = u->full;
	u->full = 0; /* whatever fails, or new settings, set it again */
	u->began_ms = clock_ms();
	event_del(u->retry);
	timer_set(u->deadline,
		  (long long)u->site.git.deadline_s * 1000 + GIT_GRACE_MS);
	child_send(&u->remote.git, MSG_FETCH, &fetch, sizeof(fetch), NULL, 0);
}

static void
fetch_failed(struct update *u, const char *text)
{
	u->full |= u->source_full;
	record_fetch(clock_ms() - u->began_ms);
	finish(u, UPDATE_FETCH_FAILED, text);
}

/* What is wrong with a rendering may be that it lacked bytes. */
static void
render_failed(struct update *u, enum update_result result, const char *text)
{
	u->full = 1;
	if (!u->source_full) {
		log_warn("%s; once more from a full source", text);
		u->again = 1;
		result = UPDATE_NONE;
		text = NULL;
	}
	finish(u, result, text);
}

static void
overdue(evutil_socket_t fd, short what, void *arg)
{
	struct update *u = arg;

	(void)fd, (void)what;
	if (u->state == FETCHING) {
		log_err("git overran its deadline (fetch.deadline) and is "
			"killed");
		child_kill(&u->remote.git);
	} else if (u->state == RENDERING) {
		log_err("render overran its deadline and is killed");
		child_kill(&u->render);
	}
}

static void
take_source(struct update *u, struct ipc_msg *msg)
{
	struct err err;
	size_t size;

	if (u->state != FETCHING)
		return;
	if (memfd_check(msg->fds[0], &size, &err) == -1) {
		log_err("git sent a bad source: %s", err.text);
		child_kill(&u->remote.git);
		return;
	}
	u->source = msg->fds[0];
	msg->nfds = 0;
	u->state = RENDERING;
	record_fetch(clock_ms() - u->began_ms);
	progress_end();
	timer_set(u->deadline, RENDER_DEADLINE_MS);
	if (start_render(u, &err) == -1)
		render_failed(u, UPDATE_RENDER_FAILED, err.text);
}

static int
is_commit(const char text[65])
{
	size_t len = strnlen(text, 65);

	return len > 0 && len < 65 && strspn(text, "0123456789abcdef") == len;
}

/* Takes the descriptors of a rendering, all of them sealed memory. */
static struct published *
take_published(struct ipc_msg *msg, struct err *err)
{
	const struct msg_rendered *r = (const void *)msg->data;
	struct published *p;
	size_t size;

	if (r->segments < 1 || r->segments > SEGMENTS_MAX ||
	    msg->nfds != r->segments + 2) {
		err_set(err, "%u segments in %u descriptors", r->segments,
			msg->nfds);
		return NULL;
	}
	if (!is_commit(r->commit)) {
		err_set(err, "no commit");
		return NULL;
	}
	for (unsigned i = 0; i < msg->nfds; i++)
		if (memfd_check(msg->fds[i], &size, err) == -1)
			return NULL;
	p = xcalloc(1, sizeof(*p));
	p->nfds = r->segments + 1;
	memcpy(p->fds, msg->fds, p->nfds * sizeof(p->fds[0]));
	p->catalogue = msg->fds[p->nfds];
	snprintf(p->commit, sizeof(p->commit), "%.64s", r->commit);
	msg->nfds = 0;
	return p;
}

static void
take_rendered(struct update *u, struct ipc_msg *msg)
{
	struct err err;

	if (u->state != RENDERING)
		return;
	memcpy(&u->rendered, msg->data, sizeof(u->rendered));
	u->candidate = take_published(msg, &err);
	child_end(&u->render); /* the next may not wait for its good will */
	if (u->candidate == NULL) {
		log_err("render sent a bad snapshot: %s", err.text);
		render_failed(u, UPDATE_RENDER_FAILED,
			      "the snapshot was refused");
		return;
	}
	event_del(u->deadline);
	u->state = SHOWING;
	u->ops->show(u->candidate);
}

void
update_shown(struct update *u, int result)
{
	struct published *old = u->published;

	if (u->state != SHOWING)
		return;
	u->published = u->candidate;
	u->candidate = NULL;
	if (result == -1) {
		struct published *bad = u->published;

		u->published = old;
		u->state = IDLE; /* the answer to this show is not awaited */
		u->ops->show(old);
		u->state = SHOWING;
		published_free(bad);
		render_failed(u, UPDATE_REFUSED, "serve refused the snapshot");
		return;
	}
	published_free(old);
	u->retries = 0;
	log_notice("serving commit %s: %u articles, %u addresses, "
		   "%u problems, %lld ms after the update began",
		   u->published->commit, u->rendered.articles,
		   u->rendered.pages, u->rendered.problems,
		   clock_ms() - u->began_ms);
	record_published(u->published->commit, u->rendered.articles,
			 u->rendered.pages, u->rendered.problems);
	finish(u, UPDATE_OK, NULL);
}

void
update_show_again(struct update *u)
{
	if (u->state == SHOWING)
		u->ops->show(u->candidate);
}

const struct published *
update_published(const struct update *u)
{
	return u->published;
}

/* ------------------------------------------------------------- messages -- */

static void
git_message(void *owner, struct ipc_msg *msg)
{
	struct update *u = owner;

	if (u->stopping)
		return;
	switch (msg->type) {
	case MSG_READY:
		u->started = 1;
		if (u->again)
			begin(u);
		break;
	case MSG_PROGRESS:
		progress_show((const void *)msg->data);
		break;
	case MSG_SOURCE:
		take_source(u, msg);
		break;
	case MSG_UNCHANGED:
		if (u->state == FETCHING) {
			log_info("nothing new");
			record_fetch(clock_ms() - u->began_ms);
			finish(u, UPDATE_UNCHANGED, NULL);
		}
		break;
	case MSG_FAILED:
		if (!u->started)
			u->ops->failed(msg->data);
		else if (u->state == FETCHING)
			fetch_failed(u, msg->data);
		else
			child_log(&u->remote.git, msg->data);
		break;
	default:
		break;
	}
}

static void
dial_failed(void *owner, const char *text)
{
	struct update *u = owner;

	if (u->started)
		log_err("dial: %s", text);
	else
		u->ops->failed(text);
}

static void
render_message(struct child *c, struct ipc_msg *msg)
{
	struct update *u = c->owner;

	if (u->stopping)
		return;
	if (msg->type == MSG_RENDERED) {
		take_rendered(u, msg);
	} else if (msg->type == MSG_FAILED && u->state == RENDERING) {
		child_end(c); /* it has said why */
		render_failed(u, UPDATE_RENDER_FAILED, msg->data);
	}
}

static void
git_gone(void *owner)
{
	struct update *u = owner;

	if (u->state == FETCHING) {
		u->again = 1; /* its store is gone too: fetch anew */
		fetch_failed(u, "git ended in the middle of a fetch");
	}
}

static void
render_gone(struct child *c, int status)
{
	struct update *u = c->owner;

	(void)status;
	if (u->stopping)
		return;
	if (u->state == RENDERING)
		render_failed(u, UPDATE_RENDER_FAILED,
			      "render ended without a result");
	else if (u->again)
		begin(u);
}

static const struct remote_ops remote_ops = {git_message, git_gone,
					     dial_failed};
static const struct child_ops render_ops = {render_message, render_gone};

/* ------------------------------------------------------------- requests -- */

void
update_request(struct update *u, const char *why)
{
	log_debug("update asked for: %s", why);
	begin(u);
}

void
update_hook(struct update *u)
{
	long long least = (long long)u->site.hook_interval_s * 1000;
	long long due = u->last_hook_ms + least - clock_ms();

	if (evtimer_pending(u->hook, NULL))
		return;
	if (due > 0) {
		timer_set(u->hook, due);
		return;
	}
	u->last_hook_ms = clock_ms();
	update_request(u, "hook");
}

static void
hook_is_due(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	update_hook(arg);
}

static void
retry_is_due(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	update_request(arg, "retry");
}

/* A tenth more or less, so that a fleet does not ask in step. */
static void
poll_again(struct update *u)
{
	long long ms = (long long)u->site.poll_s * 1000;

	if (ms > 0)
		timer_set(u->poll, ms * 9 / 10 + rand() % (ms / 5 + 1));
	else
		event_del(u->poll);
}

static void
poll_is_due(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	update_request(arg, "poll");
	poll_again(arg);
}

/* ---------------------------------------------------------- life and end -- */

static void
init_timers(struct update *u, struct event_base *base)
{
	u->deadline = evtimer_new(base, overdue, u);
	u->poll = evtimer_new(base, poll_is_due, u);
	u->hook = evtimer_new(base, hook_is_due, u);
	u->retry = evtimer_new(base, retry_is_due, u);
	if (u->deadline == NULL || u->poll == NULL || u->hook == NULL ||
	    u->retry == NULL)
		fatalx("out of memory (timers)");
}

struct update *
update_new(const struct conf_site *site, struct event_base *base,
	   const struct update_ops *ops, struct err *err)
{
	struct update *u = xcalloc(1, sizeof(*u));

	u->site = *site;
	u->ops = ops;
	u->full = 1;
	u->source = -1;
	u->last_hook_ms = -(long long)UINT32_MAX * 1000; /* never */
	u->render.ops = &render_ops;
	u->render.owner = u;
	if (remote_init(&u->remote, site, base, &remote_ops, u, err) == -1) {
		free(u);
		return NULL;
	}
	init_timers(u, base);
	return u;
}

void
update_launch(struct update *u)
{
	srand((unsigned)clock_ms());
	u->again = 1; /* begins when git is ready */
	remote_launch(&u->remote);
	poll_again(u);
}

int
update_reconfigure(struct update *u, const struct conf_site *site,
		   struct err *err)
{
	int same = remote_same(&u->site, site);

	if (!same && remote_change(&u->remote, site, err) == -1)
		return -1;
	if (!same ||
	    memcmp(&u->site.render, &site->render, sizeof(site->render)) != 0)
		u->full = 1;
	u->site = *site;
	poll_again(u);
	if (same)
		update_request(u, "reload");
	else
		u->again = 1; /* begins when the new git is ready */
	return 0;
}

void
update_stop(struct update *u)
{
	u->stopping = 1;
	event_del(u->poll);
	event_del(u->hook);
	event_del(u->retry);
	event_del(u->deadline);
	remote_stop(&u->remote);
	child_end(&u->render);
}
