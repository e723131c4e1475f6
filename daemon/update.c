/* SPDX-License-Identifier: ISC */
#include "update.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "log.h"
#include "memfd.h"
#include "progress.h"
#include "record.h"
#include "remote.h"
#include "restart.h"
#include "schedule.h"

/* git ends a fetch at its deadline by itself; so much later it is killed. */
#define GIT_GRACE_MS 10000
/* Posts have their own budget; this is for what nobody thought of. */
#define RENDER_DEADLINE_MS 900000

enum state { IDLE, FETCHING, RENDERING, SHOWING, POLISHING };

struct update {
	struct conf_site site;
	const struct update_ops *ops;
	struct remote remote;
	struct child render;
	enum state state;
	int started;	/* git was ready once: its settings are good */
	int again;	/* another update was asked for meanwhile */
	int due;	/* an article appears or expires: to be rendered */
	int local;	/* the update that runs is for that, without fetching */
	int has_commit; /* git has what the last source was made of */
	int full;	/* the next source must hold every byte */
	int kept;	/* what is SHOWING was there before the start */
	int unconfirmed; /* no update was good since then */
	int polished;	 /* what is SHOWING is no update, see polish.h */
	int source_full;
	int stopping;
	int source; /* descriptor while RENDERING */
	long long began_ms;
	struct published *published, *candidate;
	struct msg_rendered rendered;
	struct schedule schedule;
	struct event *deadline;
};

/* ------------------------------------------------------------ the cycle -- */

static int
start_render(struct update *u, struct err *err)
{
	struct render_settings set = u->site.render;

	set.now = (int64_t)time(NULL);
	if (child_start(&u->render, ROLE_RENDER, err) == -1)
		return -1;
	record_render();
	if (u->source != -1)
		child_give(&u->render, SLOT_SOURCE, u->source);
	else
		set.polish = 1;
	published_give(u->published, &u->render);
	child_settings(&u->render, &set, sizeof(set));
	timer_set(u->deadline, RENDER_DEADLINE_MS);
	return 0;
}

static void
drop_source(struct update *u)
{
	if (u->source != -1)
		close(u->source);
	u->source = -1;
}

/* A large site is shown as soon as it can be.  When nothing else is to be done,
 * its pages are compressed further; if that fails, they stay as they are. */
static void
begin_polish(struct update *u)
{
	struct err err;

	if (u->state != IDLE || u->render.pid != 0 || u->stopping ||
	    u->published == NULL || u->published->catalogue == -1 ||
	    u->rendered.unfinished == 0)
		return;
	u->rendered.unfinished = 0; /* tried once */
	if (start_render(u, &err) == -1)
		log_warn("not compressed further: %s", err.text);
	else
		u->state = POLISHING;
}

static void
end_polish(struct update *u, const char *why)
{
	event_del(u->deadline);
	u->state = IDLE;
	if (why != NULL)
		log_warn("not compressed further: %s", why);
}

static void begin(struct update *u);
static void begin_local(struct update *u);

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
	if (!failed && result != UPDATE_NONE)
		u->unconfirmed = 0;
	if (result != UPDATE_NONE)
		record_update(result, clock_ms() - u->began_ms, text);
	u->ops->done(failed ? -1 : 0, text);
	if (failed && u->local)
		schedule_change_retry(&u->schedule);
	if (u->again)
		begin(u);
	else if (u->due)
		begin_local(u);
	else if (failed && (u->published == NULL || u->unconfirmed))
		schedule_retry(&u->schedule);
	else
		begin_polish(u);
}

static int
can_begin(struct update *u)
{
	if (u->state == POLISHING) {
		u->rendered.unfinished = 1; /* for the next occasion */
		end_polish(u, NULL);
		child_end(&u->render);
	}
	return u->state == IDLE && u->remote.git.ready && u->render.pid == 0 &&
	       !u->stopping;
}

