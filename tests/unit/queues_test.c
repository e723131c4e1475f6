/* SPDX-License-Identifier: ISC */
/* Who accepts for whom: the messages that serve processes get. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "../../daemon/queues.h"

#define N 3

static struct event_base *base;
static struct listeners sockets;
static struct queues queues;
static struct child child[N];
static struct ipc serve[N]; /* the other ends */

/* A process that does nothing: should a message not go out, it is killed. */
static pid_t
idle_process(void)
{
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		pause();
		_exit(0);
	}
	return pid;
}

static int
set_up(void **state)
{
	(void)state;
	base = event_base_new();
	assert_non_null(base);
	/* One address with a socket for each, one (TLS) that all share. */
	sockets.n = 2;
	sockets.at[0].n = N;
	sockets.at[1] = (struct listener){.n = 1, .address.tls = 1};
	for (unsigned k = 0; k < N; k++)
		sockets.at[0].fd[k] = dup(STDIN_FILENO);
	sockets.at[1].fd[0] = dup(STDIN_FILENO);
	queues_init(&queues, &sockets, N, base);
	for (unsigned i = 0; i < N; i++) {
		int fds[2];

		assert_int_equal(ipc_pair(fds), 0);
		child[i] = (struct child){
		    .role = ROLE_SERVE,
		    .pid = idle_process(),
		    .ready = 1,
		    .control = {fds[0], ROLE_PARENT, ROLE_SERVE}};
		serve[i] = (struct ipc){fds[1], ROLE_SERVE, ROLE_PARENT};
		queues.owner[i].child = &child[i];
	}
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N; i++) {
		kill(child[i].pid, SIGKILL);
		waitpid(child[i].pid, NULL, 0);
		close(child[i].control.fd);
		close(serve[i].fd);
	}
	listeners_close(&sockets, NULL);
	queues_free(&queues);
	event_base_free(base);
	return 0;
}

/* The next message to process i must be this one. */
static void
expect(unsigned i, enum msg_type type, uint32_t owner)
{
	static struct ipc_msg m;

	assert_int_equal(ipc_recv_nowait(&serve[i], &m), 1);
	assert_int_equal(m.type, type);
	if (type == MSG_ADOPT) {
		const struct msg_adopt *adopt = (const void *)m.data;

		assert_int_equal(adopt->owner, owner);
		assert_int_equal(adopt->slot, SLOT_LISTEN_PLAIN);
		assert_int_equal(m.nfds, 1);
	} else if (type == MSG_DISOWN) {
		const struct msg_disown *disown = (const void *)m.data;

		assert_int_equal(disown->owner, owner);
	}
	while (m.nfds > 0)
		close(m.fds[--m.nfds]);
}

static void
expect_silence(void)
{
	static struct ipc_msg m;

	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(ipc_recv_nowait(&serve[i], &m), -1);
		assert_int_equal(errno, EAGAIN);
	}
}

static void
at_start_each_gets_its_sockets(void **state)
{
	static struct ipc_msg m;

	(void)state;
	for (unsigned i = 0; i < N; i++) {
		queues_give(&queues, i);
		for (unsigned k = 0; k < sockets.n; k++) {
			const struct msg_give *give = (const void *)m.data;

			assert_int_equal(ipc_recv_nowait(&serve[i], &m), 1);
			assert_int_equal(m.type, MSG_GIVE);
			assert_int_equal(give->slot, k == 0 ? SLOT_LISTEN_PLAIN
							    : SLOT_LISTEN_TLS);
			assert_int_equal(m.nfds, 1);
			close(m.fds[0]);
		}
	}
	expect_silence();
}

static void
nothing_happens_while_all_work(void **state)
{
	(void)state;
	queues_mind(&queues);
	expect_silence();
}

static void
an_heir_comes_and_goes(void **state)
{
	(void)state;
	child[1].ready = 0;
	queues_mind(&queues);
	expect(2, MSG_ADOPT, 1);
	queues_mind(&queues); /* once */
	expect_silence();
	child[1].ready = 1;
	queues_mind(&queues);
	expect(2, MSG_DISOWN, 1);
	queues_mind(&queues);
	expect_silence();
}

static void
an_heir_that_ends_is_replaced(void **state)
{
	(void)state;
	child[1].ready = 0;
	queues_mind(&queues);
	expect(2, MSG_ADOPT, 1);
	child[2].ready = 0;
	queues_mind(&queues);
	expect(2, MSG_DISOWN, 1);
	expect(0, MSG_ADOPT, 1);
	expect(0, MSG_ADOPT, 2);
	expect_silence();
}

static void
the_first_that_works_again_inherits(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N; i++)
		child[i].ready = 0;
	queues_mind(&queues);
	expect_silence();
	child[2].ready = 1;
	queues_mind(&queues);
	expect(2, MSG_ADOPT, 0);
	expect(2, MSG_ADOPT, 1);
	expect_silence();
}

static void
sets_the_clock_forward(unsigned ticks)
{
	while (ticks-- > 0)
		event_active(queues.watch, EV_TIMEOUT, 0);
	event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static void
a_stuck_one_is_stood_in_for(void **state)
{
	(void)state;
	queues_start(&queues);
	sets_the_clock_forward(1);
	for (unsigned i = 0; i < N; i++)
		expect(i, MSG_PING, 0);
	queues_pong(&queues, 0);
	queues_pong(&queues, 2);
	expect_silence();
	sets_the_clock_forward(1);
	expect(0, MSG_PING, 0);
	expect(2, MSG_PING, 0);
	expect(2, MSG_ADOPT, 1);
	queues_pong(&queues, 0);
	queues_pong(&queues, 2);
	sets_the_clock_forward(1); /* it is not asked a second time */
	expect(0, MSG_PING, 0);
	expect(2, MSG_PING, 0);
	expect_silence();
	queues_pong(&queues, 1);
	expect(2, MSG_DISOWN, 1);
	expect_silence();
	queues_stop(&queues);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(at_start_each_gets_its_sockets),
	    TEST(nothing_happens_while_all_work),
	    TEST(an_heir_comes_and_goes),
	    TEST(an_heir_that_ends_is_replaced),
	    TEST(the_first_that_works_again_inherits),
	    TEST(a_stuck_one_is_stood_in_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
