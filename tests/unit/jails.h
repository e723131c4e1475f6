/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TEST_JAILS_H
#define BLOGD_TEST_JAILS_H

#include "../../sandbox/sandbox.h"

/* What the tests of the sandbox share: every jail that a process enters, and
 * processes that try something in one. */

extern const struct jail {
	const char *name;
	enum role role;
	enum sandbox_variant variant;
} jails[];
extern const size_t njails;

/* Of no other name than these.  The broker's, which all inherit, is not among
 * jails[]. */
const struct jail *jail_named(const char *name);
extern const struct jail jail_of_broker;

typedef int (*action)(void); /* 0: as expected; the exit status */

/* In a process of its own: setup (NULL: none), and if that returned 0, what.
 * Returns waitpid's status. */
int run(action setup, action what);

/* Was it ended by a filter?  A debug build exits. */
int killed(int status);

/* A setup: the filter of `current` alone, nothing around it. */
extern const struct jail *current;
int filter_only(void);

/* Setups: no longer root; and on a host, as it were, that forbids user
 * namespaces (made inside one, so that the host must allow them). */
int become_plain_user(void);
int become_user_without_namespaces(void);

/* The only user, with every right, in a namespace of its own; -1 where the host
 * allows none, else what went wrong. */
int be_alone_in_a_user_namespace(void);

#endif
