/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TICKETS_H
#define BLOGD_TICKETS_H

#include "ipc.h"

/*
 * The keys of TLS session tickets (RFC 8446 section 4.6.1, RFC 5077), made by
 * the parent for all serve processes, so that a session can be resumed on any
 * of them, and after any of them was started again.
 *
 * A key makes tickets for half of their lifetime, and opens them for one whole
 * lifetime more: what it protects can be read by nobody after that.
 */
struct tickets {
	struct msg_tickets keys; /* newest first */
	int64_t made_ms[TICKET_KEYS_MAX];
};

/* Makes a key when it is time, and wipes those that no ticket needs any more.
 * Returns whether keys has changed.  The clock is monotonic. */
int tickets_rotate(struct tickets *t, uint32_t lifetime_s, int64_t now_ms);

/* When to call it again: milliseconds from now, at least 1. */
int64_t tickets_due(const struct tickets *t, uint32_t lifetime_s,
		    int64_t now_ms);

#endif
