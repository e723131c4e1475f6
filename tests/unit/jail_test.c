/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

#include <netinet/in.h>

#include <linux/capability.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../sandbox/descriptors.h"
#include "../../sandbox/linux.h"
#include "jails.h"

/* What is around the filters. */

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
plain_user_is_parent(void)
{
	int e = become_parent();

	return e != 0 ? e : parent_work();
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

/* ---- attempts to get rights back ---- */

static const struct attempt *tried;

/* Somebody who has given up nothing, in namespaces where it does no harm. */
static int
have_every_right(void)
{
	if (!(caps_effective() & CAP_BIT(CAP_SYS_ADMIN)) &&
	    be_alone_in_a_user_namespace() != 0)
		return 1;
	if (unshare(CLONE_NEWNS | CLONE_NEWNET) == -1)
		return 2;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 ? 0 : 3;
}

static int
attempt_succeeds(void)
{
	return tried->succeeds() ? 0 : 1;
}

static int
attempt_works(const char *what)
{
	for (tried = attempts; tried < attempts + nattempts; tried++)
		if (strcmp(tried->what, what) == 0)
			return run(have_every_right, attempt_succeeds) == 0;
	fail_msg("no attempt to %s", what);
	return 0;
}

/* Who has every right is seen to have it: an attempt that always fails would
 * prove nothing. */
static void
attempts_are_real(void **state)
{
	static const char *const real[] = {"have a capability",
					   "raise a capability",
					   "keep capabilities",
					   "make a mount namespace",
					   "make a network namespace",
					   "make an IPC namespace",
					   "make a host name namespace",
					   "make a process namespace",
					   "make a cgroup namespace",
					   "make a user namespace",
					   "mount a file system",
					   "list the root",
					   "read a program",
					   "send raw packets",
					   "connect to another port",
					   "listen",
					   "signal its parent",
					   "fork",
					   "map memory to write and run",
					   "run what it wrote"};

	static const char *const of_root[] = {
	    "become another user", "become another user later",
	    "become another group", "become another group later",
	    "change groups"};

	(void)state;
	if (run(NULL, have_every_right) != 0)
		skip();
	for (size_t i = 0; i < sizeof(real) / sizeof(real[0]); i++)
		if (!attempt_works(real[i]))
			fail_msg("who may everything cannot %s", real[i]);
	for (size_t i = 0; i < sizeof(of_root) / sizeof(of_root[0]); i++)
		if (geteuid() == 0 && !attempt_works(of_root[i]))
			fail_msg("root cannot %s", of_root[i]);
}

/* ---- no more user namespaces ---- */

static int
make_user_namespace(void)
{
	if (strstr(sandbox_report(), "no user namespace") != NULL)
		return 0; /* the host itself allows none */
	if (unshare(CLONE_NEWUSER) == 0)
		return 1;
	return errno == ENOSPC ? 0 : 2;
}

static int
give_up_root(void)
{
	struct err err;

	return sandbox_parent(geteuid() == 0 ? "nobody" : NULL, &err) == 0 ? 0
									   : 3;
}

static void
no_more_user_namespaces(void **state)
{
	struct statvfs fs;

	(void)state;
	assert_int_equal(statvfs("/proc/sys/user", &fs), 0);
	if (fs.f_flag & ST_RDONLY)
		skip(); /* the filters alone forbid it then */
	assert_int_equal(run(give_up_root, make_user_namespace), 0);
}

/* ---- ports ---- */

static struct sockaddr_in remote, other;

static int
listen_on(struct sockaddr_in *sin)
{
	socklen_t len = sizeof(*sin);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)sin, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)sin, &len), 0);
	return fd;
}

/* 0 or errno. */
static int
try_to_connect(struct sockaddr_in sin)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int e =
	    connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0 ? 0 : errno;

	close(fd);
	return e;
}

static int
dial_connects(void)
{
	struct sockaddr_in names = remote;
	int version = landlock_version();

	names.sin_port = htons(53);
	sandbox_connects_to(ntohs(remote.sin_port));
	sandbox_enter(ROLE_DIAL, VARIANT_PLAIN, -1);
	if (try_to_connect(remote) != 0)
		return 1;
	if (try_to_connect(names) == EACCES)
		return 2;
	if (try_to_connect(other) != (version >= 4 ? EACCES : 0))
		return 3;
	return 0;
}

