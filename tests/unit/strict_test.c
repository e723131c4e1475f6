/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <sys/wait.h>

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../sandbox/demand.h"
#include "../../sandbox/linux.h"
#include "jails.h"

/* What a start insists on, and hosts that do not have it: each is made of this
 * one by a filter or a limit. */

static void
forget_systemd(void)
{
	unsetenv("NOTIFY_SOCKET");
	unsetenv("INVOCATION_ID");
	unsetenv("SYSTEMD_EXEC_PID");
}

static int
systemd_starts(void)
{
	forget_systemd();
	return setenv("INVOCATION_ID", "0123456789abcdef", 1);
}

/* ---- the word of the configuration ---- */

static int
auto_depends(void)
{
	char pid[16];

	forget_systemd();
	if (geteuid() == 0 && !demand_is_strict(DEMAND_AUTO))
		return 1;
	if (become_plain_user() != 0 || demand_is_strict(DEMAND_AUTO))
		return 2;
	setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
	if (!demand_is_strict(DEMAND_AUTO))
		return 3;
	if (systemd_starts() != 0 || !demand_is_strict(DEMAND_AUTO))
		return 4;
	/* A terminal is a service, but what runs in it is not. */
	setenv("SYSTEMD_EXEC_PID", "1", 1);
	if (demand_is_strict(DEMAND_AUTO))
		return 5;
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	setenv("SYSTEMD_EXEC_PID", pid, 1);
	return demand_is_strict(DEMAND_AUTO) ? 0 : 6;
}

static int
words_decide(void)
{
	if (demand_is_strict(DEMAND_AVAILABLE))
		return 1;
	if (become_plain_user() != 0)
		return 2;
	forget_systemd();
	return demand_is_strict(DEMAND_STRICT) ? 0 : 3;
}

static void
auto_is_strict_for_root_and_systemd(void **state)
{
	(void)state;
	assert_int_equal(run(NULL, auto_depends), 0);
	assert_int_equal(run(NULL, words_decide), 0);
}

/* ---- hosts ---- */

/* From now on, and for all that is started, this call fails. */
static int
forbid(const char *call, int error)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int e = seccomp_rule_add(ctx, SCMP_ACT_ERRNO((uint32_t)error),
				 seccomp_syscall_resolve_name(call), 0);

	if (e == 0)
		e = seccomp_load(ctx);
	seccomp_release(ctx);
	return e == 0 ? 0 : 80;
}

/* sandbox_demand in a start by a plain user; what it says goes to err. */
static int
demand(int strict, struct err *err)
{
	err->text[0] = '\0';
	if (sandbox_parent(NULL, err) == -1)
		return -2;
	return sandbox_demand(strict, err);
}

/* A strict start is refused, with these words; one that takes what there is
 * goes on. */
static int
refused_with(const char *what, const char *remedy)
{
	struct err err;
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(demand(0, &err) == 0 ? 0 : 1);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		return 10;
	if (demand(1, &err) != -1)
		return 11;
	if (strstr(err.text, what) == NULL ||
	    strstr(err.text, remedy) == NULL ||
	    strstr(err.text, "sandbox = \"available\"") == NULL) {
		fprintf(stderr, "%s\n", err.text);
		return 12;
	}
	return 0;
}

static int
host_of_no_namespaces(void)
{
	forget_systemd();
	return become_user_without_namespaces();
}

static int
names_the_limit(void)
{
	return refused_with("no user namespaces", "user.max_user_namespaces");
}

static int
container(void)
{
	int e = become_plain_user();

	forget_systemd();
	return e != 0 ? e : forbid("unshare", EPERM);
}

static int
names_the_profile(void)
{
	return refused_with("no user namespaces (Operation not permitted)",
			    "seccomp profile");
}

static int
host_of_no_mounts(void)
{
	int e = become_plain_user();

	forget_systemd();
	return e != 0 ? e : forbid("pivot_root", EPERM);
}

static int
names_the_mount(void)
{
	return refused_with("no empty root (Operation not permitted)",
			    "pivot_root");
}

static int
old_kernel(void)
{
	int e = become_plain_user();

	forget_systemd();
	return e != 0 ? e : forbid("landlock_create_ruleset", ENOSYS);
}

static int
names_the_kernel(void)
{
	return refused_with("no Landlock", "CONFIG_SECURITY_LANDLOCK");
}

static int
kernel_without_the_module(void)
{
	int e = become_plain_user();

	forget_systemd();
	return e != 0 ? e : forbid("landlock_create_ruleset", EOPNOTSUPP);
}

static int
names_the_command_line(void)
{
	return refused_with("no Landlock", "lsm=");
}

