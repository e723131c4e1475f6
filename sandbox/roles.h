/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_ROLES_H
#define BLOGD_ROLES_H

#include <stdint.h>
#include <stdio.h>

#include "sandbox.h"

/*
 * The system calls each process may make: one table (rules.c), from which
 * linux.c makes the filters and sandbox_dump the listing.
 */

/* (argument arg) & mask, compared with value. */
struct condition {
	const char *text; /* NULL: no condition */
	uint64_t mask;
	uint64_t value;
	unsigned arg;
	int at_most; /* <= value, without mask */
};

#define CONDITIONS_MAX 4
#define ALLOW	       (-1)

struct rule {
	unsigned jails;	  /* set of filters it belongs to */
	const char *call; /* as the kernel names it */
	int answer;	  /* ALLOW, or the errno the filter answers with */
	const char *why;
	struct condition conditions[CONDITIONS_MAX]; /* all must hold */
};

/* The rule after prev (NULL: the first) for this filter, or NULL.  A filter is
 * inherited by all that a process starts, so the broker's consists of all that
 * any other allows, and its own. */
const struct rule *roles_next(const struct rule *prev, enum role role,
			      enum sandbox_variant variant);

/* What libc uses instead of this call where an architecture, such as aarch64,
 * never had it; NULL: it is everywhere. */
const char *roles_successor(const char *call);

/* Different system calls the filter does not kill, clock calls aside (they
 * reach the kernel only where the vDSO has no clock to read). */
unsigned roles_count(enum role role, enum sandbox_variant variant);

#endif
