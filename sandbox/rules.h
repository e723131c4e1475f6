/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_RULES_H
#define BLOGD_RULES_H

#include <stddef.h>

#include "roles.h"

/* The one table of system calls (rules.c), as roles.c reads it. */

/* One bit per filter, for "jails" of a rule. */
enum {
	BROKER = 1 << 0,
	DIAL = 1 << 1,
	GIT = 1 << 2,
	SSH = 1 << 3,
	LOCAL = 1 << 4,
	RENDER = 1 << 5,
	WORKER = 1 << 6,
	KEYS = 1 << 7,
	SERVE = 1 << 8,
	LOG = 1 << 9,
	PARENT = 1 << 10,
	PORT = 1 << 11, /* beside DIAL */
	INIT = 1 << 12,
};

extern const struct rule rules[];
extern const size_t nrules;

#endif
