/* SPDX-License-Identifier: ISC */
/* Neither a dial that talks without end nor a git that does not listen stops
 * the parent between them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/dialport.h"

#define MANY	  5000 /* messages, more than a channel has room for */
#define HANGING_S 120  /* then the test is ended by a signal */

static char directory[] = "/tmp/blogd-dialport-XXXXXX";
static struct event_base *base;
static struct dialport port;
static struct ipc git, dial;
static int listener, channel;

static void
listen_at(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	memcpy(sun.sun_path, path, strlen(path) + 1);
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_not_equal(listener, -1);
	assert_int_equal(
	    bind(listener, (const struct sockaddr *)&sun, sizeof(sun)), 0);
	assert_int_equal(listen(listener, 4), 0);
}

static int
start(void **state)
{
	char path[64];
	int pair[2];

	(void)state;
	alarm(HANGING_S);
	base = event_base_new();
	assert_int_equal(ipc_pair(pair), 0);
	git = (struct ipc){pair[0], ROLE_GIT, ROLE_DIAL};
	channel = pair[1];
	dial.fd = -1;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/dial", directory);
	listen_at(path);
	dialport_init(&port, base);
	dialport_start(&port, channel, path);
	return 0;
}

static int
end(void **state)
{
	char path[64];

	(void)state;
	dialport_stop(&port);
	event_base_free(base);
	close(git.fd);
	close(channel);
	close(listener);
	if (dial.fd != -1)
		close(dial.fd);
	snprintf(path, sizeof(path), "%s/dial", directory);
	unlink(path);
	rmdir(directory);
	memcpy(strchr(directory, '\0') - 6, "XXXXXX", 6);
	return 0;
}

static void
turn(void)
{
	event_base_loop(base, EVLOOP_NONBLOCK);
}

static void
ask(uint64_t sequence)
{
	struct msg_connect q = {.sequence = sequence};

	assert_int_equal(
	    ipc_send_nowait(&git, MSG_CONNECT, &q, sizeof(q), NULL, 0), 0);
	turn();
}

static void
answer_call(void)
{
	dial = (struct ipc){accept(listener, NULL, NULL), ROLE_DIAL, ROLE_GIT};
	assert_int_not_equal(dial.fd, -1);
}

static uint64_t
asked(void)
{
	static struct ipc_msg m;
	struct msg_connect q;

	assert_int_equal(ipc_recv_nowait(&dial, &m), 1);
	assert_int_equal(m.type, MSG_CONNECT);
	memcpy(&q, m.data, sizeof(q));
	return q.sequence;
}

/* How many answers have come for git; the last is in *last. */
static unsigned
answers(char last[IPC_DATA_MAX + 1])
{
	static struct ipc_msg m;
	unsigned n = 0;

	for (; ipc_recv_nowait(&git, &m) == 1; n++) {
		assert_int_equal(m.type, MSG_FAILED);
		memcpy(last, m.data, m.len + 1);
	}
	assert_int_equal(errno, EAGAIN);
	return n;
}

static void
passes_on_and_back(void **state)
{
	char last[IPC_DATA_MAX + 1];

	(void)state;
	ask(7);
	answer_call();
	assert_int_equal(asked(), 7);
	assert_int_equal(ipc_send_text(&dial, MSG_FAILED, "no route"), 0);
	turn();
	assert_int_equal(answers(last), 1);
	assert_string_equal(last, "no route");
}

static void
dial_talks_without_end(void **state)
{
	char last[IPC_DATA_MAX + 1];

	(void)state;
	ask(1);
	answer_call();
	for (int i = 0; i < MANY; i++) {
		ipc_send_nowait(&dial, MSG_FAILED, "no", 2, NULL, 0);
		turn();
	}
	assert_in_range(answers(last), 1, MANY - 1);
	ask(2);
	assert_int_equal(asked(), 1);
	assert_int_equal(asked(), 2);
	ipc_send_text(&dial, MSG_FAILED, "not now");
	turn();
	assert_int_equal(answers(last), 1);
	assert_string_equal(last, "not now");
}

static void
git_does_not_listen(void **state)
{
	char last[IPC_DATA_MAX + 1];

	(void)state;
	close(listener);
	for (int i = 0; i < MANY; i++)
		ask((uint64_t)i);
	assert_in_range(answers(last), 1, MANY - 1);
	assert_non_null(strstr(last, "cannot reach dial"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(passes_on_and_back, start, end),
	    cmocka_unit_test_setup_teardown(dial_talks_without_end, start, end),
	    cmocka_unit_test_setup_teardown(git_does_not_listen, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
