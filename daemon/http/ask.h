/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_ASK_H
#define BLOGD_ASK_H

#include "../err.h"
#include "../ipc.h"

/* Questions to the keys process, one at a time.  Waits up to five seconds,
 * asking again four times a second, so that keys may be started again in
 * between. */

/* Sets the channel's time-outs; the channel stays the caller's.  -1: err. */
int ask_init(const struct ipc *channel, struct err *err);

/* Asks for a signature on tbs (at most SIGN_MAX bytes) by the key with this
 * SHA-256 of its SubjectPublicKeyInfo.  0: the answer is there, and len 0 in it
 * is a refusal; -1: none came. */
int ask_signature(const uint8_t id[32], uint32_t scheme, const uint8_t *tbs,
		  size_t len, struct msg_signature *answer);

#endif
