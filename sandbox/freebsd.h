/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_FREEBSD_H
#define BLOGD_FREEBSD_H

#include "sandbox.h"

/* What is in force for a process. */
enum {
	JAIL_CAPABILITY_MODE = 1 << 0,
	JAIL_NO_FORK = 1 << 1,
	JAIL_NO_INPUT = 1 << 2, /* standard input is left no right */
};

/* Tries to get back what was given up, as far as `jail` says that it cannot be
 * had; dies if it can.  Returns how many attempts were refused. */
unsigned prove_jail(enum role role, unsigned jail);

#endif