static void
ask_git(struct update *u, int local)
{
	struct msg_fetch fetch = {.full = (uint32_t)u->full,
				  .again = (uint32_t)local};

	u->local = local;
	u->state = FETCHING;
	u->source_full = u->full;
	u->full = 0; /* whatever fails, or new settings, set it again */
	u->began_ms = clock_ms();
	timer_set(u->deadline,
		  (long long)u->site.git.deadline_s * 1000 + GIT_GRACE_MS);
	child_send(&u->remote.git, MSG_FETCH, &fetch, sizeof(fetch), NULL, 0);
}

static void
begin(struct update *u)
{
	u->again = !can_begin(u);
	if (u->again)
		return;
	schedule_begun(&u->schedule);
	ask_git(u, 0);
}

/* The time alone has made another site: readers see it even while the remote
 * cannot be reached. */
static void
begin_local(struct update *u)
{
	u->due = !can_begin(u);
	if (u->due)
		return;
	if (u->has_commit)
		ask_git(u, 1);
	else
		begin(u);
}

static void
fetch_failed(struct update *u, const char *text)
{
	u->full |= u->source_full;
	if (!u->local)
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
		*(u->local ? &u->due : &u->again) = 1;
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
	} else if (u->state == RENDERING || u->state == POLISHING) {
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
		err_prefix(&err, "its source");
		child_refuse(&u->remote.git, err.text);
		return;
	}
	u->source = msg->fds[0];
	msg->nfds = 0;
	u->state = RENDERING;
	u->has_commit = 1;
	if (!u->local)
		record_fetch(clock_ms() - u->began_ms);
	progress_end();
	if (start_render(u, &err) == -1)
		render_failed(u, UPDATE_RENDER_FAILED, err.text);
}

static void
take_polished(struct update *u, struct ipc_msg *msg)
{
	struct err err;

	u->candidate = published_take(msg, &err);
	child_end(&u->render);
	if (u->candidate == NULL) {
		end_polish(u, err.text);
		return;
	}
	event_del(u->deadline);
	u->state = SHOWING;
	u->polished = 1;
	u->ops->show(u->candidate);
}

