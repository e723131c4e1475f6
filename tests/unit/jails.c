/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <sys/prctl.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "jails.h"

#define NOBODY 65534

const struct jail jails[] = {
    {"dial", ROLE_DIAL, VARIANT_PLAIN},
    {"port", ROLE_DIAL, VARIANT_PORT},
    {"git", ROLE_GIT, VARIANT_PLAIN},
    {"ssh", ROLE_GIT, VARIANT_SSH},
    {"local", ROLE_GIT, VARIANT_LOCAL},
    {"render", ROLE_RENDER, VARIANT_PLAIN},
    {"worker", ROLE_RENDER, VARIANT_WORKER},
    {"keys", ROLE_KEYS, VARIANT_PLAIN},
    {"serve", ROLE_SERVE, VARIANT_PLAIN},
    {"log", ROLE_LOG, VARIANT_PLAIN},
    {"parent", ROLE_PARENT, VARIANT_PLAIN},
    {"init", ROLE_INIT, VARIANT_PLAIN},
};
const size_t njails = sizeof(jails) / sizeof(jails[0]);

const struct jail jail_of_broker = {"broker", ROLE_BROKER, VARIANT_PLAIN};

int
run(action setup, action what)
{
	int status;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		int e = setup == NULL ? 0 : setup();

		_exit(e != 0 ? e : what());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

int
killed(int status)
{
	return (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) ||
	       (WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGSYS);
}

const struct jail *current;

int
filter_only(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return 99;
	sandbox_filter(current->role, current->variant);
	return 0;
}

const struct jail *
jail_named(const char *name)
{
	for (size_t i = 0; i < njails; i++)
		if (strcmp(jails[i].name, name) == 0)
			return &jails[i];
	fail_msg("no jail %s", name);
	return NULL;
}

int
become_plain_user(void)
{
	if (geteuid() != 0)
		return 0;
	if (setgroups(0, NULL) == -1 ||
	    setresgid(NOBODY, NOBODY, NOBODY) == -1 ||
	    setresuid(NOBODY, NOBODY, NOBODY) == -1)
		return 40;
	return 0;
}

static int
write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t n;

	if (fd == -1)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n == -1 ? -1 : 0;
}

int
be_alone_in_a_user_namespace(void)
{
	char map[64];
	uid_t uid = getuid();
	gid_t gid = getgid();

	if (unshare(CLONE_NEWUSER) == -1)
		return -1;
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	snprintf(map, sizeof(map), "%u %u 1", (unsigned)uid, (unsigned)uid);
	if (write_text("/proc/self/setgroups", "deny") == -1 ||
	    write_text("/proc/self/uid_map", map) == -1)
		return 50;
	snprintf(map, sizeof(map), "%u %u 1", (unsigned)gid, (unsigned)gid);
	return write_text("/proc/self/gid_map", map) == -1 ? 51 : 0;
}

/* A host that forbids user namespaces, made inside one that has them. */
int
become_user_without_namespaces(void)
{
	int e = become_plain_user();

	if (e == 0)
		e = be_alone_in_a_user_namespace();
	if (e != 0)
		return e == -1 ? 0 : e; /* forbidden here as it is */
	return write_text("/proc/sys/user/max_user_namespaces", "0") == -1 ? 52
									   : 0;
}
