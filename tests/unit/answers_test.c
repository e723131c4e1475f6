/* SPDX-License-Identifier: ISC */
/* serve's answers to a parent that does not read for a while: none is lost, and
 * nothing waits for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/answers.h"

static struct event_base *base;
static struct ipc serve, parent;
static struct event questions;
static struct answers answers;

static void
on_question(evutil_socket_t fd, short what, void *arg)
{
	static struct ipc_msg m;

	(void)fd, (void)what, (void)arg;
	assert_int_equal(ipc_recv_nowait(&serve, &m), 1);
	answers_send(&answers, MSG_PONG, "");
}

static int
start(void **state)
{
	int pair[2];

	(void)state;
	base = event_base_new();
	assert_int_equal(ipc_pair(pair), 0);
	parent = (struct ipc){pair[0], ROLE_PARENT, ROLE_SERVE};
	serve = (struct ipc){pair[1], ROLE_SERVE, ROLE_PARENT};
	evutil_make_socket_nonblocking(serve.fd);
	event_assign(&questions, base, serve.fd, EV_READ | EV_PERSIST,
		     on_question, NULL);
	event_add(&questions, NULL);
	answers_init(&answers, base, &serve, &questions);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	event_del(&questions);
	event_del(&answers.room);
	event_base_free(base);
	close(serve.fd);
	close(parent.fd);
	return 0;
}

/* As many as there is room for. */
static unsigned
fill(void)
{
	unsigned n = 0;

	while (ipc_send(&serve, MSG_HOOK, NULL, 0, NULL, 0) == 0)
		n++;
	assert_int_equal(errno, EAGAIN);
	return n;
}

static void
turn(void)
{
	event_base_loop(base, EVLOOP_NONBLOCK);
}

static enum msg_type
next(const char **text)
{
	static struct ipc_msg m;

	assert_int_equal(ipc_recv_nowait(&parent, &m), 1);
	*text = m.data;
	return m.type;
}

static void
expect_hooks(unsigned n)
{
	const char *text;

	while (n-- > 0)
		assert_int_equal(next(&text), MSG_HOOK);
}

static void
nothing_follows(void)
{
	struct ipc_msg m;

	assert_int_equal(ipc_recv_nowait(&parent, &m), -1);
	assert_int_equal(errno, EAGAIN);
}

static void
answers_at_once(void **state)
{
	const char *text;

	(void)state;
	answers_send(&answers, MSG_FAILED, "the snapshot is bad");
	assert_int_equal(next(&text), MSG_FAILED);
	assert_string_equal(text, "the snapshot is bad");
}

static void
waits_for_room(void **state)
{
	unsigned hooks = fill();
	const char *text;

	(void)state;
	answers_send(&answers, MSG_FAILED, "the snapshot is bad");
	turn();
	expect_hooks(hooks);
	nothing_follows();
	turn();
	assert_int_equal(next(&text), MSG_FAILED);
	assert_string_equal(text, "the snapshot is bad");
	nothing_follows();
}

static void
one_after_the_other(void **state)
{
	unsigned hooks = fill();
	const char *text;

	(void)state;
	answers_send(&answers, MSG_SWAPPED, "");
	ipc_send(&parent, MSG_PING, NULL, 0, NULL, 0);
	turn();
	expect_hooks(hooks);
	turn();
	turn();
	assert_int_equal(next(&text), MSG_SWAPPED);
	assert_int_equal(next(&text), MSG_PONG);
	nothing_follows();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(answers_at_once, start, end),
	    cmocka_unit_test_setup_teardown(waits_for_room, start, end),
	    cmocka_unit_test_setup_teardown(one_after_the_other, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
