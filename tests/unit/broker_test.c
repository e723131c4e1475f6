/* SPDX-License-Identifier: ISC */
/* What the broker does for a parent, and what it refuses to one that has been
 * taken over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/broker.h"

static char directory[] = "/tmp/blogd-broker-XXXXXX";

static const char *
in_directory(const char *name)
{
	static char path[4][256];
	static unsigned next;
	char *p = path[next++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", directory, name);
	return p;
}

static void
write_file(const char *name)
{
	int fd = open(in_directory(name), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	assert_int_not_equal(fd, -1);
	close(fd);
}

static struct msg_ask
ask(enum ask what, uint32_t number, const char *text)
{
	struct msg_ask q = {.what = what, .number = {number}};

	snprintf(q.text, sizeof(q.text), "%s", text);
	return q;
}

/* The errno of the answer; 0 when it was done.  *n: addresses. */
static int
does(const struct msg_ask *q, uint32_t *n)
{
	struct msg_answer a;
	int fd = broker_do(q, NULL, 0, &a);

	if (fd != -1)
		close(fd);
	if (n != NULL)
		*n = a.n;
	assert_true(fd == -1 || a.error == 0);
	return a.error;
}

static int
opens(enum broker_file how, const char *path)
{
	struct msg_ask q = ask(ASK_OPEN, how, path);

	return does(&q, NULL);
}

static uint32_t
resolves(const char *host, const char *port)
{
	struct msg_ask q = ask(ASK_RESOLVE, 0, host);
	uint32_t n;

	snprintf(q.port, sizeof(q.port), "%s", port);
	does(&q, &n);
	return n;
}

static int
listens(const char *address, uint16_t port, uint32_t len)
{
	struct msg_ask q = ask(ASK_LISTEN, 0, "");
	struct sockaddr_in *in = (void *)&q.address.to;

	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	inet_pton(AF_INET, address, &in->sin_addr);
	q.address.len = len;
	return does(&q, NULL);
}

/* ------------------------------------------------------------------ tests --
 */

static void
opens_what_the_configuration_names(void **state)
{
	(void)state;
	assert_int_equal(opens(BROKER_READ, in_directory("key")), 0);
	assert_int_equal(opens(BROKER_READ, in_directory("certificate")), 0);
	assert_int_equal(opens(BROKER_DIRECTORY, directory), 0);
	assert_int_equal(opens(BROKER_READ, in_directory("password")), ENOENT);
}

static void
opens_no_other_file(void **state)
{
	char longest[ASK_TEXT_MAX];

	(void)state;
	assert_int_equal(opens(BROKER_READ, in_directory("other")), EPERM);
	assert_int_equal(opens(BROKER_READ, "/etc/passwd"), EPERM);
	assert_int_equal(opens(BROKER_READ, ""), EPERM);
	assert_int_equal(opens(BROKER_APPEND, in_directory("other")), EPERM);
	assert_int_equal(opens(BROKER_CA, "/etc/passwd"), EPERM);
	assert_int_equal(opens(99, "/etc/passwd"), EPERM);
	/* Nor the same one by another name, or what it begins with. */
	snprintf(longest, sizeof(longest), "%s/./key", directory);
	assert_int_equal(opens(BROKER_READ, longest), EPERM);
	snprintf(longest, sizeof(longest), "%s/key/", directory);
	assert_int_equal(opens(BROKER_READ, longest), EPERM);
}

