/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_ACCESS_LOG_H
#define BLOGD_ACCESS_LOG_H

#include <event2/event.h>
#include <event2/event_struct.h>

#include "access_line.h"

/*
 * The access log of one serve process: whole lines are gathered and sent, many
 * in one message, to the process that writes them.  Nothing here waits: what
 * that process has no room for is dropped and counted.
 */
#define ACCESS_BATCH 16384 /* bytes in a message, at most */

struct access_log {
	int fd; /* channel to the log process */
	enum access_format format;
	enum access_address address;
	struct event timer; /* nothing waits longer in the batch */
	uint64_t *dropped;  /* lines, a counter */
	uint64_t untold;    /* of them, since `lost` was called */
	/* Room again, after so many lines were dropped. */
	void (*lost)(uint64_t lines);
	unsigned lines;
	size_t len;
	char batch[ACCESS_BATCH];
};

/* fd is a socket that keeps messages apart; it stays the caller's, and does not
 * block any more. */
void access_log_init(struct access_log *l, struct event_base *base, int fd,
		     const struct serve_settings *set, uint64_t *dropped,
		     void (*lost)(uint64_t lines));

void access_log_add(struct access_log *l, const struct access *a);

/* Sends what is there: before the process ends. */
void access_log_flush(struct access_log *l);

#endif