static void
dial_has_two_ports(void **state)
{
	int a = listen_on(&remote), b = listen_on(&other);

	(void)state;
	assert_int_equal(run(NULL, dial_connects), 0);
	close(a);
	close(b);
}

/* Whichever port it is: none of them is taken for a leak. */
static int
dial_starts(void)
{
	sandbox_connects_to(1);
	sandbox_enter(ROLE_DIAL, VARIANT_PLAIN, -1);
	return 0;
}

static void
any_port_can_be_the_remotes(void **state)
{
	(void)state;
	assert_int_equal(run(NULL, dial_starts), 0);
}

/* ---- descriptors ---- */

static enum role holder;
static int (*opened)(void);
static unsigned given;

static int
open_file(void)
{
	return open("/proc/self/status", O_RDONLY | O_CLOEXEC);
}

static int
open_directory(void)
{
	return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int
open_device(void)
{
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

static int
open_memory(void)
{
	return memfd_create("t", MFD_CLOEXEC);
}

static int
open_epoll(void)
{
	return epoll_create1(EPOLL_CLOEXEC);
}

static int
open_channel(void)
{
	return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
}

static int
open_connection(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int
open_listener(void)
{
	struct sockaddr_in sin = {.sin_port = 0};

	return listen_on(&sin);
}

static int
open_nothing(void)
{
	return 0;
}

static int
only_what_was_opened(void)
{
	close(STDERR_FILENO); /* what it says is expected */
	for (int fd = 0; fd <= CONTROL_FD; fd++)
		if (fcntl(fd, F_GETFD) == -1 && open_device() != fd)
			return 10;
	close_range(CONTROL_FD + 1, ~0U, 0);
	return opened() == -1 ? 11 : 0;
}

static int
check_at_start(void)
{
	descriptors_none();
	return 0;
}

static int
check_role(void)
{
	descriptors_check(holder, given);
	return 0;
}

/* 1 when the process lives. */
static int
may_have(enum role role, int (*open_it)(void), unsigned n)
{
	int status;

	holder = role;
	opened = open_it;
	given = n;
	status = run(only_what_was_opened, check_role);
	assert_true(WIFEXITED(status));
	assert_in_range(WEXITSTATUS(status), 0, 1);
	return WEXITSTATUS(status) == 0;
}

static void
one_descriptor_too_many(void **state)
{
	(void)state;
	opened = open_nothing;
	assert_int_equal(run(only_what_was_opened, check_at_start), 0);
	opened = open_channel;
	assert_int_equal(WEXITSTATUS(run(only_what_was_opened, check_at_start)),
			 1);
	assert_true(may_have(ROLE_KEYS, open_channel, 1));
	assert_false(may_have(ROLE_KEYS, open_channel, 0));
	assert_true(may_have(ROLE_SERVE, open_epoll, 0));
}

static void
descriptors_of_the_wrong_kind(void **state)
{
	static const enum role roles[] = {ROLE_DIAL, ROLE_GIT,	 ROLE_RENDER,
					  ROLE_KEYS, ROLE_SERVE, ROLE_LOG};

	(void)state;
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		enum role r = roles[i];
		int memory = r == ROLE_SERVE || r == ROLE_RENDER;

		assert_true(may_have(r, open_channel, 9));
		assert_false(may_have(r, open_file, 9));
		assert_false(may_have(r, open_device, 9));
		assert_false(may_have(r, open_connection, 9));
		assert_int_equal(may_have(r, open_memory, 9), memory);
		assert_int_equal(may_have(r, open_directory, 9), r == ROLE_GIT);
		assert_int_equal(may_have(r, open_epoll, 9), r == ROLE_SERVE);
		assert_int_equal(may_have(r, open_listener, 9),
				 r == ROLE_SERVE);
	}
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
	int status, without = strstr(sandbox_report(), "no user") != NULL;
	pid_t pid = fork();

	if (pid == 0) {
		int e = enter_with_repository();

		if (e == 0 && !without &&
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
	    cmocka_unit_test(attempts_are_real),
	    cmocka_unit_test(no_more_user_namespaces),
	    cmocka_unit_test(dial_has_two_ports),
	    cmocka_unit_test(any_port_can_be_the_remotes),
	    cmocka_unit_test(one_descriptor_too_many),
	    cmocka_unit_test(descriptors_of_the_wrong_kind),
	    cmocka_unit_test(a_local_repository_is_all_there_is),
	};

	if (argc == 3 && strcmp(argv[1], "child") == 0)
		_exit(be_child(argv[2]));
	self_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
