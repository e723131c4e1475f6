/* SPDX-License-Identifier: ISC */
/* What comes from git, and the end of a fetch. */
#include <string.h>

#include "clock.h"
#include "log.h"
#include "memfd.h"
#include "progress.h"
#include "record.h"
#include "update_parts.h"

static void
fetch_failed(struct update *u, const char *text)
{
	u->full |= u->source_full;
	if (!u->local)
		record_fetch(clock_ms() - u->began_ms);
	update_finish(u, UPDATE_FETCH_FAILED, text);
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
	if (update_start_render(u, &err) == -1)
		update_render_failed(u, UPDATE_RENDER_FAILED, err.text);
}

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
		update_begin_next(u);
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
			update_finish(u, UPDATE_UNCHANGED, NULL);
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
git_gone(void *owner)
{
	struct update *u = owner;

	u->has_commit = 0;
	if (u->state == FETCHING) {
		u->again = 1; /* its store is gone too: fetch anew */
		fetch_failed(u, "git ended in the middle of a fetch");
	}
}

const struct remote_ops update_remote_ops = {git_message, git_gone,
					     dial_failed};
