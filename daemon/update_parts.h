/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_UPDATE_PARTS_H
#define BLOGD_UPDATE_PARTS_H

#include "counters.h"
#include "remote.h"
#include "schedule.h"
#include "update.h"

/*
 * What the parts of the update share: update.c begins and ends it,
 * update_fetch.c hears git, update_render.c has render work, update_show.c
 * waits for serve, and update_polish.c compresses what is shown further.
 */
enum update_state { IDLE, FETCHING, RENDERING, SHOWING, POLISHING };

struct update {
	struct conf_site site;
	const struct update_ops *ops;
	struct remote remote;
	struct child render;
	enum update_state state;
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

extern const struct remote_ops update_remote_ops;
extern const struct child_ops update_render_ops;

/* ---- update.c ---- */

/* Begins an update now, or after the one that runs, without a fetch: the time
 * alone has made another site. */
void update_begin_local(struct update *u);

/* Begins what was asked for while it could not begin; if nothing was, to
 * polish. */
void update_begin_next(struct update *u);

/* Ends the update that runs; text is NULL when it went well, and result
 * UPDATE_NONE when it is not over for good. */
void update_finish(struct update *u, enum update_result result,
		   const char *text);

/* ---- update_render.c ---- */

/* Starts render on the source there is; without one, to polish. */
int update_start_render(struct update *u, struct err *err);

/* What is wrong with a rendering may be that it lacked bytes: then there is
 * another. */
void update_render_failed(struct update *u, enum update_result result,
			  const char *text);

/* ---- update_polish.c ---- */

/* If nothing else is to be done and there is anything to compress. */
void update_begin_polish(struct update *u);

/* why: what went wrong, or NULL. */
void update_end_polish(struct update *u, const char *why);

void update_take_polished(struct update *u, struct ipc_msg *msg);

/* serve has answered; old is what was shown before. */
void update_polished_shown(struct update *u, int result, struct published *old);

#endif
