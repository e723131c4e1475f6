/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __linux__

#include <sys/prctl.h>
#include <sys/socket.h>

#include <linux/capability.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../daemon/log.h"
#include "descriptors.h"
#include "linux.h"

#ifndef PR_SET_MDWE /* Linux 6.3 */
#define PR_SET_MDWE		 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

static char report[256];
static const char *own_root; /* where the repository is to be found */
static uint16_t remote_port; /* what dial may connect to */

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

void
sandbox_begin(void)
{
	descriptors_none();
	filter_debug();
}

/* proc(5), /proc/PID/oom_score_adj: what a render held is free at once, while
 * git would have to fetch again. */
static void
be_ended_first(const char *score)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd == -1)
		return;
	(void)!write(fd, score, strlen(score));
	close(fd);
}

/* sched(7): one of SCHED_BATCH that wakes up does not take the processor from
 * another.  So readers come before render, and render before its workers, which
 * else interrupt it at each job that it gives them. */
static void
wait_for_others(void)
{
	struct sched_param param = {0};

	if (sched_setscheduler(0, SCHED_BATCH, &param) == -1)
		log_debug("sched_setscheduler: %s", strerror(errno));
}

void
sandbox_give_way(enum role role)
{
	if (role == ROLE_GIT)
		be_ended_first("500");
	if (role != ROLE_RENDER)
		return;
	be_ended_first("1000");
	wait_for_others();
}

int
sandbox_parent(const char *user, struct err *err)
{
	const struct probe *p = parent_probe();
	char text[96];

	if (parent_enter(user, err) == -1)
		return -1;
	if (demand_left_to_systemd())
		snprintf(text, sizeof(text), "namespaces: left to systemd");
	else if (p->step == PROBE_USERS || p->step == PROBE_OTHERS)
		snprintf(text, sizeof(text), "no user namespace (%s)",
			 strerror(p->error));
	else
		snprintf(text, sizeof(text), "user namespace");
	report_add(text);
	return 0;
}

/* When nobody has the other end of the control channel any more, the parent
 * died before it could be watched.  keys wipes its memory first. */
static void
die_with_parent(enum role role)
{
	int signal_number = role == ROLE_KEYS ? SIGTERM : SIGKILL;
	char byte;

	if (prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0) == -1)
		fatal("PR_SET_PDEATHSIG");
	if (recv(CONTROL_FD, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
		_exit(0);
}

void
sandbox_broker(void)
{
	prctl(PR_SET_NAME, "blogd-broker");
	limits_enter(ROLE_BROKER, VARIANT_PLAIN);
	die_with_parent(ROLE_BROKER);
}

void
sandbox_init(void)
{
	uint64_t least = CAP_BIT(CAP_KILL) | CAP_BIT(CAP_SYS_BOOT);

	filter_prepare(ROLE_INIT, VARIANT_PLAIN);
	limits_enter(ROLE_INIT, VARIANT_PLAIN);
	caps_empty_bounding();
	if (caps_keep(least, 0) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		fatal("give up the rights of PID 1");
	sandbox_filter(ROLE_INIT, VARIANT_PLAIN);
}

/* What the kernel may not know is left out of the result. */
static unsigned
drop_rights(void)
{
	caps_empty_bounding();
	if (caps_keep(0, 0) == -1)
		fatal("capset");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		fatal("PR_SET_NO_NEW_PRIVS");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		fatal("PR_SET_DUMPABLE");
	/* The filter says the same. */
	return prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) == 0
		   ? JAIL_NO_NEW_CODE
		   : 0;
}

/* Where the namespace that the parent made allows no other in it. */
static unsigned
last_namespace(void)
{
	char digits[2] = "";
	int fd =
	    open("/proc/sys/user/max_user_namespaces", O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return 0;
	if (read(fd, digits, sizeof(digits)) < 1)
		digits[0] = '\0';
	close(fd);
	return digits[0] == '0' ? JAIL_LAST_USER_NAMESPACE : 0;
}

/* The kernel counts no processes of the host's root. */
static unsigned
forks(enum role role)
{
	return role == ROLE_RENDER || getuid() == 0 ? 0 : JAIL_NO_FORK;
}

/* The parent's signals are for its children. */
static unsigned
jail_of_landlock(enum role role, int version)
{
	return (version >= 1 ? JAIL_LANDLOCK | JAIL_NO_FILES : 0) |
	       (version >= 4 ? JAIL_PORTS : 0) |
	       (version >= 6 && role != ROLE_PARENT ? JAIL_NO_SIGNALS : 0);
}

static void
report_jail(unsigned jail, int landlock, unsigned refused)
{
	static const struct {
		unsigned jail;
		const char *word;
	} words[] = {{JAIL_USER_NAMESPACE, "user namespace"},
		     {JAIL_EMPTY_ROOT, "empty root"},
		     {JAIL_NO_NETWORK, "no network"},
		     {JAIL_NO_NEW_CODE, "no new code"}};
	char text[40];

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (jail & words[i].jail)
			report_add(words[i].word);
	if (landlock > 0) {
		snprintf(text, sizeof(text), "Landlock %d", landlock);
		report_add(text);
	}
	snprintf(text, sizeof(text), "%u attempts refused", refused);
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
sandbox_connects_to(uint16_t port)
{
	remote_port = port;
}

void
sandbox_enter(enum role role, enum sandbox_variant variant, int repository_fd)
{
	unsigned jail = last_namespace() | forks(role);
	int landlock;

	report[0] = '\0'; /* the parent's, of before */
	filter_prepare(role, variant);
	if (role == ROLE_RENDER)
		filter_prepare(role, VARIANT_WORKER);
	if (start_given() >= 0)
		descriptors_check(role, (unsigned)start_given());
	jail |= root_enter(role, repository_fd);
	/* Landlock wants this where no capability is held. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		fatal("PR_SET_NO_NEW_PRIVS");
	landlock = landlock_enter(role, repository_after(jail, repository_fd),
				  remote_port);
	jail |= jail_of_landlock(role, landlock);
	limits_enter(role, VARIANT_PLAIN);
	jail |= drop_rights();
	if (role != ROLE_PARENT)
		die_with_parent(role);
	demand_met(role, jail);
	report_jail(jail, landlock, prove_jail(role, jail, remote_port));
}

#endif
