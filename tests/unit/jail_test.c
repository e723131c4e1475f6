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
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jails.h"

/* What is around the filters. */

#define NOBODY 65534

static int self_fd; /* this program, to be started again by anybody */

/* ---- the jail around it: this program, started again as a child ---- */

/* What a child does; it may write to descriptor 2 only. */
static int
be_child(const char *name)
{
	const struct jail *j = NULL;
	struct stat st;
	struct rlimit rl;

	for (size_t i = 0; i < njails; i++)
		if (strcmp(jails[i].name, name) == 0)
			j = &jails[i];
	if (j == NULL)
		return 90;
	sandbox_enter(j->role, j->variant, -1);
	if (j->role != ROLE_DIAL && strstr(sandbox_report(), "empty root") &&
	    stat("/etc/passwd", &st) == 0)
		return 91;
	if (getrlimit(RLIMIT_CORE, &rl) == -1 || rl.rlim_max != 0)
		return 92;
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 93;
	if (prctl(PR_CAPBSET_READ, 0, 0, 0, 0) == 1 && getuid() == 0)
		return 94;
	sandbox_filter(j->role, j->variant);
	if (write(STDERR_FILENO, sandbox_report(), strlen(sandbox_report())) <
	    1)
		return 95;
	return 0;
}

/* Starts this program as a child of the role, as the parent does. */
static int
start_child(const char *name, char *out, size_t room)
{
	char arg0[] = "jail_test", arg1[] = "child", arg2[16];
	char *argv[] = {arg0, arg1, arg2, NULL}, *envp[] = {NULL};
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	snprintf(arg2, sizeof(arg2), "%s", name);
	if (pipe2(fds, O_CLOEXEC) == -1)
		return -1;
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDERR_FILENO);
		fexecve(self_fd, argv, envp);
		_exit(89);
	}
	close(fds[1]);
	n = read(fds[0], out, room - 1);
	out[n > 0 ? n : 0] = '\0';
	close(fds[0]);
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

/* The parent's life in small: each child twice, with the same jail. */
static int
parent_work(void)
{
	char first[512], second[512];

	for (size_t i = 0; i < njails; i++) {
		int status = start_child(jails[i].name, first, sizeof(first));

		if (status != 0)
			fprintf(stderr, "%s: %#x: %s\n", jails[i].name, status,
				first);
		if (status != 0)
			return 20;
		if (start_child(jails[i].name, second, sizeof(second)) != 0)
			return 21;
		if (strcmp(first, second) != 0 || *first == '\0')
			return 22;
		printf("#  %s: %s\n", jails[i].name, first);
		if (strstr(sandbox_report(), "no user namespace") == NULL &&
		    jails[i].role != ROLE_DIAL &&
		    strstr(first, "empty root, no network") == NULL)
			return 23;
	}
	fflush(stdout);
	return 0;
}

static int
become_parent(void)
{
	struct err err;

	if (sandbox_parent(geteuid() == 0 ? "nobody" : NULL, &err) == -1) {
		fprintf(stderr, "sandbox_parent: %s\n", err.text);
		return 30;
	}
	if (geteuid() == 0)
		return 31;
	sandbox_filter(ROLE_BROKER, VARIANT_PLAIN);
	printf("#  broker: %s\n", sandbox_report());
	return 0;
}

