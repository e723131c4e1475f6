/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_NAMES_H
#define BLOGD_NAMES_H

#include "../buf.h"

/*
 * The names that requests may be for (RFC 9110 section 7.4).  A request for
 * another one came to the wrong server, or through somebody else's name for
 * this one, and is answered with 421.
 */
struct names;

struct names *names_new(void);
void names_free(struct names *n);

/* A DNS name; "*.example.org" stands for one label more. */
void names_add(struct names *n, struct slice name);

/* Is something served for "host[:port]"?  Addresses and "localhost" always are,
 * so that a machine can look at itself; so is everything while there are no
 * names, and a request that names none.  The port is not compared: a gateway
 * may have another.  Remembers the last answer. */
int names_has(struct names *n, struct slice authority);

#endif
