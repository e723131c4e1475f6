/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __linux__

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../daemon/buf.h"
#include "../daemon/log.h"
#include "linux.h"
#include "roles.h"

#ifndef PR_SET_MDWE /* Linux 6.3 */
#define PR_SET_MDWE		 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

/* A debug build names the system call that was refused.  Filters of processes
 * that handle no signals then kill by SIGSYS as well. */
#ifdef BLOGD_SECCOMP_DEBUG
#define REFUSED SCMP_ACT_TRAP
#else
#define REFUSED SCMP_ACT_KILL_PROCESS
#endif

#define DESCRIPTORS_MAX 256 /* open at once, but for serve */

static char report[256];
static const char *own_root; /* where the repository is to be found */

/* Filters made while memory and files were still to be had: this process's,
 * and that of the workers it will start. */
static struct program {
	enum role role;
	enum sandbox_variant variant;
	struct sock_fprog bpf; /* filter NULL: none yet */
} programs[2];

static void
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

/* ---- the filter ---- */

static void
add_rule(scmp_filter_ctx ctx, const struct rule *r)
{
	struct scmp_arg_cmp cmp[CONDITIONS_MAX];
	uint32_t action = r->answer == ALLOW
			      ? SCMP_ACT_ALLOW
			      : SCMP_ACT_ERRNO((uint32_t)r->answer);
	int nr = seccomp_syscall_resolve_name(r->call);
	unsigned n = 0;
	int e;

	if (nr == __NR_SCMP_ERROR)
		return; /* younger than this libseccomp: libc has to do without
			 */
	for (; n < CONDITIONS_MAX && r->conditions[n].text != NULL; n++) {
		const struct condition *c = &r->conditions[n];

		cmp[n].arg = c->arg;
		cmp[n].op = c->at_most ? SCMP_CMP_LE : SCMP_CMP_MASKED_EQ;
		cmp[n].datum_a = c->at_most ? c->value : c->mask;
		cmp[n].datum_b = c->value;
	}
	e = seccomp_rule_add_array(ctx, action, nr, n, cmp);
	/* A call this architecture does not have needs no rule. */
	if (e != 0 && e != -EDOM)
		fatalx("seccomp: %s: %s", r->call, strerror(-e));
}

static scmp_filter_ctx
make_filter(enum role role, enum sandbox_variant variant)
{
	scmp_filter_ctx ctx = seccomp_init(REFUSED);
	const struct rule *r = NULL;

	if (ctx == NULL)
		fatalx("seccomp: no memory");
	/* The architecture is the first thing the program checks, x32's bit
	 * the second. */
	if (seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
			     SCMP_ACT_KILL_PROCESS) != 0)
		fatalx("seccomp: cannot kill on a wrong architecture");
	while ((r = roles_next(r, role, variant)) != NULL)
		add_rule(ctx, r);
	return ctx;
}

/* Reads the program that libseccomp wrote to fd. */
static void
read_program(int fd, struct sock_fprog *bpf)
{
	off_t size = lseek(fd, 0, SEEK_END);
	size_t n = (size_t)size / sizeof(struct sock_filter);

	if (size <= 0 || n > BPF_MAXINSNS)
		fatalx("seccomp: a filter of %lld bytes", (long long)size);
	bpf->len = (unsigned short)n;
	bpf->filter = xcalloc(n, sizeof(struct sock_filter));
	if (pread(fd, bpf->filter, (size_t)size, 0) != (ssize_t)size)
		fatal("seccomp: read the filter");
}

/* libseccomp's own loading would be followed by its release of memory, under a
 * filter that may forbid that; so it only writes the program down.  A kill is
 * logged by the kernel without SECCOMP_FILTER_FLAG_LOG, which would log each
 * answered call as well. */
static void
prepare(struct program *p, enum role role, enum sandbox_variant variant)
{
	scmp_filter_ctx ctx = make_filter(role, variant);
	int e, fd = memfd_create("filter", MFD_CLOEXEC);

	pid_remember();
	if (fd == -1)
		fatal("seccomp: memory for the filter");
	e = seccomp_export_bpf(ctx, fd);
	if (e != 0)
		fatalx("seccomp: %s", strerror(-e));
	seccomp_release(ctx);
	read_program(fd, &p->bpf);
	close(fd);
	p->role = role;
	p->variant = variant;
}

static struct program *
prepared(enum role role, enum sandbox_variant variant)
{
	for (size_t i = 0; i < 2; i++) {
		struct program *p = &programs[i];

		if (p->bpf.filter == NULL)
			prepare(p, role, variant);
		if (p->role == role && p->variant == variant)
			return p;
	}
	fatalx("seccomp: a third filter in one process");
}

#ifdef BLOGD_SECCOMP_DEBUG
static void
refused(int sig, siginfo_t *info, void *context)
{
	char *name =
	    seccomp_syscall_resolve_num_arch(info->si_arch, info->si_syscall);

	(void)context;
	log_err("system call %d (%s) is not in the filter", info->si_syscall,
		name != NULL ? name : "unknown");
	_exit(128 + sig);
}

static void
debug_refused(void)
{
	struct sigaction sa = {.sa_sigaction = refused,
			       .sa_flags = SA_SIGINFO | SA_NODEFER};

	if (sigaction(SIGSYS, &sa, NULL) == -1)
		fatal("SIGSYS");
}
#endif

#ifdef BLOGD_SANITIZE
static int filtered;

/* At exit LeakSanitizer would stop and trace the process, which no filter
 * allows; it asks this function first. */
int __lsan_is_turned_off(void);

int
__lsan_is_turned_off(void)
{
	return filtered;
}
#endif

void
sandbox_filter(enum role role, enum sandbox_variant variant)
{
	const struct program *p = prepared(role, variant);
	unsigned calls = roles_count(role, variant);
	char text[40];

	if (variant == VARIANT_WORKER)
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
#ifdef BLOGD_SECCOMP_DEBUG
	debug_refused();
#endif
#ifdef BLOGD_SANITIZE
	filtered = 1;
#endif
	snprintf(text, sizeof(text), "%u system calls", calls);
	report_add(text);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p->bpf) == -1)
		fatal("seccomp: load the filter");
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

/* The parent made the control channel; when it is not the parent any more it
 * died before it could be watched. */
static void
die_with_parent(void)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1)
		fatal("PR_SET_PDEATHSIG");
	if (getsockopt(CONTROL_FD, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    peer.pid != getppid())
		_exit(0);
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

	prepared(role, variant);
	if (role == ROLE_RENDER)
		prepared(role, VARIANT_WORKER);
	jail = root_enter(role, repository_fd);
	/* Landlock wants this where no capability is held. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		fatal("PR_SET_NO_NEW_PRIVS");
	landlock = landlock_enter(role, repository_after(jail, repository_fd));
	limits(role);
	drop_rights();
	die_with_parent();
	root_prove(role, jail);
	if (landlock > 0)
		landlock_prove();
	report_jail(jail, landlock);
}

#endif
