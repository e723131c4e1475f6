/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TICKETING_H
#define BLOGD_TICKETING_H

#include "../err.h"
#include "../ipc.h"

/*
 * Session tickets under keys that all serve processes share: OpenSSL's own keys
 * are one process's, and never change.
 */
struct ticketing;
struct ssl_ctx_st;

/* NULL with err.  keys has one at least, and is copied. */
struct ticketing *ticketing_new(const struct msg_tickets *keys,
				struct err *err);
void ticketing_free(struct ticketing *t);

/* Other keys from now on, for handshakes under way as well. */
void ticketing_set(struct ticketing *t, const struct msg_tickets *keys);

/* Tickets of this context are t's, which must outlive it.  Takes the context's
 * app data. */
void ticketing_use(struct ticketing *t, struct ssl_ctx_st *ctx);

#endif
