/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_DIALER_H
#define BLOGD_GIT_DIALER_H

#include <stdint.h>

#include "../err.h"
#include "../ipc.h"
#include "limits.h"

/*
 * The asking end of the channel to dial, which alone may resolve and connect.
 * Either end may be replaced by a new process at any time: a question may get
 * lost, and an answer may be for somebody who is gone.  So a question is
 * repeated with its number, and other numbers are ignored.
 */
struct dialer {
	struct ipc ipc;
	uint64_t sequence; /* of the last question */
	int broken;	   /* dial has sent what it may not */
};

/* fd is SLOT_DIAL's.  The numbers start from the clock, so that they differ
 * from those of this process's predecessor. */
void dialer_init(struct dialer *d, int fd);

/* Asks for a connection to host and port.  Returns a blocking close-on-exec
 * socket, the caller's; or -1 with err: what dial says, or that the fetch's
 * deadline is over. */
int dialer_connect(struct dialer *d, const char *host, const char *port,
		   const struct limits *l, struct err *err);

#endif
