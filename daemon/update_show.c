/* SPDX-License-Identifier: ISC */
/* What is shown, and what becomes of it once serve has answered. */
#include "clock.h"
#include "log.h"
#include "record.h"
#include "update_parts.h"

/* Of a site that was kept over a restart: no update is over with it. */
static void
kept_shown(struct update *u, int result)
{
	u->kept = 0;
	u->unconfirmed = result == 0;
	if (result == -1) {
		struct published *bad = u->published;

		u->published = NULL;
		u->state = IDLE; /* as in refused */
		u->ops->show(NULL);
		published_free(bad);
		log_warn("the site that systemd kept is refused by serve; it "
			 "is fetched anew");
		update_finish(u, UPDATE_NONE, NULL);
		return;
	}
	log_notice("serving commit %s: %u articles, %u addresses, "
		   "%u problems, kept over a restart",
		   u->published->commit, u->rendered.articles,
		   u->rendered.pages, u->rendered.problems);
	record_published(u->published->commit, u->rendered.articles,
			 u->rendered.pages, u->rendered.problems);
	update_finish(u, UPDATE_NONE, NULL);
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

static void
refused(struct update *u, struct published *old)
{
	struct published *bad = u->published;

	u->published = old;
	u->state = IDLE; /* the answer to this show is not awaited */
	u->ops->show(old);
	u->state = SHOWING;
	published_free(bad);
	update_render_failed(u, UPDATE_REFUSED, "serve refused the snapshot");
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
		update_polished_shown(u, result, old);
		return;
	}
	if (result == -1) {
		refused(u, old);
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
	update_finish(u, UPDATE_OK, NULL);
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