static int
make_namespaces(void)
{
	return unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET) == 0 ? 0 : 1;
}

/* Some of these hosts are made of one that has namespaces. */
static int
has_namespaces(void)
{
	return run(become_plain_user, make_namespaces) == 0;
}

static void
what_is_missing_is_said(void **state)
{
	(void)state;
	assert_int_equal(run(container, names_the_profile), 0);
	assert_int_equal(run(old_kernel, names_the_kernel), 0);
	assert_int_equal(run(kernel_without_the_module, names_the_command_line),
			 0);
	if (!has_namespaces())
		return;
	assert_int_equal(run(host_of_no_namespaces, names_the_limit), 0);
	assert_int_equal(run(host_of_no_mounts, names_the_mount), 0);
}

/* ---- systemd ---- */

static int
unit_without_namespaces(void)
{
	int e = container();

	return e != 0 ? e : systemd_starts();
}

static int
leaves_them_to_systemd(void)
{
	struct err err;

	if (demand(1, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	return strstr(sandbox_report(), "namespaces: left to systemd") != NULL
		   ? 0
		   : 2;
}

static int
unit_on_an_old_kernel(void)
{
	int e = unit_without_namespaces();

	return e != 0 ? e : forbid("landlock_create_ruleset", ENOSYS);
}

static int
wants_landlock_all_the_same(void)
{
	struct err err;

	if (demand(1, &err) != -1 || strstr(err.text, "no Landlock") == NULL)
		return 1;
	return strstr(err.text, "namespaces") == NULL ? 0 : 2;
}

/* No filter of a unit answers like that. */
static int
names_the_limit_under_systemd_too(void)
{
	systemd_starts();
	return names_the_limit();
}

/* A filter, but not one that systemd makes: as seccomp profiles of containers
 * answer. */
static int
unit_in_a_container(void)
{
	int e = become_plain_user();

	forget_systemd();
	if (e == 0)
		e = forbid("unshare", ENOSYS);
	return e != 0 ? e : systemd_starts();
}

static int
is_refused_there(void)
{
	struct err err;

	if (demand(1, &err) != -1)
		return 1;
	return strstr(err.text, "no user namespaces") != NULL ? 0 : 2;
}

static void
a_unit_may_have_no_namespaces(void **state)
{
	(void)state;
	if (landlock_version() > 0)
		assert_int_equal(
		    run(unit_without_namespaces, leaves_them_to_systemd), 0);
	assert_int_equal(
	    run(unit_on_an_old_kernel, wants_landlock_all_the_same), 0);
	assert_int_equal(run(unit_in_a_container, is_refused_there), 0);
	if (has_namespaces())
		assert_int_equal(run(host_of_no_namespaces,
				     names_the_limit_under_systemd_too),
				 0);
}

/* ---- the children ---- */

/* A host that lets the parent see namespaces, and a child have none. */
static int
child_gets_less(void)
{
	struct err err;

	if (demand(1, &err) != 0)
		return 21;
	if (caps_keep(0, 0) == -1) /* with which it would make them */
		return 22;
	close(STDERR_FILENO); /* what it says is expected */
	sandbox_enter(ROLE_KEYS, VARIANT_PLAIN, -1);
	return 23;
}

static int
child_gets_all(void)
{
	struct err err;

	if (demand(1, &err) != 0)
		return 4;
	sandbox_enter(ROLE_KEYS, VARIANT_PLAIN, -1);
	return 0;
}

static int
dial_gets_its_all(void)
{
	struct err err;

	if (demand(1, &err) != 0)
		return 4;
	sandbox_enter(ROLE_DIAL, VARIANT_PLAIN, -1);
	return 0;
}

static int
child_makes_do(void)
{
	struct err err;

	if (demand(0, &err) != 0 || caps_keep(0, 0) == -1)
		return 5;
	sandbox_enter(ROLE_KEYS, VARIANT_PLAIN, -1);
	return 0;
}

static void
no_child_starts_with_less(void **state)
{
	int status;

	(void)state;
	if (!has_namespaces() || landlock_version() == 0)
		skip(); /* a strict start is what this is about */
	status = run(become_plain_user, child_gets_less);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_int_equal(run(become_plain_user, child_gets_all), 0);
	assert_int_equal(run(become_plain_user, dial_gets_its_all), 0);
	assert_int_equal(run(become_plain_user, child_makes_do), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(auto_is_strict_for_root_and_systemd),
	    cmocka_unit_test(what_is_missing_is_said),
	    cmocka_unit_test(a_unit_may_have_no_namespaces),
	    cmocka_unit_test(no_child_starts_with_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
