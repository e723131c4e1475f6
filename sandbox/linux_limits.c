/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __linux__

#include <sys/resource.h>
#include <sys/sysinfo.h>

#include <signal.h>
#include <stddef.h>

#include "../daemon/log.h"
#include "linux.h"

/*
 * What a process that was taken over could take from the host.  The kernel
 * counts from the start of a process, descriptors that are open already stay
 * open, and locked memory stays locked: so most of it can be nothing at all.
 */

#define OF(role) (1U << ROLE_##role)
/* VARIANT_WORKER: has render's limits from its start, and a few more. */
#define WORKER (1U << ROLE__MAX)
#define EACH   (OF(DIAL) | OF(GIT) | OF(RENDER) | OF(KEYS) | OF(SERVE) | OF(LOG))
/* The parent passes on what all others are given, and its standard error may be
 * a file; what the broker starts begins with what that one has. */
#define ALL (EACH | OF(PARENT) | OF(BROKER) | OF(INIT))

#define MIB	    ((rlim_t)1 << 20)
#define HOST_MEMORY ((rlim_t)-2) /* what the host has, with swap */

#ifdef BLOGD_SANITIZE
#define WITH_FIXED_MEMORY 0 /* what AddressSanitizer reserves has no bound */
#define WITH_ANY_MEMORY	  0
#else
#define WITH_FIXED_MEMORY (OF(DIAL) | OF(KEYS) | OF(LOG))
/* The configuration says how much, in units of its own; this is for what it
 * overlooks. */
#define WITH_ANY_MEMORY	  (OF(GIT) | OF(RENDER) | OF(SERVE))
#endif

static const struct row {
	unsigned roles;
	int resource;
	rlim_t most;
} rows[] = {
    {ALL, RLIMIT_CORE, 0}, /* it would hold keys and tickets */
    {ALL, RLIMIT_MSGQUEUE, 0},
    {ALL, RLIMIT_NICE, 0},
    {ALL, RLIMIT_RTPRIO, 0},
    {EACH & ~OF(KEYS), RLIMIT_MEMLOCK, 0},
    /* The size of a memfd counts as a file's, and git and render make some. */
    {OF(DIAL) | OF(KEYS) | OF(SERVE) | OF(INIT) | WORKER, RLIMIT_FSIZE, 0},
    {(EACH & ~OF(RENDER)) | OF(PARENT) | OF(INIT) | WORKER, RLIMIT_NPROC, 0},
    /* serve: as many as the administrator allows. */
    {EACH & ~OF(SERVE), RLIMIT_NOFILE, 256},
    {WORKER, RLIMIT_NOFILE, 0},
    /* Seconds: an update is given up after 900. */
    {OF(RENDER), RLIMIT_CPU, 1000},
    {WITH_FIXED_MEMORY, RLIMIT_DATA, 64 * MIB},
    {WITH_ANY_MEMORY, RLIMIT_DATA, HOST_MEMORY},
};

static rlim_t
host_memory(void)
{
	struct sysinfo host;

	if (sysinfo(&host) == -1)
		fatal("sysinfo");
	return ((rlim_t)host.totalram + host.totalswap) * host.mem_unit;
}

/* Never more than there was: that would need a right. */
static void
lower(int resource, rlim_t most)
{
	struct rlimit rl;

	if (getrlimit((__rlimit_resource_t)resource, &rl) == -1)
		fatal("getrlimit %d", resource);
	if (most < rl.rlim_max)
		rl.rlim_max = most;
	rl.rlim_cur = rl.rlim_max;
	if (setrlimit((__rlimit_resource_t)resource, &rl) == -1)
		fatal("setrlimit %d", resource);
}

void
limits_enter(enum role role, enum sandbox_variant variant)
{
	unsigned who = variant == VARIANT_WORKER ? WORKER : 1U << role;

	/* Where standard error is a file, a line is lost rather than the
	 * process. */
	signal(SIGXFSZ, SIG_IGN);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].roles & who)
			lower(rows[i].resource, rows[i].most == HOST_MEMORY
						    ? host_memory()
						    : rows[i].most);
	if (role == ROLE_SERVE)
		lower(RLIMIT_NOFILE, RLIM_INFINITY);
}

#endif
