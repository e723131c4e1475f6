/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_LINUX_H
#define BLOGD_LINUX_H

#include <stddef.h>
#include <stdint.h>

#include "sandbox.h"

/* The parts of linux.c, by topic.  All of them are fatal when something that
 * must work does not; what the host may lack is left out of the result. */

/* What is in force around the filter. */
enum {
	JAIL_USER_NAMESPACE = 1 << 0,
	JAIL_EMPTY_ROOT = 1 << 1,
	JAIL_NO_NETWORK = 1 << 2,
	JAIL_LANDLOCK = 1 << 3,
	JAIL_PORTS = 1 << 4,	  /* Landlock knows TCP ports */
	JAIL_NO_SIGNALS = 1 << 5, /* and signals */
	JAIL_NO_FILES = 1 << 6,	  /* but those that the role reads */
	JAIL_NO_FORK = 1 << 7,
	JAIL_NO_NEW_CODE = 1 << 8,
	JAIL_LAST_USER_NAMESPACE = 1 << 9, /* no more can be made */
};

/* Adds to what sandbox_report returns, after a comma. */
void report_add(const char *text);

/* ---- linux_filter.c ---- */

/* From now on a debug build names what a filter refuses, this process's own or
 * one that it inherited. */
void filter_debug(void);

/* Makes the filter that sandbox_filter is to load, as long as there is memory
 * to be had; two in one process at most. */
void filter_prepare(enum role role, enum sandbox_variant variant);

/* The program itself, for any of libseccomp's SCMP_ARCH_...; the caller frees
 * bpf->filter.  fatal when there is none. */
struct sock_fprog;
void filter_compile(enum role role, enum sandbox_variant variant, uint32_t arch,
		    struct sock_fprog *bpf);

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

/* sandbox_parent but for the report. */
int parent_enter(const char *user, struct err *err);

/* How far a process gets with namespaces that does what a child will do. */
enum probe_step {
	PROBE_FULL,
	PROBE_USERS,	/* it cannot make a user namespace */
	PROBE_OTHERS,	/* nor others in one */
	PROBE_ROOT,	/* nor mount a root of its own */
	PROBE_LANDLOCK, /* (not one of namespaces) */
};

/* What parent_enter found. */
const struct probe {
	enum probe_step step;
	int error;	  /* errno, unless it is PROBE_FULL */
	int was_root;	  /* at the start */
	int was_filtered; /* by seccomp, from outside */
} * parent_probe(void);

/* ---- linux_demand.c ---- */

/* Once parent_enter has looked: does the unit allow no namespaces? */
int demand_left_to_systemd(void);

/* In a child: dies where the start was a strict one and `jail` is less than the
 * parent found possible. */
void demand_met(enum role role, unsigned jail);

/* ---- linux_root.c ---- */

/* Namespaces of its own and, but for dial, an empty read-only root; with
 * repository_fd >= 0 that directory at SANDBOX_REPOSITORY.  Returns JAIL_*. */
unsigned root_enter(enum role role, int repository_fd);

/* ---- linux_limits.c ---- */

/* What the table there says of this role, or of render's workers. */
void limits_enter(enum role role, enum sandbox_variant variant);

/* ---- linux_prove.c ---- */

extern const struct attempt {
	const char *what;
	int (*succeeds)(void);
	unsigned jail; /* only where all of this is in force, JAIL_... */
} attempts[];
extern const size_t nattempts;

/* Tries to get back what was given up, as far as `jail` says that it cannot
 * be had; dies if it can.  Returns how many attempts were refused.  The port is
 * the one that dial may connect to. */
unsigned prove_jail(enum role role, unsigned jail, uint16_t remote_port);

/* ---- linux_landlock.c ---- */

/* The kernel's version of it; 0 for none, with errno. */
int landlock_version(void);

/* Gives up the file system (dial and a local repository: but for reading what
 * they need), TCP ports (dial: but for connecting to `port` and to name
 * servers), signals and abstract sockets, as far as the kernel's Landlock goes.
 * Returns its version, 0 for none. */
int landlock_enter(enum role role, const char *repository, uint16_t port);

#endif
