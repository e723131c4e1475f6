/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_LISTEN_PASSED_H
#define BLOGD_LISTEN_PASSED_H

#include "listen.h"

/*
 * Listening sockets that need not be bound: passed by socket units
 * (activation.h), or kept from before a restart (fdstore.h).
 */

/* Puts into l what was passed for this address.  Returns how many, 0 when
 * nothing was passed for its setting; -1 with err when something was, but none
 * of it is bound there. */
int listen_passed(struct listeners *l, const struct conf_listen *address,
		  struct err *err);

/* Puts into l what was kept for this address; returns how many. */
int listen_kept(struct listeners *l, const struct conf_listen *address);

/* Once l is complete: readers of a passed socket that is not in it would wait
 * for nobody.  -1 with err when there is one. */
int listen_passed_all(const struct listeners *l, struct err *err);

#endif
