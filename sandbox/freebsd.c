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
#include "sandbox.h"

#define DESCRIPTORS_MAX 256 /* open at once, but for serve */

static char report[128];
static enum role entered = ROLE__MAX;
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

static void
limit(int resource, rlim_t value)
{
	struct rlimit rl = {value, value};

	if (setrlimit(resource, &rl) == -1)
		fatal("setrlimit %d", resource);
}

static void
limits(enum role role)
{
	limit(RLIMIT_CORE, 0);
	/* Where standard error is a file, a line is lost rather than the
	 * process. */
	signal(SIGXFSZ, SIG_IGN);
	/* Shared memory counts as a file. */
	if (role != ROLE_GIT && role != ROLE_RENDER && role != ROLE_LOG)
		limit(RLIMIT_FSIZE, 0);
	if (role != ROLE_RENDER)
		limit(RLIMIT_NPROC, 0);
	if (role != ROLE_SERVE)
		limit(RLIMIT_NOFILE, DESCRIPTORS_MAX);
}

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
	entered = role;
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
	return role == ROLE_PARENT || role == ROLE_BROKER ||
	       role == ROLE_DIAL ||
	       (role == ROLE_GIT && variant == VARIANT_LOCAL);
}

static void
prove(void)
{
	u_int mode;

	if (cap_getmode(&mode) == -1 || mode != 1)
		fatal("capability mode");
	if (open("/", O_RDONLY) != -1 ||
	    (errno != ECAPMODE && errno != ENOTCAPABLE))
		fatalx("the sandbox leaks: files can be opened");
}

void
sandbox_filter(enum role role, enum sandbox_variant variant)
{
	if (needs_names(role, variant))
		return;
	if (cap_enter() == -1)
		fatal("cap_enter");
	prove();
	if (entered != ROLE_RENDER || variant != VARIANT_WORKER)
		report_add("capability mode");
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
