/* SPDX-License-Identifier: ISC */
/* The protocol between the processes: what may pass and what may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/ipc.h"
#include "../../daemon/settings.h"

struct pair {
	struct ipc a, b;
};

static struct pair
pair_of(enum role a, enum role b)
{
	int fds[2];

	assert_int_equal(ipc_pair(fds), 0);
	return (struct pair){{fds[0], a, b}, {fds[1], b, a}};
}

static void
close_pair(struct pair *p)
{
	close(p->a.fd);
	close(p->b.fd);
}

static struct ipc_msg msg;

static void
passes_a_message_with_its_descriptor(void **state)
{
	struct pair p = pair_of(ROLE_PARENT, ROLE_GIT);
	struct msg_give give = {.slot = SLOT_CA};
	int fd = open("/dev/null", O_RDONLY);

	(void)state;
	assert_int_equal(ipc_send(&p.a, MSG_GIVE, &give, sizeof(give), &fd, 1),
			 0);
	assert_int_equal(ipc_recv(&p.b, &msg), 1);
	assert_int_equal(msg.type, MSG_GIVE);
	assert_int_equal(msg.len, sizeof(give));
	assert_int_equal(msg.nfds, 1);
	assert_true(fcntl(msg.fds[0], F_GETFD) & FD_CLOEXEC);
	close(msg.fds[0]);
	close(fd);
	close_pair(&p);
}

/* Sends what ipc_send would refuse to send. */
static void
send_raw(int to, const void *data, size_t len, int fd, int copies)
{
	struct iovec iov = {(void *)(uintptr_t)data, len};
	union {
		char space[CMSG_SPACE(64 * sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};

	if (copies > 0) {
		struct cmsghdr *cm;

		mh.msg_control = control.space;
		mh.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)copies);
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)copies);
		for (int i = 0; i < copies; i++)
			memcpy(CMSG_DATA(cm) + (size_t)i * sizeof(int), &fd,
			       sizeof(fd));
	}
	assert_int_equal(sendmsg(to, &mh, 0), (ssize_t)len);
}

static void
expect_refused(enum role from, enum role to, uint32_t type, size_t len, int fds)
{
	static char data[IPC_DATA_MAX + 4096];
	struct pair p = pair_of(from, to);
	int before = dup(0), after;

	memcpy(data, &type, sizeof(type));
	close(before);
	send_raw(p.a.fd, data, sizeof(type) + len, STDIN_FILENO, fds);
	errno = 0;
	assert_int_equal(ipc_recv(&p.b, &msg), -1);
	assert_int_equal(errno, EPROTO);
	after = dup(0); /* the descriptors that came were closed again */
	assert_int_equal(before, after);
	close(after);
	close_pair(&p);
}

static void
refuses_what_the_table_does_not_allow(void **state)
{
	(void)state;
	/* unknown types, also far out of the table */
	expect_refused(ROLE_GIT, ROLE_PARENT, MSG__MAX, 0, 0);
	expect_refused(ROLE_GIT, ROLE_PARENT, UINT32_MAX, 0, 0);
	/* the wrong sender */
	expect_refused(ROLE_SERVE, ROLE_PARENT, MSG_SOURCE,
		       sizeof(struct msg_source), 1);
	expect_refused(ROLE_GIT, ROLE_PARENT, MSG_HOOK, 0, 0);
	expect_refused(ROLE_SERVE, ROLE_PARENT, MSG_GIVE,
		       sizeof(struct msg_give), 1);
	expect_refused(ROLE_RENDER, ROLE_PARENT, MSG_SNAPSHOT, 0, 2);
	expect_refused(ROLE_SERVE, ROLE_PARENT, MSG_DISTRUST,
		       sizeof(struct msg_distrust), 0);
	expect_refused(ROLE_SERVE, ROLE_PARENT, MSG_PROBLEM, 20, 0);
	/* the wrong length */
	expect_refused(ROLE_RENDER, ROLE_PARENT, MSG_PROBLEM, 4, 0);
	expect_refused(ROLE_RENDER, ROLE_PARENT, MSG_PROBLEM,
		       sizeof(struct msg_problem) + 1, 0);
	expect_refused(ROLE_SERVE, ROLE_KEYS, MSG_SIGN,
		       sizeof(struct msg_sign) - 1, 0);
	expect_refused(ROLE_SERVE, ROLE_KEYS, MSG_SIGN,
		       sizeof(struct msg_sign) + 1, 0);
	expect_refused(ROLE_GIT, ROLE_PARENT, MSG_SOURCE, 0, 1);
	expect_refused(ROLE_PARENT, ROLE_GIT, MSG_START, IPC_DATA_MAX + 1, 0);
	expect_refused(ROLE_GIT, ROLE_PARENT, MSG_FAILED, 1025, 0);
	/* the wrong number of descriptors */
	expect_refused(ROLE_GIT, ROLE_PARENT, MSG_SOURCE,
		       sizeof(struct msg_source), 0);
	expect_refused(ROLE_GIT, ROLE_PARENT, MSG_SOURCE,
		       sizeof(struct msg_source), 2);
	expect_refused(ROLE_SERVE, ROLE_PARENT, MSG_HOOK, 0, 1);
	/* from a sender that has none to give */
	expect_refused(ROLE_SERVE, ROLE_KEYS, MSG_SIGN, sizeof(struct msg_sign),
		       1);
	expect_refused(ROLE_RENDER, ROLE_PARENT, MSG_RENDERED,
		       sizeof(struct msg_rendered), 60);
}

