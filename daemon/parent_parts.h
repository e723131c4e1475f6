/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_PARENT_PARTS_H
#define BLOGD_PARENT_PARTS_H

#include <stdint.h>

#include <event2/event.h>

#include "front.h"
#include "tickets.h"
#include "update.h"

/*
 * What the parts of the parent share: parent.c starts and ends blogd,
 * parent_site.c tells of updates, parent_reload.c changes one front for
 * another, and parent_tickets.c has the keys that both get.
 */
struct parent {
	struct event_base *base;
	const struct conf_options *options;
	struct update *update;
	struct front *front;	/* at work */
	struct front *next;	/* of a reload, starting */
	struct front *draining; /* of the last reload */
	struct tickets tickets;
	struct event *tickets_timer;
	int launcher;	  /* see background.h; -1: nobody waits */
	int told;	  /* systemd knows that we are ready */
	int reload_again; /* asked for while next was starting */
	int reload_waits; /* for draining to go */
	int stopping;
	int foreground;
	uint32_t sandbox; /* what the start was asked for */
	int strict;
};

extern struct parent parent;

/* ---- parent_site.c ---- */

extern const struct update_ops parent_update_ops;

/* The site that systemd kept over a restart, if there is one. */
void parent_show_kept(const struct conf *conf);

/* ---- parent_reload.c ---- */

extern const struct front_ops parent_front_ops;

void parent_reload(void);

/* In the background standard error leads nowhere. */
int parent_check_access_log(const struct conf *conf, struct err *err);

/* ---- parent_tickets.c ---- */

void parent_make_tickets(void);
void parent_renew_tickets(void);

#endif