static int
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
plain_user_is_parent(void)
{
	int e = become_parent();

	return e != 0 ? e : parent_work();
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

/* A host that forbids user namespaces, made inside one that has them. */
static int
become_user_without_namespaces(void)
{
	char map[64];
	uid_t uid;
	gid_t gid;
	int e = become_plain_user();

	if (e != 0)
		return e;
	uid = getuid();
	gid = getgid();
	if (unshare(CLONE_NEWUSER) == -1)
		return 0; /* forbidden here as it is */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	snprintf(map, sizeof(map), "%u %u 1", (unsigned)uid, (unsigned)uid);
	if (write_text("/proc/self/setgroups", "deny") == -1 ||
	    write_text("/proc/self/uid_map", map) == -1)
		return 50;
	snprintf(map, sizeof(map), "%u %u 1", (unsigned)gid, (unsigned)gid);
	if (write_text("/proc/self/gid_map", map) == -1 ||
	    write_text("/proc/sys/user/max_user_namespaces", "0") == -1)
		return 51;
	return 0;
}

static int
parent_without_namespaces(void)
{
	int e = become_parent();

	if (e != 0)
		return e;
	if (strstr(sandbox_report(), "no user namespace") == NULL)
		return 52;
	return parent_work();
}

static void
second_start_has_the_same_jail(void **state)
{
	(void)state;
	assert_int_equal(run(become_parent, parent_work), 0);
}

static void
a_plain_user_gets_it_too(void **state)
{
	(void)state;
	assert_int_equal(run(become_plain_user, plain_user_is_parent), 0);
}

static void
works_without_user_namespaces(void **state)
{
	(void)state;
	assert_int_equal(
	    run(become_user_without_namespaces, parent_without_namespaces), 0);
}

static int
root_cannot_stay(void)
{
	struct err err;

	if (sandbox_parent(NULL, &err) == 0 || strstr(err.text, "user") == NULL)
		return 60;
	if (sandbox_parent("root", &err) == 0)
		return 61;
	return sandbox_parent("no-such-user-here", &err) == 0 ? 62 : 0;
}

static void
root_needs_a_user_to_become(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(run(NULL, root_cannot_stay), 0);
}

/* ---- a local repository ---- */

static char repository[64];

static int
enter_with_repository(void)
{
	int fd = open(repository, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return 70;
	sandbox_enter(ROLE_GIT, VARIANT_LOCAL, fd);
	sandbox_filter(ROLE_GIT, VARIANT_LOCAL);
	return 0;
}

static int
read_repository(void)
{
	char path[128], text[8];
	int fd;

	snprintf(path, sizeof(path), "%s/file",
		 sandbox_repository_path(repository));
	fd = open(path, O_RDONLY);
	if (fd == -1)
		return 71;
	if (read(fd, text, sizeof(text)) != 4 || memcmp(text, "here", 4) != 0)
		return 72;
	if (strstr(sandbox_report(), "Landlock") == NULL &&
	    strstr(sandbox_report(), "empty root") == NULL)
		return 0; /* nothing on this host hides the rest */
	return open("/etc/passwd", O_RDONLY) == -1 ? 0 : 73;
}

static int
write_to_repository(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/new",
		 sandbox_repository_path(repository));
	return open(path, O_RDWR | O_CREAT, 0600) == -1 ? 98 : 97;
}

/* As a child of the parent, which may not override a directory's mode. */
static int
child_reads_repository(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int e = enter_with_repository();

		if (e == 0 &&
		    strstr(sandbox_report(), "no user namespace") == NULL &&
		    strstr(sandbox_report(), "empty root") == NULL)
			e = 74;
		_exit(e != 0 ? e : read_repository());
	}
	if (pid == -1 || waitpid(pid, &status, 0) != pid)
		return 75;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 76;
}

static void
a_local_repository_is_all_there_is(void **state)
{
	char path[128];
	int fd;

	(void)state;
	snprintf(repository, sizeof(repository), "/tmp/jail_test.XXXXXX");
	assert_non_null(mkdtemp(repository));
	assert_int_equal(chmod(repository, 0755), 0);
	snprintf(path, sizeof(path), "%s/file", repository);
	fd = open(path, O_WRONLY | O_CREAT, 0644);
	assert_int_equal(write(fd, "here", 4), 4);
	close(fd);
	assert_int_equal(run(enter_with_repository, read_repository), 0);
	assert_true(killed(run(enter_with_repository, write_to_repository)));
	assert_int_equal(run(become_parent, child_reads_repository), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(repository), 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(second_start_has_the_same_jail),
	    cmocka_unit_test(a_plain_user_gets_it_too),
	    cmocka_unit_test(works_without_user_namespaces),
	    cmocka_unit_test(root_needs_a_user_to_become),
	    cmocka_unit_test(a_local_repository_is_all_there_is),
	};

	if (argc == 3 && strcmp(argv[1], "child") == 0)
		_exit(be_child(argv[2]));
	self_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