static void
take_rendered(struct update *u, struct ipc_msg *msg)
{
	struct err err;

	if (u->state == POLISHING) {
		take_polished(u, msg);
		return;
	}
	if (u->state != RENDERING)
		return;
	memcpy(&u->rendered, msg->data, sizeof(u->rendered));
	u->candidate = published_take(msg, &err);
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

/* Of a site that was kept over a restart: no update is over with it. */
static void
kept_shown(struct update *u, int result)
{
	u->kept = 0;
	u->unconfirmed = result == 0;
	if (result == -1) {
		struct published *bad = u->published;

		u->published = NULL;
		u->state = IDLE; /* as in update_shown */
		u->ops->show(NULL);
		published_free(bad);
		log_warn("the site that systemd kept is refused by serve; it "
			 "is fetched anew");
		finish(u, UPDATE_NONE, NULL);
		return;
	}
	log_notice("serving commit %s: %u articles, %u addresses, "
		   "%u problems, kept over a restart",
		   u->published->commit, u->rendered.articles,
		   u->rendered.pages, u->rendered.problems);
	record_published(u->published->commit, u->rendered.articles,
			 u->rendered.pages, u->rendered.problems);
	finish(u, UPDATE_NONE, NULL);
}

/* Of the same site, compressed further; the counts are those of its update. */
static void
polished_shown(struct update *u, int result, struct published *old)
{
	struct published *bad = u->published;

	u->polished = 0;
	u->state = IDLE;
	if (result == -1) {
		u->published = old;
		u->ops->show(old);
		published_free(bad);
		log_warn("not compressed further: serve refused it");
	} else {
		published_free(old);
		log_info("serving it compressed further");
		u->ops->done(0, NULL);
	}
	if (u->again)
		begin(u);
}

void
update_keep(struct update *u, struct published *kept,
	    const struct msg_rendered *counts)
{
	if (kept == NULL)
		return;
	u->kept = 1;
	u->candidate = kept;
	u->rendered = *counts;
	u->state = SHOWING;
	u->ops->show(kept);
}

void
update_shown(struct update *u, int result)
{
	struct published *old = u->published;

	if (u->state != SHOWING)
		return;
	u->published = u->candidate;
	u->candidate = NULL;
	if (u->kept) {
		kept_shown(u, result);
		return;
	}
	if (u->polished) {
		polished_shown(u, result, old);
		return;
	}
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
	schedule_succeeded(&u->schedule);
	u->due = 0;
	schedule_change_at(&u->schedule, u->rendered.next_change);
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

const struct msg_rendered *
update_counts(const struct update *u)
{
	return &u->rendered;
}

/* ------------------------------------------------------------- messages -- */

/* There is one answer to each MSG_FETCH: whoever gives more would have the next
 * fetch answered before it is done. */
static int
is_unasked(const struct update *u, enum msg_type type)
{
	if (u->state == FETCHING || !u->remote.git.ready)
		return 0;
	return type == MSG_SOURCE || type == MSG_UNCHANGED ||
	       type == MSG_FAILED;
}

static void
git_message(void *owner, struct ipc_msg *msg)
{
	struct update *u = owner;

	if (u->stopping)
		return;
	if (is_unasked(u, msg->type)) {
		child_refuse(&u->remote.git, "it answers what nobody asked");
		return;
	}
	switch (msg->type) {
	case MSG_READY:
		u->started = 1;
		if (u->again)
			begin(u);
		else if (u->due)
			begin_local(u);
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
	case MSG_PROBLEM:
		child_refuse(&u->remote.git, "it reports what it was to log");
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
	if (msg->type == MSG_PROBLEM) {
		child_refuse(c, "it reports what it was to log");
	} else if (msg->type == MSG_RENDERED) {
		take_rendered(u, msg);
	} else if (msg->type == MSG_FAILED && u->state == POLISHING) {
		child_end(c);
		end_polish(u, msg->data);
	} else if (msg->type == MSG_FAILED && u->state == RENDERING) {
		child_end(c); /* it has said why */
		render_failed(u, UPDATE_RENDER_FAILED, msg->data);
	} else if (msg->type == MSG_DISTRUST && u->state == RENDERING) {
		child_end(c);
		child_distrusted(&u->remote.git, msg);
		render_failed(u, UPDATE_RENDER_FAILED,
			      "the source was refused");
	}
}

static void
git_gone(void *owner)
{
	struct update *u = owner;

	u->has_commit = 0;
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
	if (u->state == POLISHING)
		end_polish(u, "render ended without a result");
	if (u->state == RENDERING)
		render_failed(u, UPDATE_RENDER_FAILED,
			      "render ended without a result");
	else if (u->again)
		begin(u);
	else
		begin_polish(u);
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
	schedule_hook(&u->schedule);
}

static void
is_due(void *owner, const char *why)
{
	update_request(owner, why);
}

static void
changes(void *owner)
{
	log_debug("an article appears or expires");
	begin_local(owner);
}

/* ---------------------------------------------------------- life and end -- */

struct update *
update_new(const struct conf_site *site, struct event_base *base,
	   const struct update_ops *ops, struct err *err)
{
	struct update *u = xcalloc(1, sizeof(*u));

	u->site = *site;
	u->ops = ops;
	u->full = 1;
	u->source = -1;
	u->render.ops = &render_ops;
	u->render.owner = u;
	if (remote_init(&u->remote, site, base, &remote_ops, u, err) == -1) {
		free(u);
		return NULL;
	}
	u->deadline = evtimer_new(base, overdue, u);
	if (u->deadline == NULL)
		fatalx("out of memory (timer)");
	u->schedule.due = is_due;
	u->schedule.changes = changes;
	u->schedule.owner = u;
	schedule_init(&u->schedule, site, base);
	return u;
}

void
update_launch(struct update *u)
{
	u->again = 1; /* begins when git is ready */
	remote_launch(&u->remote);
	schedule_start(&u->schedule);
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
	schedule_change(&u->schedule, site);
	if (same)
		update_request(u, "reload");
	else
		u->again = 1; /* begins when the new git is ready */
	u->has_commit &= same;
	return 0;
}

void
update_stop(struct update *u)
{
	u->stopping = 1;
	schedule_stop(&u->schedule);
	event_del(u->deadline);
	remote_stop(&u->remote);
	child_end(&u->render);
}
