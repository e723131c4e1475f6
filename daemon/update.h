/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_UPDATE_H
#define BLOGD_UPDATE_H

#include "conf.h"
#include "published.h"

/*
 * The update: fetch, render, show.  Owns git and dial, which live on
 * (remote.h), render (one run each), and what is published; schedule.h knows
 * when one is due.  One update runs, at most one waits; whatever fails, the
 * site that is served stays.
 */
struct update;

struct update_ops {
	/* Serve this; the answer is update_shown. */
	void (*show)(const struct published *p);
	/* An update has ended: 0, or -1 and the reason (already logged). */
	void (*done)(int result, const char *text);
	/* git or dial cannot work with this configuration. */
	void (*failed)(const char *text);
};

/* Opens the files and the directory that the configuration names, as root at
 * the first start.  NULL with err. */
struct update *update_new(const struct conf_site *site, struct event_base *base,
			  const struct update_ops *ops, struct err *err);

/* Before the front is launched: shows a site that was kept over a restart
 * (fdstore.h), until the first update; takes it over.  NULL: there is none.
 * counts is what is told of it. */
void update_keep(struct update *u, struct published *kept,
		 const struct msg_rendered *counts);

/* Starts git and dial, and the first update. */
void update_launch(struct update *u);

/* Asks for an update: now, or once more after the one that runs. */
void update_request(struct update *u, const char *why);
/* The same by a hook: not more often than hook_interval_s. */
void update_hook(struct update *u);

/* The front's answer to show: 0, or -1 when a serve refused. */
void update_shown(struct update *u, int result);
/* Another front has taken over: if an answer is awaited, it is asked instead.
 */
void update_show_again(struct update *u);
const struct published *update_published(const struct update *u);
/* What is known of it, once done() was told of a good update. */
const struct msg_rendered *update_counts(const struct update *u);

/* After a reload.  Settings of the same remote are taken over and lead to a
 * new rendering; for another remote git and dial start anew.  -1 with err
 * changes nothing. */
int update_reconfigure(struct update *u, const struct conf_site *site,
		       struct err *err);

/* Ends git, dial and render. */
void update_stop(struct update *u);

#endif
