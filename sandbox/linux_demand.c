/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __linux__

#include <sys/prctl.h>
#include <sys/utsname.h>

#include <linux/seccomp.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../daemon/log.h"
#include "demand.h"
#include "linux.h"

/* What every child must have, as a number of JAIL_*: in the environment, which
 * is all that reaches a process before its first line. */
#define VARIABLE "BLOGD_SANDBOX"

#define NAMESPACES (JAIL_USER_NAMESPACE | JAIL_EMPTY_ROOT | JAIL_NO_NETWORK)

/* ---- what is missing, and what to do ---- */

static const struct row {
	enum probe_step step;
	int error; /* 0: any other */
	const char *remedy;
} rows[] = {
    {PROBE_USERS, ENOSPC, "raise sysctl user.max_user_namespaces"},
    {PROBE_USERS, EINVAL, "take a kernel with CONFIG_USER_NS"},
    {PROBE_USERS, 0,
     "allow them (sysctl kernel.unprivileged_userns_clone=1; in a container "
     "a seccomp profile with unshare)"},
    {PROBE_OTHERS, 0,
     "allow user namespaces to use their rights (sysctl "
     "kernel.apparmor_restrict_unprivileged_userns=0, or a profile for "
     "blogd)"},
    {PROBE_ROOT, 0,
     "allow mount and pivot_root in a user namespace (in a container by its "
     "seccomp and AppArmor profiles)"},
    {PROBE_LANDLOCK, ENOSYS,
     "take Linux 5.13 or later with CONFIG_SECURITY_LANDLOCK"},
    {PROBE_LANDLOCK, EOPNOTSUPP,
     "add landlock to lsm= on the command line of the kernel"},
    {PROBE_LANDLOCK, 0,
     "allow its system calls (landlock_create_ruleset and others)"},
};

static const char *
remedy(enum probe_step step, int error)
{
	for (const struct row *r = rows;; r++)
		if (r->step == step && (r->error == error || r->error == 0))
			return r->remedy;
}

static const char *
name_of(enum probe_step step)
{
	static const char *const names[] = {
	    [PROBE_USERS] = "no user namespaces",
	    [PROBE_OTHERS] = "no other namespaces in a user namespace",
	    [PROBE_ROOT] = "no empty root",
	    [PROBE_LANDLOCK] = "no Landlock"};

	return names[step];
}

/* systemd takes namespaces away by a filter, which is there before ours, and
 * has made those that the unit is to have. */
int
demand_left_to_systemd(void)
{
	const struct probe *p = parent_probe();

	return (p->step == PROBE_USERS || p->step == PROBE_OTHERS) &&
	       p->error == EPERM && !p->was_root && p->was_filtered &&
	       demand_by_systemd();
}

static void
add(struct err *err, enum probe_step step, int error)
{
	size_t len = strlen(err->text);

	snprintf(err->text + len, sizeof(err->text) - len, "%s%s (%s): %s",
		 len == 0 ? "" : "; ", name_of(step), strerror(error),
		 remedy(step, error));
}

/* Returns what is there, as JAIL_*; err gets what is not. */
static unsigned
look(const struct probe *p, struct err *err)
{
	unsigned there = JAIL_LANDLOCK;

	err->text[0] = '\0';
	if (p->step == PROBE_FULL)
		there |= NAMESPACES;
	else if (!demand_left_to_systemd())
		add(err, p->step, p->error);
	errno = 0;
	if (landlock_version() == 0)
		add(err, PROBE_LANDLOCK, errno);
	return there;
}

int
sandbox_demand(int strict, struct err *err)
{
	struct err lack;
	char number[16];
	unsigned there = look(parent_probe(), &lack);

	unsetenv(VARIABLE);
	if (lack.text[0] != '\0' && !strict) {
		log_notice("not all of the sandbox is available: %s",
			   lack.text);
		return 0;
	}
	if (lack.text[0] != '\0')
		return err_set(err,
			       "the sandbox is not complete, which it has to "
			       "be: %s; or set sandbox = \"available\" to do "
			       "without",
			       lack.text);
	if (!strict)
		return 0;
	snprintf(number, sizeof(number), "%u", there);
	return setenv(VARIABLE, number, 1) == 0 ? 0 : err_set(err, "setenv");
}

/* ---- in a child ---- */

void
demand_met(enum role role, unsigned jail)
{
	const char *number = getenv(VARIABLE);
	unsigned long due = number != NULL ? strtoul(number, NULL, 10) : 0;

	if (role == ROLE_DIAL) /* which reads names, and connects */
		due &= ~(unsigned long)(JAIL_EMPTY_ROOT | JAIL_NO_NETWORK);
	if ((due & jail) != due)
		fatalx("the sandbox of %s is not complete (%#lx of %#lx): is "
		       "there a limit of namespaces?",
		       role_name(role), due & jail, due);
}

#endif
