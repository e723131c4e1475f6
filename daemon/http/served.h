/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SERVED_H
#define BLOGD_SERVED_H

#include "../counters.h"
#include "env.h"
#include "protocol.h"

/* Takes note of an answer to a reader: each protocol calls it once for each,
 * when the answer has been decided.  r is NULL when there was no readable
 * request. */
void served(struct http_env *env, const struct http_peer *peer,
	    enum counted_protocol protocol, const struct request *r,
	    const struct plan *p);

#endif