static void
writes_to_the_access_log_alone(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(opens(BROKER_APPEND, in_directory("key")), EPERM);
	assert_int_equal(opens(BROKER_APPEND, in_directory("control")), EPERM);
	assert_int_equal(opens(BROKER_APPEND, in_directory("log")), 0);
	assert_int_equal(opens(BROKER_READ, in_directory("log")), EPERM);
	/* Where a link or a pipe has come into its place. */
	assert_int_equal(unlink(in_directory("log")), 0);
	assert_int_equal(symlink(in_directory("key"), in_directory("log")), 0);
	assert_int_equal(opens(BROKER_APPEND, in_directory("log")), ELOOP);
	assert_int_equal(unlink(in_directory("log")), 0);
	assert_int_equal(mkfifo(in_directory("log"), 0600), 0);
	fds[0] = open(in_directory("log"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_int_equal(opens(BROKER_APPEND, in_directory("log")), EOPNOTSUPP);
	close(fds[0]);
	assert_int_equal(unlink(in_directory("log")), 0);
}

static void
binds_what_the_configuration_names(void **state)
{
	(void)state;
	assert_int_equal(resolves("127.0.0.1", "0"), 1);
	assert_int_equal(listens("127.0.0.1", 0, sizeof(struct sockaddr_in)),
			 0);
}

static void
binds_nothing_else(void **state)
{
	socklen_t len = sizeof(struct sockaddr_in);

	(void)state;
	assert_int_equal(resolves("127.0.0.2", "0"), 0);
	assert_int_equal(resolves("127.0.0.1", "8080"), 0);
	assert_int_equal(resolves("*", "0"), 0);
	assert_int_equal(resolves("127.0.0.1 0", ""), 0);
	assert_int_equal(listens("127.0.0.2", 0, len), EPERM);
	assert_int_equal(listens("0.0.0.0", 0, len), EPERM);
	assert_int_equal(listens("127.0.0.1", 0, UINT32_MAX), EPERM);
	/* Nor another port of the same address. */
	assert_int_equal(resolves("127.0.0.3", "8080"), 1);
	assert_int_equal(listens("127.0.0.3", 8081, len), EPERM);
	assert_int_equal(listens("127.0.0.3", 0, len), EPERM);
}

static void
unix_sockets_of_the_configuration_alone(void **state)
{
	struct msg_ask q = ask(ASK_LISTEN_UNIX, 0600, in_directory("control"));
	struct msg_answer a;
	struct stat st;
	int fd;

	(void)state;
	q.number[1] = 4;
	fd = broker_do(&q, NULL, 0, &a);
	assert_int_not_equal(fd, -1);
	close(fd);
	q = ask(ASK_LISTEN_UNIX, 0600, in_directory("another"));
	assert_int_equal(does(&q, NULL), EPERM);
	q = ask(ASK_LISTEN_UNIX, 0600, in_directory("password"));
	assert_int_equal(does(&q, NULL), EPERM);

	/* No file is removed that is named for something else, even by who can
	 * tell its number, nor one by another name. */
	assert_int_equal(stat(in_directory("key"), &st), 0);
	q = ask(ASK_UNLISTEN_UNIX, 0, in_directory("key"));
	q.file = (struct unix_file){st.st_dev, st.st_ino};
	does(&q, NULL);
	assert_int_equal(stat(in_directory("key"), &st), 0);
	q.file = (struct unix_file){st.st_dev, st.st_ino};
	snprintf(q.text, sizeof(q.text), "%s/./key", directory);
	does(&q, NULL);
	assert_int_equal(stat(in_directory("key"), &st), 0);

	q = ask(ASK_UNLISTEN_UNIX, 0, in_directory("control"));
	q.file = a.file;
	does(&q, NULL);
	assert_int_equal(stat(in_directory("control"), &st), -1);
}

static void
one_syslog_server_alone(void **state)
{
	struct msg_ask q = ask(ASK_SYSLOG_SERVER, 0, "127.0.0.1:5514");

	(void)state;
	assert_int_equal(does(&q, NULL), 0);
	q = ask(ASK_SYSLOG_SERVER, 0, "127.0.0.1:5515");
	assert_int_equal(does(&q, NULL), EPERM);
	q = ask(ASK_SYSLOG_SERVER, 0, "127.0.0.1 0");
	assert_int_equal(does(&q, NULL), EPERM);
}

static void
refuses_nonsense(void **state)
{
	struct msg_ask q;
	struct msg_answer a;
	int fds[2] = {0, 1};

	(void)state;
	for (uint32_t what = ASK_SYSLOG + 1; what < ASK_SYSLOG + 40; what++) {
		q = ask(what, 0, in_directory("key"));
		assert_int_not_equal(does(&q, NULL), 0);
	}
	q = ask(ASK_OPEN, BROKER_READ, "");
	memset(q.text, 'a', sizeof(q.text));
	assert_int_equal(does(&q, NULL), EINVAL);
	q = ask(ASK_RESOLVE, 0, "127.0.0.1");
	memset(q.port, '0', sizeof(q.port));
	assert_int_equal(does(&q, NULL), EINVAL);
	/* No process without its channels, nor one that there is already. */
	q = ask(ASK_SPAWN, ROLE_SERVE, "");
	assert_int_equal(does(&q, NULL), EINVAL);
	for (enum role r = 0; r < ROLE__MAX + 3; r++) {
		if (r != ROLE_PARENT && r != ROLE_BROKER && r < ROLE__MAX)
			continue;
		q = ask(ASK_SPAWN, r, "");
		broker_do(&q, fds, 2, &a);
		assert_int_equal(a.error, EINVAL);
	}
}

/* ------------------------------------------------------------- the whole -- */

static void
configure(struct conf *conf)
{
	struct conf_listen *l = conf->listen;

	snprintf(l->host, sizeof(l->host), "127.0.0.1");
	snprintf(l->port, sizeof(l->port), "0");
	snprintf(l[1].host, sizeof(l[1].host), "127.0.0.3");
	snprintf(l[1].port, sizeof(l[1].port), "8080");
	conf->nlisten = 2;
	conf->access.to = ACCESS_FILE;
	snprintf(conf->access.path, PATH_LEN, "%s", in_directory("log"));
	snprintf(conf->control, sizeof(conf->control), "%s",
		 in_directory("control"));
	snprintf(conf->site.password, PATH_LEN, "%s", in_directory("password"));
	snprintf(conf->site.cert[0].key, PATH_LEN, "%s", in_directory("key"));
	snprintf(conf->site.cert[0].certificate, PATH_LEN, "%s",
		 in_directory("certificate"));
	snprintf(conf->syslog, sizeof(conf->syslog), "127.0.0.1:5514");
	conf->site.ncerts = 1;
	conf->site.git.transport = GIT_LOCAL;
	snprintf(conf->site.git.path, sizeof(conf->site.git.path), "%s",
		 directory);
}

static int
set_up(void **state)
{
	static struct conf conf;

	(void)state;
	if (mkdtemp(directory) == NULL)
		return -1;
	write_file("key");
	write_file("certificate");
	write_file("other");
	configure(&conf);
	broker_learn(&conf);
	broker_confine();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(in_directory("key"));
	unlink(in_directory("certificate"));
	unlink(in_directory("other"));
	return rmdir(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(opens_what_the_configuration_names),
	    cmocka_unit_test(opens_no_other_file),
	    cmocka_unit_test(writes_to_the_access_log_alone),
	    cmocka_unit_test(binds_what_the_configuration_names),
	    cmocka_unit_test(binds_nothing_else),
	    cmocka_unit_test(unix_sockets_of_the_configuration_alone),
	    cmocka_unit_test(one_syslog_server_alone),
	    cmocka_unit_test(refuses_nonsense),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
