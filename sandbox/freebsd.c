/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __FreeBSD__

/*
 * Capsicum: after cap_enter a process has only its descriptors; there is no
 * list of system calls to keep, since none of them reaches a name any more.
 */
#include <sys/capsicum.h>
#include <sys/param.h>
#include <sys/procctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../daemon/log.h"
#include "descriptors.h"
#include "freebsd.h"

#define DESCRIPTORS_MAX 256 /* open at once, but for serve */

static char report[128];
static const char *repository; /* "." in the repository */

static void
report_add(const char *text)
{
	strlcat(report, report[0] == '\0' ? "" : ", ", sizeof(report));
	strlcat(report, text, sizeof(report));
}

const char *
sandbox_report(void)
{
	return report;
}

const char *
sandbox_repository_path(const char *path)
{
	return repository != NULL ? repository : path;
}

/* ---- rights that programs started later inherit ---- */

static void
no_new_privileges(void)
{
#ifdef PROC_NO_NEW_PRIVS_CTL /* FreeBSD 14 */
	int arg = PROC_NO_NEW_PRIVS_ENABLE;

	if (procctl(P_PID, getpid(), PROC_NO_NEW_PRIVS_CTL, &arg) == -1)
		fatal("PROC_NO_NEW_PRIVS_CTL");
	report_add("no new privileges");
#endif
}

static int
become(const char *user, struct err *err)
{
	const struct passwd *pw;

	if (user == NULL || *user == '\0')
		return err_set(err, "will not run as root: set \"user\" in "
				    "blogd.conf to an ordinary user");
	pw = getpwnam(user);
	if (pw == NULL || pw->pw_uid == 0)
		return err_set(
		    err,
		    "there is no ordinary user %s: create it, or set \"user\" "
		    "in blogd.conf",
		    user);
	if (setgroups(1, &pw->pw_gid) == -1 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == -1 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1)
		return err_set(err, "cannot become the user %s: %s", user,
			       strerror(errno));
	return 0;
}

int
sandbox_parent(const char *user, struct err *err)
{
	if (geteuid() == 0 && become(user, err) == -1)
		return -1;
	if (setuid(0) == 0 || seteuid(0) == 0)
		return err_set(err, "root is not gone: it can be had back");
	no_new_privileges();
	return 0;
}

int
sandbox_demand(int strict, struct err *err)
{
	u_int mode;

	if (cap_getmode(&mode) == 0)
		return 0;
	if (strict)
		return err_set(err,
			       "the sandbox is not complete, which it has "
			       "to be: no capability mode (%s): take a "
			       "kernel with \"options CAPABILITIES\"; or "
			       "set sandbox = \"available\" to do without",
			       strerror(errno));
	log_notice("not all of the sandbox is available: no capability mode");
	return 0;
}

/* ---- a child ---- */

void
sandbox_begin(void)
{
	descriptors_none();
}

/* ---- limits ---- */

#define OF(role) (1U << ROLE_##role)
#define EACH	 (OF(DIAL) | OF(GIT) | OF(RENDER) | OF(KEYS) | OF(SERVE) | OF(LOG))

static const struct row {
	unsigned roles;
	int resource;
	rlim_t most;
} rows[] = {
    {EACH, RLIMIT_CORE, 0}, /* it would hold keys and tickets */
    {EACH, RLIMIT_NPTS, 0},
    {EACH & ~OF(KEYS), RLIMIT_MEMLOCK, 0},
    /* Shared memory counts as a file. */
    {OF(DIAL) | OF(KEYS) | OF(SERVE), RLIMIT_FSIZE, 0},
    {EACH & ~OF(RENDER), RLIMIT_NPROC, 0},
    /* serve: as many as the administrator allows. */
    {EACH & ~OF(SERVE), RLIMIT_NOFILE, DESCRIPTORS_MAX},
    /* Seconds: an update is given up after 900. */
    {OF(RENDER), RLIMIT_CPU, 1000},
};

/* Never more than there was: that would need a right. */
static void
lower(int resource, rlim_t most)
{
	struct rlimit rl;

	if (getrlimit(resource, &rl) == -1)
		fatal("getrlimit %d", resource);
	if (most < rl.rlim_max)
		rl.rlim_max = most;
	rl.rlim_cur = rl.rlim_max;
	if (setrlimit(resource, &rl) == -1)
		fatal("setrlimit %d", resource);
}

