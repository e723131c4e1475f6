/* SPDX-License-Identifier: ISC */
#include "spawn.h"

#include <sys/syscall.h>
#ifdef __FreeBSD__
#include <sys/auxv.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hostile.h"

#define HIGH_FD 16 /* above those that place_descriptors fills */

static int self_fd = -1;
static int as_sibling;

int
spawn_init(const char *argv0, struct err *err)
{
#ifdef __FreeBSD__
	char self[PATH_MAX] = "";

	elf_aux_info(AT_EXECPATH, self, sizeof(self));
#else
	const char *self = "/proc/self/exe";
#endif

	self_fd = open(self, O_RDONLY | O_CLOEXEC);
	if (self_fd == -1)
		self_fd = open(argv0, O_RDONLY | O_CLOEXEC);
	if (self_fd == -1)
		return err_set(err, "cannot open the blogd binary (%s): %s",
			       argv0, strerror(errno));
	return 0;
}

void
spawn_as_sibling(void)
{
	as_sibling = 1;
}

/* Of the variables only those that a debug build or the sandbox listens to are
 * inherited. */
static char **
environment(void)
{
	static const char *const kept[] = {
	    "ASAN_OPTIONS",
	    "UBSAN_OPTIONS",
	    "BLOGD_SANDBOX",
#ifdef BLOGD_HOSTILE_CHILDREN
	    HOSTILE_VARIABLE,
#endif
	};
	const int nkept = sizeof(kept) / sizeof(kept[0]);
	static char zone[] = "TZ=UTC0", locale[] = "LC_ALL=C";
	static char text[sizeof(kept) / sizeof(kept[0])][256];
	static char *env[3 + sizeof(kept) / sizeof(kept[0])] = {zone, locale};
	int n = 2;

	for (int i = 0; i < nkept; i++) {
		const char *value = getenv(kept[i]);

		if (value == NULL)
			continue;
		snprintf(text[i], sizeof(text[i]), "%s=%s", kept[i], value);
		env[n++] = text[i];
	}
	return env;
}

static void
leave_the_terminal(void)
{
	/* Not in the terminal's foreground group: Ctrl-C is the parent's; and
	 * a group of its own, which what it forks cannot leave. */
	setpgid(0, 0);
	/* Sent to everything called blogd they are meant for the parent. */
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	/* The broker has no ear for these. */
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
}

/* Nothing else is inherited. */
static int
place_descriptors(int control, int lines)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	null = fcntl(null, F_DUPFD_CLOEXEC, HIGH_FD);
	control = fcntl(control, F_DUPFD_CLOEXEC, HIGH_FD);
	lines = fcntl(lines, F_DUPFD_CLOEXEC, HIGH_FD);
	if (null == -1 || control == -1 || lines == -1 || dup2(null, 0) == -1 ||
	    dup2(null, 1) == -1 || dup2(lines, 2) == -1 ||
	    dup2(control, CONTROL_FD) == -1)
		return -1;
#ifdef CLOSE_RANGE_CLOEXEC
	/* What blogd itself inherited has no close-on-exec. */
	close_range(CONTROL_FD + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC);
#endif
	return 0;
}

static void __attribute__((noreturn))
run(enum role role, int control, int lines)
{
	char name[] = "blogd", flag[] = "-R", role_arg[16];
	char *argv[] = {name, flag, role_arg, NULL};

	snprintf(role_arg, sizeof(role_arg), "%s", role_name(role));
	leave_the_terminal();
	if (place_descriptors(control, lines) == -1)
		_exit(126);
	fexecve(self_fd, argv, environment());
	_exit(127);
}

/* What libc's fork would do beyond this is for a process that goes on without
 * exec. */
static pid_t
new_process(void)
{
#ifdef __linux__
	if (as_sibling) {
#ifdef __s390__
#error "clone has its arguments in another order"
#endif
		return (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL,
				      NULL, NULL, NULL);
	}
#endif
	return fork();
}

pid_t
spawn_role(enum role role, int control, int lines)
{
	pid_t pid = new_process();

	if (pid == 0)
		run(role, control, lines);
	return pid;
}

/* Of what was open only the binary is kept. */
static void
close_others(void)
{
#ifdef CLOSE_RANGE_CLOEXEC
	self_fd = dup2(self_fd, CONTROL_FD + 1);
	fcntl(self_fd, F_SETFD, FD_CLOEXEC);
	close_range(CONTROL_FD + 2, UINT_MAX, 0);
#endif
}

pid_t
spawn_function(void (*fn)(void), int control, int lines)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	leave_the_terminal();
	if (place_descriptors(control, lines) == -1)
		_exit(126);
	close_others();
	fn();
	_exit(0);
}
