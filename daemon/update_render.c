/* SPDX-License-Identifier: ISC */
/* render's run, and what it made. */
#include <string.h>
#include <time.h>

#include "log.h"
#include "record.h"
#include "update_parts.h"

/* Posts have their own budget; this is for what nobody thought of. */
#define RENDER_DEADLINE_MS 900000

int
update_start_render(struct update *u, struct err *err)
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

void
update_render_failed(struct update *u, enum update_result result,
		     const char *text)
{
	u->full = 1;
	if (!u->source_full) {
		log_warn("%s; once more from a full source", text);
		*(u->local ? &u->due : &u->again) = 1;
		result = UPDATE_NONE;
		text = NULL;
	}
	update_finish(u, result, text);
}

static void
take_rendered(struct update *u, struct ipc_msg *msg)
{
	struct err err;

	if (u->state == POLISHING) {
		update_take_polished(u, msg);
		return;
	}
	if (u->state != RENDERING)
		return;
	memcpy(&u->rendered, msg->data, sizeof(u->rendered));
	u->candidate = published_take(msg, &err);
	child_end(&u->render); /* the next may not wait for its good will */
	if (u->candidate == NULL) {
		log_err("render sent a bad snapshot: %s", err.text);
		update_render_failed(u, UPDATE_RENDER_FAILED,
				     "the snapshot was refused");
		return;
	}
	event_del(u->deadline);
	u->state = SHOWING;
	u->ops->show(u->candidate);
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
		update_end_polish(u, msg->data);
	} else if (msg->type == MSG_FAILED && u->state == RENDERING) {
		child_end(c); /* it has said why */
		update_render_failed(u, UPDATE_RENDER_FAILED, msg->data);
	} else if (msg->type == MSG_DISTRUST && u->state == RENDERING) {
		child_end(c);
		child_distrusted(&u->remote.git, msg);
		update_render_failed(u, UPDATE_RENDER_FAILED,
				     "the source was refused");
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
		update_end_polish(u, "render ended without a result");
	if (u->state == RENDERING)
		update_render_failed(u, UPDATE_RENDER_FAILED,
				     "render ended without a result");
	else
		update_begin_next(u);
}

const struct child_ops update_render_ops = {render_message, render_gone};
