/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __linux__

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../daemon/log.h"
#include "linux.h"

#ifndef PR_SET_MDWE /* Linux 6.3 */
#define PR_SET_MDWE		 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

#define DESCRIPTORS_MAX 256 /* open at once, but for serve */

static char report[256];
static const char *own_root; /* where the repository is to be found */

void
report_add(const char *text)
{
	size_t len = strlen(report);

	snprintf(report + len, sizeof(report) - len, "%s%s",
		 len == 0 ? "" : ", ", text);
}

const char *
sandbox_report(void)
{
	return report;
}

const char *
sandbox_repository_path(const char *path)
{
	return own_root != NULL ? own_root : path;
}

/* ---- around the filter ---- */

int
sandbox_parent(const char *user, struct err *err)
{
	int userns_error;
	char text[96];

	if (parent_enter(user, &userns_error, err) == -1)
		return -1;
	if (userns_error == 0) {
		report_add("user namespace");
		return 0;
	}
	snprintf(text, sizeof(text), "no user namespace (%s)",
		 strerror(userns_error));
	report_add(text);
	return 0;
}

static void
limit(int resource, rlim_t value)
{
	struct rlimit rl = {value, value};

	if (setrlimit(resource, &rl) == -1)
		fatal("setrlimit %d", resource);
}

/* As many as the administrator allows. */
static void
limit_serve_descriptors(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == -1)
		fatal("getrlimit");
	limit(RLIMIT_NOFILE, rl.rlim_max);
}

static void
limits(enum role role)
{
	limit(RLIMIT_CORE, 0);
	if (role == ROLE_PARENT) {
		limit(RLIMIT_NPROC, 0);
		return; /* standard error may be a file; many descriptors */
	}
	limit(RLIMIT_MEMLOCK, 0);
	/* A memfd's size counts as a file's.  Where standard error is a file,
	 * a line is lost rather than the process. */
	signal(SIGXFSZ, SIG_IGN);
	if (role != ROLE_GIT && role != ROLE_RENDER && role != ROLE_LOG)
		limit(RLIMIT_FSIZE, 0);
	if (role != ROLE_RENDER)
		limit(RLIMIT_NPROC, 0);
	if (role == ROLE_SERVE)
		limit_serve_descriptors();
	else
		limit(RLIMIT_NOFILE, DESCRIPTORS_MAX);
}

/* When nobody has the other end of the control channel any more, the parent
 * died before it could be watched. */
static void
die_with_parent(void)
{
	char byte;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1)
		fatal("PR_SET_PDEATHSIG");
	if (recv(CONTROL_FD, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
		_exit(0);
}

void
sandbox_broker(void)
{
	prctl(PR_SET_NAME, "blogd-broker");
	limit(RLIMIT_CORE, 0);
	die_with_parent();
}

static void
drop_rights(void)
{
	caps_empty_bounding();
	if (caps_keep(0, 0) == -1)
		fatal("capset");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		fatal("PR_SET_NO_NEW_PRIVS");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		fatal("PR_SET_DUMPABLE");
	/* May be unknown to the kernel; the filter says the same. */
	prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
}

static void
report_jail(unsigned jail, int landlock)
{
	char text[32];

	if (jail & JAIL_USER_NAMESPACE)
		report_add("user namespace");
	if (jail & JAIL_EMPTY_ROOT)
		report_add("empty root");
	if (jail & JAIL_NO_NETWORK)
		report_add("no network");
	if (landlock == 0)
		return;
	snprintf(text, sizeof(text), "Landlock %d", landlock);
	report_add(text);
}

/* Opened before the namespaces change, Landlock's rule would name the directory
 * in the old one. */
static const char *
repository_after(unsigned jail, int repository_fd)
{
	if (repository_fd < 0)
		return NULL;
	if (jail & JAIL_EMPTY_ROOT)
		return own_root = SANDBOX_REPOSITORY;
	if (fchdir(repository_fd) == -1)
		fatal("enter the repository");
	return ".";
}

void
sandbox_enter(enum role role, enum sandbox_variant variant, int repository_fd)
{
	unsigned jail;
	int landlock;

	report[0] = '\0'; /* the parent's, of before */
	filter_prepare(role, variant);
	if (role == ROLE_RENDER)
		filter_prepare(role, VARIANT_WORKER);
	jail = root_enter(role, repository_fd);
	/* Landlock wants this where no capability is held. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		fatal("PR_SET_NO_NEW_PRIVS");
	landlock = landlock_enter(role, repository_after(jail, repository_fd));
	limits(role);
	drop_rights();
	if (role != ROLE_PARENT)
		die_with_parent();
	root_prove(role, jail);
	if (landlock > 0)
		landlock_prove();
	report_jail(jail, landlock);
}

#endif
