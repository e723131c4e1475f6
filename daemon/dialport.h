/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_DIALPORT_H
#define BLOGD_DIALPORT_H

#include <event2/event.h>

#include "control.h"
#include "ipc.h"

/*
 * In the place of dial, when that is a service of its own ("blogd --dial"):
 * git's questions are passed on to its Unix socket, and its answers back.  The
 * channel is made when git asks, and made anew when the other has been started
 * again.
 */
struct dialport {
	struct event_base *base;
	char path[CONTROL_PATH_LEN];
	struct ipc git;	 /* dial's end of the channel; fd -1: stopped */
	struct ipc dial; /* fd -1: not connected */
	struct event *from_git, *from_dial;
	int accused; /* git, once: whoever took it over may send much */
};

void dialport_init(struct dialport *p, struct event_base *base);

/* channel: dial's end, which stays the caller's. */
void dialport_start(struct dialport *p, int channel, const char *path);

/* The channel to dial is closed; nothing is passed on any more. */
void dialport_stop(struct dialport *p);

#endif
