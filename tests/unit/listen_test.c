/* SPDX-License-Identifier: ISC */
/* Listening sockets: which there are, and who gets them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <sys/socket.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/listen.h"

static const char *
configure(struct conf *conf, const char *port, uint32_t processes)
{
	memset(conf, 0, sizeof(*conf));
	conf->processes = processes;
	conf->nlisten = 1;
	snprintf(conf->listen[0].host, sizeof(conf->listen[0].host),
		 "127.0.0.1");
	snprintf(conf->listen[0].port, sizeof(conf->listen[0].port), "%s",
		 port);
	snprintf(conf->listen[0].text, sizeof(conf->listen[0].text),
		 "127.0.0.1:%s", port);
	return conf->listen[0].text;
}

static unsigned
port_of(int fd)
{
	struct sockaddr_in in;
	socklen_t len = sizeof(in);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	return ntohs(in.sin_port);
}

static int
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

static void
every_socket_is_somebodys(void **state)
{
	(void)state;
	for (unsigned have = 1; have <= 9; have++) {
		for (unsigned n = 1; n <= 9; n++) {
			struct listener l = {.n = have};
			unsigned holders[9] = {0};

			for (unsigned k = 0; k < have; k++)
				l.fd[k] = (int)k;
			for (unsigned i = 0; i < n; i++) {
				int fds[PROCESSES_MAX];
				unsigned got = listener_share(&l, i, n, fds);

				assert_true(got >= 1);
				assert_true(got <= (have + n - 1) / n);
				while (got > 0)
					holders[fds[--got]]++;
			}
			for (unsigned k = 0; k < have; k++) {
				assert_true(holders[k] >= 1);
				assert_true(n > have || holders[k] == 1);
			}
		}
	}
}

static void
one_socket_for_each_process(void **state)
{
	static struct conf conf;
	static struct listeners l;
	struct err err;

	(void)state;
	configure(&conf, "0", 3);
	assert_int_equal(listeners_open(&l, &conf, NULL, &err), 0);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.at[0].n, 3);
	assert_int_equal(listeners_count(&l), 3);
	for (unsigned k = 1; k < 3; k++) {
		assert_int_equal(port_of(l.at[0].fd[k]),
				 port_of(l.at[0].fd[0]));
		assert_int_not_equal(l.at[0].fd[k], l.at[0].fd[0]);
	}
	listeners_close(&l, NULL);
}

static void
a_second_user_of_an_address_is_refused(void **state)
{
	static struct listeners l, other;
	static struct conf conf;
	struct err err;
	char port[8];

	(void)state;
	for (uint32_t n = 1; n <= 3; n += 2) {
		configure(&conf, "0", n);
		assert_int_equal(listeners_open(&l, &conf, NULL, &err), 0);
		snprintf(port, sizeof(port), "%u", port_of(l.at[0].fd[0]));
		for (uint32_t m = 1; m <= 3; m += 2) {
			configure(&conf, port, m);
			assert_int_equal(
			    listeners_open(&other, &conf, NULL, &err), -1);
			assert_non_null(strstr(err.text, "in use"));
			assert_int_equal(other.n, 0);
		}
		listeners_close(&l, NULL);
	}
}

/* As a reload does it: more processes, then fewer. */
static void
sockets_are_taken_over(void **state)
{
	static struct listeners l, more, fewer;
	static struct conf conf;
	struct err err;

	(void)state;
	configure(&conf, "0", 1);
	assert_int_equal(listeners_open(&l, &conf, NULL, &err), 0);
	configure(&conf, "0", 3);
	assert_int_equal(listeners_open(&more, &conf, &l, &err), 0);
	assert_int_equal(more.at[0].n, 3);
	assert_int_equal(more.at[0].fd[0], l.at[0].fd[0]);
	assert_int_equal(port_of(more.at[0].fd[2]), port_of(l.at[0].fd[0]));
	configure(&conf, "0", 2);
	assert_int_equal(listeners_open(&fewer, &conf, &more, &err), 0);
	assert_int_equal(fewer.at[0].n, 3);
	listeners_close(&l, &fewer);
	listeners_close(&more, &fewer);
	for (unsigned k = 0; k < 3; k++)
		assert_true(is_open(fewer.at[0].fd[k]));
	listeners_close(&fewer, NULL);
}

/* A reload that fails closes what it bound, and nothing else. */
static void
only_new_sockets_are_closed(void **state)
{
	static struct listeners l, more;
	static struct conf conf;
	struct err err;
	int added[2];

	(void)state;
	configure(&conf, "0", 1);
	assert_int_equal(listeners_open(&l, &conf, NULL, &err), 0);
	configure(&conf, "0", 3);
	assert_int_equal(listeners_open(&more, &conf, &l, &err), 0);
	memcpy(added, more.at[0].fd + 1, sizeof(added));
	listeners_close(&more, &l);
	assert_false(is_open(added[0]));
	assert_false(is_open(added[1]));
	assert_true(is_open(l.at[0].fd[0]));
	listeners_close(&l, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_socket_is_somebodys),
	    cmocka_unit_test(one_socket_for_each_process),
	    cmocka_unit_test(a_second_user_of_an_address_is_refused),
	    cmocka_unit_test(sockets_are_taken_over),
	    cmocka_unit_test(only_new_sockets_are_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
