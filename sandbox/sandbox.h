/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SANDBOX_H
#define BLOGD_SANDBOX_H

#include <stdint.h>
#include <stdio.h>

#include "../daemon/err.h"
#include "../daemon/ipc.h"

/*
 * How a process gives up its rights.  One file per system (linux.c, freebsd.c)
 * implements these functions; rules.c holds the table of system calls.
 *
 * Order in the parent:  bind, open -> sandbox_parent
 *                       -> sandbox_filter(ROLE_BROKER), which all inherit
 *                       -> (fork the broker: sandbox_broker)
 *                       -> sandbox_enter -> sandbox_filter(ROLE_PARENT).
 * Order in a child:     receive descriptors, open, warm up
 *                       -> sandbox_enter -> (fork workers) -> sandbox_filter.
 */

/* Beyond the role: what changes a role's list of system calls. */
enum sandbox_variant {
	VARIANT_PLAIN,
	VARIANT_SSH,   /* git over ssh: libssh2 wants poll and fails opens */
	VARIANT_LOCAL, /* git from a directory: may open below it, read-only */
	VARIANT_PORT,  /* dial as a service of its own: others connect to it */
	VARIANT_WORKER /* render's worker: the process that runs cmark */
};

/* The parent, once its sockets are bound: becomes `user` (NULL or not root:
 * stays who it is) inside a user namespace of its own, where it keeps just what
 * is needed to build its children's namespaces, and proves that root is gone.
 * Where user namespaces are forbidden it only drops.  -1 with err when root
 * could not be given up. */
int sandbox_parent(const char *user, struct err *err);

/* After sandbox_parent: when strict (see demand.h), -1 with err that says what
 * this host lacks and what to do, and children that get less than it has do not
 * start.  Else what is missing is logged. */
int sandbox_demand(int strict, struct err *err);

/* The broker: it keeps what the parent had when it was forked, but does not
 * outlive it. */
void sandbox_broker(void);

/* PID 1 of a guest, once the daemon is its child: keeps the rights to signal it
 * and to end the guest, and loads its filter. */
void sandbox_init(void);

/* First of all in a child: fatal if it has inherited more than it was to. */
void sandbox_begin(void);

/* git and render: when memory runs out they are to end, and not those that
 * serve the site there is.  render and its workers (Linux): they do not take the
 * processor from another process when they wake up. */
void sandbox_give_way(enum role role);

/* dial, before sandbox_enter: the one TCP port, beside that of name servers,
 * that it may connect to where Landlock knows ports. */
void sandbox_connects_to(uint16_t port);

/* A child, or the parent that has a broker: namespaces, empty root
 * (repository_fd >= 0: with that directory, read-only, at SANDBOX_REPOSITORY),
 * Landlock, resource limits, no new privileges, no capability, not dumpable,
 * dies with its parent; then tries to get rights back and is fatal if it can.
 * fatal as well when a required part fails. */
#define SANDBOX_REPOSITORY "/repository"
void sandbox_enter(enum role role, enum sandbox_variant variant,
		   int repository_fd);

/* Where the repository is to be opened after sandbox_enter: SANDBOX_REPOSITORY,
 * or the given path where no root of its own could be made. */
const char *sandbox_repository_path(const char *path);

/* Loads the system-call filter; nothing outside it works afterwards.  Also the
 * last step for render's workers (VARIANT_WORKER).  fatal when it fails. */
void sandbox_filter(enum role role, enum sandbox_variant variant);

/* What is in force for this process, for the log: "user namespace, empty root,
 * no network, Landlock 7, 14 system calls".  Static storage. */
const char *sandbox_report(void);

/* Lists what each role may do: "ROLE: N system calls", then one line per rule
 * with its condition and its reason (the table that makes the filters).  0, or
 * 1 when out could not be written: an exit status. */
int sandbox_dump(FILE *out);

#endif
