/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_ADDRESS_H
#define BLOGD_ADDRESS_H

#include "region.h"

/*
 * Addresses that a header asks for.  They are written in many ways: with and
 * without slashes at their ends, encoded or not.
 */
#define ADDRESS_MAX 1024 /* bytes */

/* "/old/path/" or "old/path" as "/old/path", decoded.  NULL, or what is wrong
 * with it. */
const char *address_clean(struct region *r, struct slice text,
			  struct slice *address);
/* One element of an address? */
int address_is_element(struct slice text);

#endif
