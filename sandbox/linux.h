/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_LINUX_H
#define BLOGD_LINUX_H

#include <stdint.h>

#include "sandbox.h"

/* The parts of linux.c, by topic.  All of them are fatal when something that
 * must work does not; what the host may lack is left out of the result. */

/* What is in force around the filter. */
enum {
	JAIL_USER_NAMESPACE = 1 << 0,
	JAIL_EMPTY_ROOT = 1 << 1,
	JAIL_NO_NETWORK = 1 << 2,
};

/* Adds to what sandbox_report returns, after a comma. */
void report_add(const char *text);

/* ---- linux_filter.c ---- */

/* Makes the filter that sandbox_filter is to load, as long as there is memory
 * to be had; two in one process at most. */
void filter_prepare(enum role role, enum sandbox_variant variant);

/* ---- linux_pid.c ---- */

/* getpid needs no system call from now on, except the first in a process that
 * was forked after this. */
void pid_remember(void);

/* ---- linux_caps.c: capabilities as sets of bits (1 << CAP_...) ---- */

#define CAP_BIT(cap) (UINT64_C(1) << (cap))

uint64_t caps_effective(void);
uint64_t caps_permitted(void);

/* Keeps just this set, effective and permitted; with ambient, in programs that
 * are started as well.  0 or -1 with errno. */
int caps_keep(uint64_t set, int ambient);

/* Empties the bounding set, where CAP_SETPCAP allows. */
void caps_empty_bounding(void);

/* ---- linux_parent.c ---- */

/* sandbox_parent but for the report: *userns_error is 0 in a user namespace,
 * else the errno that says why there is none. */
int parent_enter(const char *user, int *userns_error, struct err *err);

/* ---- linux_root.c ---- */

/* Namespaces of its own and, but for dial, an empty read-only root; with
 * repository_fd >= 0 that directory at SANDBOX_REPOSITORY.  Returns JAIL_*. */
unsigned root_enter(enum role role, int repository_fd);

/* Dies unless what is claimed is true. */
void root_prove(enum role role, unsigned jail);

/* ---- linux_landlock.c ---- */

/* Gives up the file system (dial and a local repository: but for reading what
 * they need), TCP ports, signals and abstract sockets, as far as the kernel's
 * Landlock goes.  Returns its version, 0 for none. */
int landlock_enter(enum role role, const char *repository);

/* Dies unless opening is refused. */
void landlock_prove(void);

#endif
