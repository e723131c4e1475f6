/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_FDSTORE_H
#define BLOGD_FDSTORE_H

#include "fdnames.h"
#include "listen.h"
#include "published.h"

/*
 * What systemd keeps while blogd is started again (FileDescriptorStoreMax=):
 * the site that is served, and the sockets that blogd has bound itself.  Each
 * descriptor has a name of its own, which says all that is to be known of it
 * (fdnames.h), and is stored once: systemd does not take the same one twice.
 * Without systemd, and with a manager that sets FDSTORE=0, all of this does
 * nothing.
 */

/* What comes back: those that activation_init took.  Names that blogd does not
 * write are logged and removed from the store. */
void fdstore_init(void);

/* Sockets that were bound for this address, all at one place; up to max of
 * them to fds.  Returns how many: 0 when there are no more.  The caller owns
 * them. */
unsigned fdstore_listener(const struct conf_listen *address, int *fds,
			  unsigned max);

/* Stores those of l that blogd bound itself, but for Unix sockets, and gives up
 * all others. */
void fdstore_keep_listeners(const struct listeners *l);

/* The site that was served last, sealed as it must be, or NULL; why not is
 * logged.  It is for serve to check what is in it.  counts gets what is known
 * of it beside the commit. */
struct published *fdstore_site(const struct conf_site *site,
			       struct stored_site *counts);

/* Stores the site, then gives up the one before.  NULL: there is none. */
void fdstore_keep_site(const struct conf_site *site, const struct published *p,
		       const struct stored_site *counts);

#endif
