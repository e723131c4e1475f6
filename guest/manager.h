/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_MANAGER_H
#define BLOGD_MANAGER_H

#include <stddef.h>

#include "../daemon/err.h"

/*
 * The service manager's end of what daemon/notify.c sends, sd_notify(3): a
 * datagram of lines NAME=VALUE.  Descriptors that come along are not taken.
 */
#define MANAGER_SOCKET "/run/notify" /* root's alone */

enum {
	MANAGER_READY = 1 << 0,
	MANAGER_STOPPING = 1 << 1,
	MANAGER_WATCHDOG = 1 << 2,
	MANAGER_UPDATING = 1 << 3, /* NOTIFY_UPDATING, an update begins */
};

/* What a datagram says, as a set of these.  Pure. */
unsigned manager_parse(const char *text, size_t len);

/* A bound socket for NOTIFY_SOCKET, or -1 with err. */
int manager_open(struct err *err);

/* What has come since; needs recvfrom alone. */
unsigned manager_read(int fd);

#endif
