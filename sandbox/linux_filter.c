/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __linux__

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <errno.h>
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

/* A debug build names the system call that was refused.  Filters of processes
 * that handle no signals then kill by SIGSYS as well. */
#ifdef BLOGD_SECCOMP_DEBUG
#define REFUSED SCMP_ACT_TRAP
#else
#define REFUSED SCMP_ACT_KILL_PROCESS
#endif

/* Filters made while memory and files were still to be had: this process's,
 * and that of the workers it will start. */
static struct program {
	enum role role;
	enum sandbox_variant variant;
	struct sock_fprog bpf; /* filter NULL: none yet */
} programs[2];

/* The number, in this architecture, of a rule's call as that one has it.  Calls
 * it never had are reached through their successors there. */
static int
number_of(const char *call, uint32_t arch)
{
	const char *heir = roles_successor(call);

	if (heir != NULL && seccomp_syscall_resolve_name_arch(arch, call) < 0)
		call = heir;
	return seccomp_syscall_resolve_name(call);
}

static void
add_rule(scmp_filter_ctx ctx, const struct rule *r, uint32_t arch)
{
	struct scmp_arg_cmp cmp[CONDITIONS_MAX];
	uint32_t action = r->answer == ALLOW
			      ? SCMP_ACT_ALLOW
			      : SCMP_ACT_ERRNO((uint32_t)r->answer);
	int nr = number_of(r->call, arch);
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

/* ---- a debug build: every role may write to its log ---- */

#ifdef BLOGD_SECCOMP_DEBUG
#define NAMES 1024

/* Found beforehand: in the handler there may be no memory. */
static char *names[NAMES];

static void
refused(int sig, siginfo_t *info, void *context)
{
	static int entered;
	int nr = info->si_syscall;

	(void)context;
	if (!entered++) /* or logging itself was refused */
		log_err("system call %d (%s) is not in the filter", nr,
			nr >= 0 && nr < NAMES && names[nr] != NULL ? names[nr]
								   : "unknown");
	_exit(128 + sig);
}

void
filter_debug(void)
{
	struct sigaction sa = {.sa_sigaction = refused,
			       .sa_flags = SA_SIGINFO | SA_NODEFER};

	if (names[0] != NULL)
		return; /* a worker has it from render */
	for (int nr = 0; nr < NAMES; nr++)
		names[nr] =
		    seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);
	if (sigaction(SIGSYS, &sa, NULL) == -1)
		fatal("SIGSYS");
}
#else
void
filter_debug(void)
{
}
#endif

/* ---- a filter ---- */

/* For that architecture alone; seccomp_init begins with this one. */
static void
choose_architecture(scmp_filter_ctx ctx, uint32_t arch)
{
	if (arch == seccomp_arch_native())
		return;
	if (seccomp_arch_add(ctx, arch) != 0 ||
	    seccomp_arch_remove(ctx, seccomp_arch_native()) != 0)
		fatalx("seccomp: no filters for architecture %#x", arch);
}

static scmp_filter_ctx
make_filter(enum role role, enum sandbox_variant variant, uint32_t arch)
{
	scmp_filter_ctx ctx = seccomp_init(REFUSED);
	const struct rule *r = NULL;

	if (ctx == NULL)
		fatalx("seccomp: no memory");
	choose_architecture(ctx, arch);
	/* The architecture is the first thing the program checks, x32's bit
	 * the second. */
	if (seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
			     SCMP_ACT_KILL_PROCESS) != 0)
		fatalx("seccomp: cannot kill on a wrong architecture");
	while ((r = roles_next(r, role, variant)) != NULL)
		add_rule(ctx, r, arch);
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
void
filter_compile(enum role role, enum sandbox_variant variant, uint32_t arch,
	       struct sock_fprog *bpf)
{
	scmp_filter_ctx ctx = make_filter(role, variant, arch);
	int e, fd = memfd_create("filter", MFD_CLOEXEC);

	if (fd == -1)
		fatal("seccomp: memory for the filter");
	e = seccomp_export_bpf(ctx, fd);
	if (e != 0)
		fatalx("seccomp: %s", strerror(-e));
	seccomp_release(ctx);
	read_program(fd, bpf);
	close(fd);
}

static void
prepare(struct program *p, enum role role, enum sandbox_variant variant)
{
	pid_remember();
	filter_compile(role, variant, seccomp_arch_native(), &p->bpf);
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

void
filter_prepare(enum role role, enum sandbox_variant variant)
{
	prepared(role, variant);
}

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

	if (variant == VARIANT_WORKER) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		limits_enter(role, variant);
	}
	filter_debug();
#ifdef BLOGD_SANITIZE
	filtered = 1;
#endif
	snprintf(text, sizeof(text), "%u system calls", calls);
	report_add(text);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p->bpf) == -1)
		fatal("seccomp: load the filter");
}

#endif
