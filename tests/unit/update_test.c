/* SPDX-License-Identifier: ISC */
/* What is to be rendered once more, while render has not quite ended or serve
 * not answered, is not forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/wait.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/update_parts.h"

static struct event_base *base;
static struct update u;

static void
show(const struct published *p)
{
	(void)p;
}

static void
done(int result, const char *text)
{
	(void)result, (void)text;
}

static const struct update_ops ops = {show, done, NULL};

static void
ignore(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

/* Of an update that renders what git has, without a fetch. */
static int
start(void **state)
{
	static const struct conf_site site;

	(void)state;
	memset(&u, 0, sizeof(u));
	base = event_base_new();
	u.ops = &ops;
	u.source = -1;
	u.deadline = evtimer_new(base, ignore, NULL);
	u.render.ops = &update_render_ops;
	u.render.owner = &u;
	u.remote.git.ready = 1;
	u.has_commit = 1;
	u.local = 1;
	schedule_init(&u.schedule, &site, base);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	event_free(u.deadline);
	event_free(u.schedule.poll);
	event_free(u.schedule.hook);
	event_free(u.schedule.retry);
	event_free(u.schedule.change);
	event_base_free(base);
	return 0;
}

static void
run_render(void)
{
	u.render.pid = fork();
	assert_int_not_equal(u.render.pid, -1);
	if (u.render.pid == 0)
		for (;;)
			pause();
}

static void
render_says(enum msg_type type, const char *text)
{
	static struct ipc_msg m;

	m.type = type;
	m.len = strlen(text);
	memcpy(m.data, text, m.len + 1);
	u.render.ops->message(&u.render, &m);
}

static void
render_has_ended(void)
{
	int status;

	assert_int_equal(waitpid(u.render.pid, &status, 0), u.render.pid);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	u.render.pid = 0;
	u.render.ops->gone(&u.render, status);
}

static void
expect_another_local_one(void)
{
	assert_int_equal(u.state, FETCHING);
	assert_true(u.local);
	assert_false(u.due);
}

static void
once_more_from_a_full_source(void **state)
{
	(void)state;
	run_render();
	u.state = RENDERING;
	render_says(MSG_FAILED, "bytes are missing");
	assert_int_equal(u.state, IDLE); /* its process is in the way */
	render_has_ended();
	expect_another_local_one();
	assert_true(u.source_full);
}

static void
due_while_polished_pages_are_shown(void **state)
{
	(void)state;
	u.state = SHOWING;
	u.polished = 1;
	update_begin_local(&u);
	assert_int_equal(u.state, SHOWING);
	update_shown(&u, 0);
	expect_another_local_one();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(once_more_from_a_full_source, start,
					    end),
	    cmocka_unit_test_setup_teardown(due_while_polished_pages_are_shown,
					    start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