static void
limits(enum role role)
{
	/* Where standard error is a file, a line is lost rather than the
	 * process. */
	signal(SIGXFSZ, SIG_IGN);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].roles & (1U << role))
			lower(rows[i].resource, rows[i].most);
}

/* ---- what others may do to it, and it with what it was given ---- */

static void
not_observable(void)
{
	int trace = PROC_TRACE_CTL_DISABLE;
	int sig = SIGKILL;

	if (procctl(P_PID, getpid(), PROC_TRACE_CTL, &trace) == -1)
		fatal("PROC_TRACE_CTL");
	if (procctl(P_PID, 0, PROC_PDEATHSIG_CTL, &sig) == -1)
		fatal("PROC_PDEATHSIG_CTL");
	report_add("not traceable");
}

/* For good, unlike close-on-exec: what a descriptor may still be used for. */
static void
limit_descriptor(int fd, const cap_rights_t *rights)
{
	if (cap_rights_limit(fd, rights) == -1 && errno != ENOSYS &&
	    errno != EBADF)
		fatal("cap_rights_limit");
}

static void
limit_standard_descriptors(enum role role)
{
	cap_rights_t none, log_lines;

	cap_rights_init(&none);
	cap_rights_init(&log_lines, CAP_WRITE, CAP_FSTAT, CAP_EVENT);
	limit_descriptor(STDIN_FILENO, &none);
	limit_descriptor(STDOUT_FILENO, role == ROLE_LOG ? &log_lines : &none);
	limit_descriptor(STDERR_FILENO, &log_lines);
}

/* In capability mode a path is followed from a descriptor only, and the
 * repository is opened by path; so git over a local directory keeps to it by
 * chroot where it may, and is not in capability mode. */
static void
enter_repository(int fd)
{
	cap_rights_t rights;

	cap_rights_init(&rights, CAP_READ, CAP_LOOKUP, CAP_FSTAT, CAP_FSTATAT,
			CAP_MMAP_R, CAP_SEEK, CAP_FCHDIR);
	limit_descriptor(fd, &rights);
	if (fchdir(fd) == -1)
		fatal("enter the repository");
	repository = ".";
	if (chroot(".") == 0)
		report_add("root is the repository");
}

/* There is no broker: the parent has no clone(2) with which another process
 * could start its children. */
void
sandbox_give_way(enum role role)
{
	(void)role;
}

void
sandbox_broker(void)
{
}

/* dial is not in capability mode. */
void
sandbox_connects_to(uint16_t port)
{
	(void)port;
}

void
sandbox_enter(enum role role, enum sandbox_variant variant, int repository_fd)
{
	(void)variant;
	if (role == ROLE_PARENT)
		return; /* it still opens files and starts processes */
	if (start_given() >= 0)
		descriptors_check(role, (unsigned)start_given());
	limits(role);
	not_observable();
	no_new_privileges();
	limit_standard_descriptors(role);
	if (repository_fd >= 0)
		enter_repository(repository_fd);
}

/* dial looks names up and connects, and git may read a directory by path: both
 * need the names that capability mode takes away. */
static int
needs_names(enum role role, enum sandbox_variant variant)
{
	return role == ROLE_DIAL ||
	       (role == ROLE_GIT && variant == VARIANT_LOCAL);
}

static unsigned
enter_capability_mode(void)
{
	u_int mode;

	if (cap_enter() == -1) {
		if (errno == ENOSYS)
			return 0; /* sandbox_demand has spoken of it */
		fatal("cap_enter");
	}
	if (cap_getmode(&mode) == -1 || mode != 1)
		fatal("capability mode");
	report_add("capability mode");
	return JAIL_CAPABILITY_MODE | JAIL_NO_INPUT;
}

/* Workers are forked from a render that has proved all of it. */
void
sandbox_filter(enum role role, enum sandbox_variant variant)
{
	unsigned jail = role == ROLE_RENDER ? 0 : JAIL_NO_FORK;
	char text[40];

	if (role == ROLE_PARENT || role == ROLE_BROKER ||
	    variant == VARIANT_WORKER)
		return;
	if (!needs_names(role, variant))
		jail |= enter_capability_mode();
	snprintf(text, sizeof(text), "%u attempts refused",
		 prove_jail(role, jail));
	report_add(text);
}

int
sandbox_dump(FILE *out)
{
	fputs("This system has capability mode instead of a list of system "
	      "calls.\n",
	      out);
	return ferror(out) || fflush(out) == EOF;
}

#endif
