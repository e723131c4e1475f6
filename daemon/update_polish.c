/* SPDX-License-Identifier: ISC */
/*
 * A large site is shown as soon as it can be.  When nothing else is to be done,
 * its pages are compressed further by another run of render (polish.h); if that
 * fails, they stay as they are.
 */
#include "log.h"
#include "update_parts.h"

void
update_begin_polish(struct update *u)
{
	struct err err;

	if (u->state != IDLE || u->render.pid != 0 || u->stopping ||
	    u->published == NULL || u->published->catalogue == -1 ||
	    u->rendered.unfinished == 0)
		return;
	u->rendered.unfinished = 0; /* tried once */
	if (update_start_render(u, &err) == -1)
		log_warn("not compressed further: %s", err.text);
	else
		u->state = POLISHING;
}

void
update_end_polish(struct update *u, const char *why)
{
	event_del(u->deadline);
	u->state = IDLE;
	if (why != NULL)
		log_warn("not compressed further: %s", why);
}

void
update_take_polished(struct update *u, struct ipc_msg *msg)
{
	struct err err;

	u->candidate = published_take(msg, &err);
	child_end(&u->render);
	if (u->candidate == NULL) {
		update_end_polish(u, err.text);
		return;
	}
	event_del(u->deadline);
	u->state = SHOWING;
	u->polished = 1;
	u->ops->show(u->candidate);
}

/* The counts of the site are those of its update. */
void
update_polished_shown(struct update *u, int result, struct published *old)
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
	update_begin_next(u);
}
