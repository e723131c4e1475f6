/* SPDX-License-Identifier: ISC */
/* A build with --enable-seccomp-debug, of which this has the filters: it names
 * the system call that was refused, in every role. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/log.h"
#include "../../sandbox/linux.h"
#include "jails.h"

static int said[2]; /* a pipe, for standard error */

static int
speak_into_the_pipe(void)
{
	log_init(LOG_TO_PARENT, 1);
	if (current->role == ROLE_RENDER) { /* and its workers' */
		filter_prepare(ROLE_RENDER, VARIANT_PLAIN);
		filter_prepare(ROLE_RENDER, VARIANT_WORKER);
	}
	return dup2(said[1], STDERR_FILENO) == -1 ? 80 : filter_only();
}

static int
open_a_file(void)
{
	syscall(SYS_openat2, -1, NULL, NULL, 0);
	return 81;
}

static int
swap_memory(void)
{
	syscall(SYS_swapon, NULL, 0);
	return 82;
}

/* The worker of a render that has its own filter as well. */
static int
start_worker(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		sandbox_filter(ROLE_RENDER, VARIANT_WORKER);
		_exit(open_a_file());
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 83;
	return WEXITSTATUS(status);
}

/* Between exec and its own filter a child has the broker's alone. */
static int
before_its_own_filter(void)
{
	signal(SIGSYS, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
	return open_a_file();
}

/* What is said when `what` is tried in this jail; it must end by that. */
static void
expect_name(const struct jail *jail, action what, const char *name)
{
	char text[256], expected[64];
	ssize_t n;
	int status;

	assert_int_equal(pipe(said), 0);
	current = jail;
	status = run(speak_into_the_pipe, what);
	close(said[1]);
	n = read(said[0], text, sizeof(text) - 1);
	close(said[0]);
	text[n > 0 ? n : 0] = '\0';
	snprintf(expected, sizeof(expected), "(%s) is not in the filter\n",
		 name);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 128 + SIGSYS ||
	    strstr(text, expected) == NULL)
		fail_msg("%s: status %#x, said: %s", jail->name, status, text);
}

static void
every_role_names_what_was_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < njails; i++) {
		expect_name(&jails[i], open_a_file, "openat2");
		expect_name(&jails[i], swap_memory, "swapon");
	}
	expect_name(&jail_of_broker, open_a_file, "openat2");
}

static void
so_does_a_worker_in_two_filters(void **state)
{
	(void)state;
	expect_name(jail_named("render"), start_worker, "openat2");
}

/* Unless the handler is there, nothing is said. */
static void
it_is_the_handler_that_says_it(void **state)
{
	(void)state;
	assert_int_equal(pipe(said), 0);
	current = &jail_of_broker;
	assert_int_equal(
	    WTERMSIG(run(speak_into_the_pipe, before_its_own_filter)), SIGSYS);
	close(said[0]);
	close(said[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_role_names_what_was_refused),
	    cmocka_unit_test(so_does_a_worker_in_two_filters),
	    cmocka_unit_test(it_is_the_handler_that_says_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
