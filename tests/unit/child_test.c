/* SPDX-License-Identifier: ISC */
/* What the parent does to keep its children in their place.  The children are
 * this program, started as blogd starts itself, and behave badly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/mman.h>
#include <sys/wait.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/child.h"
#include "../../daemon/log.h"

#define FLOOD 50000

static struct event_base *base;
static char said[1024]; /* the text of its MSG_READY */
static int gone, last_status;

/* --------------------------------------------------- the bad children -- */

/* What was open when the parent was started, and signals sent to all that have
 * its name. */
static void
child_of_a_careless_start(void)
{
	struct ipc parent = {CONTROL_FD, ROLE_DIAL, ROLE_PARENT};
	char text[64];
	int open = 0;

	for (int fd = CONTROL_FD + 1; fd < 256; fd++)
		open += fcntl(fd, F_GETFD) != -1;
	raise(SIGHUP);
	raise(SIGUSR2);
	snprintf(text, sizeof(text), "%d too many", open);
	ipc_send_text(&parent, MSG_READY, text);
}

/* Ends, and leaves behind one that holds its channels and never stops talking
 * into both. */
static void
child_that_leaves_another(void)
{
	static const char line[] = "<7>still here\n";
	struct ipc parent = {CONTROL_FD, ROLE_GIT, ROLE_PARENT};

	if (fork() != 0)
		_exit(1);
	for (;;) {
		(void)!write(STDERR_FILENO, line, sizeof(line) - 1);
		fcntl(CONTROL_FD, F_SETFL, O_NONBLOCK);
		ipc_send_text(&parent, MSG_READY, "");
	}
}

static void
child_that_floods_the_log(void)
{
	static const char line[] = "<4>a line\n";

	fcntl(STDERR_FILENO, F_SETFL, 0);
	for (int i = 0; i < FLOOD; i++)
		(void)!write(STDERR_FILENO, line, sizeof(line) - 1);
}

static void
wipe(int sig)
{
	(void)sig;
	_exit(7);
}

/* Ends when it is asked to, or does not. */
static void
child_that_is_asked(void (*on_sigterm)(int))
{
	struct ipc parent = {CONTROL_FD, ROLE_KEYS, ROLE_PARENT};

	signal(SIGTERM, on_sigterm);
	ipc_send_text(&parent, MSG_READY, "");
	for (;;)
		pause();
}

static int
be_child(const char *role)
{
	alarm(30);
	if (strcmp(role, role_name(ROLE_DIAL)) == 0)
		child_of_a_careless_start();
	if (strcmp(role, role_name(ROLE_GIT)) == 0)
		child_that_leaves_another();
	if (strcmp(role, role_name(ROLE_RENDER)) == 0)
		child_that_floods_the_log();
	if (strcmp(role, role_name(ROLE_KEYS)) == 0)
		child_that_is_asked(wipe);
	if (strcmp(role, role_name(ROLE_SERVE)) == 0)
		child_that_is_asked(SIG_IGN);
	return 0;
}

/* ---------------------------------------------------------- the parent -- */

static void
on_message(struct child *c, struct ipc_msg *msg)
{
	(void)c;
	if (msg->type == MSG_READY)
		snprintf(said, sizeof(said), "%.512s", msg->data);
}

static void
on_gone(struct child *c, int status)
{
	(void)c;
	gone = 1;
	last_status = status;
}

static const struct child_ops ops = {on_message, on_gone};

static void
on_sigchld(evutil_socket_t signal, short what, void *arg)
{
	(void)signal, (void)what, (void)arg;
	child_reap();
}

/* From its start to its end; the number it had. */
static pid_t
run_child(enum role role)
{
	struct child c = {.ops = &ops};
	struct err err;
	pid_t pid;

	gone = 0;
	said[0] = '\0';
	assert_int_equal(child_start(&c, role, &err), 0);
	pid = c.pid;
	assert_int_equal(child_start(&c, role, &err), -1);
	while (!gone)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(c.pid, 0);
	return pid;
}

static void
inherits_nothing_and_outlives_the_parents_signals(void **state)
{
	int fd = fcntl(STDERR_FILENO, F_DUPFD, 100);

	(void)state;
	assert_true(fd >= 100);
	run_child(ROLE_DIAL);
	close(fd);
	assert_string_equal(said, "0 too many");
}

static void
takes_down_what_a_child_leaves_behind(void **state)
{
	pid_t pid;

	(void)state;
#ifdef __linux__
	/* Else process 1 would have to wait for the orphan. */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
#endif
	pid = run_child(ROLE_GIT);
	for (int i = 0; i < 500 && kill(-pid, 0) == 0; i++) {
		usleep(10000);
		child_reap();
	}
	assert_int_equal(kill(-pid, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void
logs_only_so_much_of_one_child(void **state)
{
	int file = memfd_create("log", MFD_CLOEXEC);
	int saved = dup(STDERR_FILENO);
	off_t size;

	(void)state;
	dup2(file, STDERR_FILENO);
	run_child(ROLE_RENDER);
	size = lseek(file, 0, SEEK_END);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(file);
	assert_true(size > 1000 * (off_t)strlen("blogd: render: a line\n"));
	assert_true(size <
		    FLOOD / 2 * (off_t)strlen("blogd: render: a line\n"));
}

static int
ask_to_end(enum role role)
{
	struct child c = {.ops = &ops};
	struct err err;

	gone = 0;
	assert_int_equal(child_start(&c, role, &err), 0);
	while (!c.ready)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	while (!gone) {
		child_ask_to_end(&c); /* again and again */
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	}
	return last_status;
}

static void
asks_before_it_kills(void **state)
{
	int status;

	(void)state;
	status = ask_to_end(ROLE_KEYS);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	status = ask_to_end(ROLE_SERVE);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(inherits_nothing_and_outlives_the_parents_signals),
	    cmocka_unit_test(takes_down_what_a_child_leaves_behind),
	    cmocka_unit_test(logs_only_so_much_of_one_child),
	    cmocka_unit_test(asks_before_it_kills),
	};
	struct event *reaper;
	struct err err;
	int failed;

	if (argc == 3 && strcmp(argv[1], "-R") == 0)
		return be_child(argv[2]);
	alarm(60);
	log_init(LOG_TO_TERMINAL, 0);
	base = event_base_new();
	if (base == NULL || child_init(base, argv[0], &err) == -1)
		return 1;
	reaper = evsignal_new(base, SIGCHLD, on_sigchld, NULL);
	event_add(reaper, NULL);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	event_free(reaper);
	event_base_free(base);
	return failed;
}