static void
passes_a_problem_as_long_as_it_is(void **state)
{
	struct pair p = pair_of(ROLE_RENDER, ROLE_PARENT);
	const struct msg_problem *m = (const void *)msg.data;
	static char text[PROBLEM_TEXT_MAX + 2];

	(void)state;
	assert_int_equal(ipc_problem(&p.a, SEVERITY_WARNING, "a:1:1: b"), 0);
	assert_int_equal(ipc_recv(&p.b, &msg), 1);
	assert_int_equal(msg.type, MSG_PROBLEM);
	assert_int_equal(m->severity, SEVERITY_WARNING);
	assert_int_equal(msg.len, sizeof(m->severity) + 8);
	assert_memory_equal(m->text, "a:1:1: b", 8);
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(ipc_problem(&p.a, SEVERITY_ERROR, text), 0);
	assert_int_equal(ipc_recv(&p.b, &msg), 1);
	assert_int_equal(msg.len, sizeof(*m));
	close_pair(&p);
}

static void
refuses_a_packet_shorter_than_its_header(void **state)
{
	struct pair p = pair_of(ROLE_SERVE, ROLE_PARENT);

	(void)state;
	send_raw(p.a.fd, "ab", 2, -1, 0);
	assert_int_equal(ipc_recv(&p.b, &msg), -1);
	assert_int_equal(errno, EPROTO);
	close_pair(&p);
}

/* Who takes it for the end keeps what came with it all the same. */
static void
closes_what_comes_with_an_empty_packet(void **state)
{
	struct pair p = pair_of(ROLE_GIT, ROLE_PARENT);
	int before = dup(0), after;

	(void)state;
	close(before);
	send_raw(p.a.fd, "", 0, STDIN_FILENO, 3);
	assert_int_equal(ipc_recv(&p.b, &msg), 0);
	after = dup(0);
	assert_int_equal(before, after);
	close(after);
	close_pair(&p);
}

static void
tells_the_end_of_the_peer(void **state)
{
	struct pair p = pair_of(ROLE_SERVE, ROLE_PARENT);

	(void)state;
	assert_int_equal(ipc_recv_nowait(&p.b, &msg), -1);
	assert_int_equal(errno, EAGAIN);
	close(p.a.fd);
	assert_int_equal(ipc_recv(&p.b, &msg), 0);
	close(p.b.fd);
}

static void
cuts_and_terminates_texts(void **state)
{
	struct pair p = pair_of(ROLE_GIT, ROLE_PARENT);
	char text[3000];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(ipc_send_text(&p.a, MSG_FAILED, text), 0);
	assert_int_equal(ipc_recv(&p.b, &msg), 1);
	assert_int_equal(msg.len, 1024);
	assert_int_equal(strlen(msg.data), 1024);
	close_pair(&p);
}

/* In a child, because start_recv takes descriptor 3 and ends on trouble. */
static int
status_of_start(int fd, size_t settings_len)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		static char settings[IPC_DATA_MAX];
		static struct start s;

		close(STDERR_FILENO);
		dup2(fd, CONTROL_FD);
		start_recv(&s, ROLE_DIAL, settings, settings_len);
		_exit(s.n == 1 && start_fd(&s, SLOT_DIAL, 0) != -1 &&
			      start_fd(&s, SLOT_DIAL, 1) == -1 &&
			      settings[0] == 'd'
			  ? 42
			  : 43);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
starts_with_what_was_given(void **state)
{
	struct pair p = pair_of(ROLE_PARENT, ROLE_DIAL);
	struct msg_give give = {.slot = SLOT_DIAL};
	struct dial_settings set = {.host = "d"};
	int fd = STDIN_FILENO;

	(void)state;
	ipc_send(&p.a, MSG_GIVE, &give, sizeof(give), &fd, 1);
	ipc_send(&p.a, MSG_START, &set, sizeof(set), NULL, 0);
	assert_int_equal(status_of_start(p.b.fd, sizeof(set)), 42);
	ipc_send(&p.a, MSG_START, &set, sizeof(set), NULL, 0);
	assert_int_equal(status_of_start(p.b.fd, sizeof(set) + 1), 1);
	close(p.a.fd);
	assert_int_equal(status_of_start(p.b.fd, sizeof(set)), 0);
	close(p.b.fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(passes_a_message_with_its_descriptor),
	    cmocka_unit_test(refuses_what_the_table_does_not_allow),
	    cmocka_unit_test(passes_a_problem_as_long_as_it_is),
	    cmocka_unit_test(refuses_a_packet_shorter_than_its_header),
	    cmocka_unit_test(closes_what_comes_with_an_empty_packet),
	    cmocka_unit_test(tells_the_end_of_the_peer),
	    cmocka_unit_test(cuts_and_terminates_texts),
	    cmocka_unit_test(starts_with_what_was_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
