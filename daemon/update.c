/* SPDX-License-Identifier: ISC */
#include "update.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "log.h"
#include "notify.h"
#include "progress.h"
#include "record.h"
#include "update_parts.h"

/* git ends a fetch at its deadline by itself; so much later it is killed. */
#define GIT_GRACE_MS 10000

/* ------------------------------------------------------------ the cycle -- */

static void
drop_source(struct update *u)
{
	if (u->source != -1)
		close(u->source);
	u->source = -1;
}

void
update_finish(struct update *u, enum update_result result, const char *text)
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
	if (failed && !u->again && !u->due &&
	    (u->published == NULL || u->unconfirmed))
		schedule_retry(&u->schedule);
	else
		update_begin_next(u);
}

static int
can_begin(struct update *u)
{
	if (u->state == POLISHING) {
		u->rendered.unfinished = 1; /* for the next occasion */
		update_end_polish(u, NULL);
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
	notify(NOTIFY_UPDATING);
	child_send(&u->remote.git, MSG_FETCH, &fetch, sizeof(fetch), NULL, 0);
}

/* Now, or after the one that runs. */
static void
begin(struct update *u)
{
	u->again = !can_begin(u);
	if (u->again)
		return;
	schedule_begun(&u->schedule);
	ask_git(u, 0);
}

/* Readers see the other site even while the remote cannot be reached. */
void
update_begin_local(struct update *u)
{
	u->due = !can_begin(u);
	if (u->due)
		return;
	if (u->has_commit)
		ask_git(u, 1);
	else
		begin(u);
}

void
update_begin_next(struct update *u)
{
	if (u->again)
		begin(u);
	else if (u->due)
		update_begin_local(u);
	else
		update_begin_polish(u);
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
	update_begin_local(owner);
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
	u->render.ops = &update_render_ops;
	u->render.owner = u;
	if (remote_init(&u->remote, site, base, &update_remote_ops, u, err) ==
	    -1) {
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
