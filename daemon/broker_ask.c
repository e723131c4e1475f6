/* SPDX-License-Identifier: ISC */
/* The parent's side: questions to the broker, one at a time. */
#include "broker.h"

#include <sys/mman.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../sandbox/sandbox.h"
#include "buf.h"
#include "child.h"
#include "log.h"
#include "memfd.h"

static struct child broker;
static int asking;

/* ------------------------------------------------------------- the asking --
 */

/* Nothing works without it, and there is no way to start another. */
static void __attribute__((noreturn)) lost(void)
{
	fatalx("the broker is gone, without which blogd cannot go on");
}

/* The answer's descriptor, or -1.  Its first message says that it is ready. */
static int
wait_for_answer(struct msg_answer *answer)
{
	static struct ipc_msg msg;

	do {
		if (ipc_recv(&broker.control, &msg) != 1)
			lost();
		child_told(&broker, &msg);
	} while (msg.type != MSG_ANSWER);
	memcpy(answer, msg.data, sizeof(*answer));
	return msg.nfds > 0 ? msg.fds[0] : -1;
}

static int
put(const struct msg_ask *question, const int *fds, unsigned nfds,
    struct msg_answer *answer)
{
	int fd;

	asking = 1;
	if (broker.pid == 0) {
		fd = broker_do(question, fds, nfds, answer);
	} else {
		if (ipc_send(&broker.control, MSG_ASK, question,
			     sizeof(*question), fds, nfds) == -1)
			lost();
		fd = wait_for_answer(answer);
	}
	asking = 0;
	if (answer->error != 0)
		errno = answer->error;
	return fd;
}

static struct msg_ask
question(enum ask what, uint32_t number, const char *text)
{
	struct msg_ask q = {.what = what, .number = {number}};

	snprintf(q.text, sizeof(q.text), "%s", text);
	return q;
}

/* ------------------------------------------------------- what is asked for --
 */

pid_t
broker_spawn(enum role role, int control, int lines)
{
	struct msg_ask q = question(ASK_SPAWN, role, "");
	int fds[2] = {control, lines};
	struct msg_answer a;

	put(&q, fds, 2, &a);
	return a.error == 0 ? a.pid : -1;
}

int
broker_open(enum broker_file how, const char *path)
{
	struct msg_ask q = question(ASK_OPEN, how, path);
	struct msg_answer a;

	return put(&q, NULL, 0, &a);
}

int
broker_resolve(const char *host, const char *port,
	       struct msg_address list[ADDRESSES_MAX], struct err *err)
{
	struct msg_ask q = question(ASK_RESOLVE, 0, host);
	struct msg_answer a;

	snprintf(q.port, sizeof(q.port), "%s", port);
	put(&q, NULL, 0, &a);
	if (a.n == 0 || a.n > ADDRESSES_MAX) {
		*err = a.err;
		return -1;
	}
	memcpy(list, a.address, a.n * sizeof(list[0]));
	return (int)a.n;
}

int
broker_listen(const struct msg_address *address, int sharing)
{
	struct msg_ask q = question(ASK_LISTEN, (uint32_t)sharing, "");
	struct msg_answer a;

	q.address = *address;
	return put(&q, NULL, 0, &a);
}

int
broker_listen_unix(const char *path, mode_t mode, int backlog,
		   struct unix_file *file, struct err *err)
{
	struct msg_ask q = question(ASK_LISTEN_UNIX, mode, path);
	struct msg_answer a;
	int fd;

	q.number[1] = (uint32_t)backlog;
	fd = put(&q, NULL, 0, &a);
	if (fd == -1)
		*err = a.err;
	else
		*file = a.file;
	return fd;
}

void
broker_unlisten_unix(const char *path, const struct unix_file *file)
{
	struct msg_ask q = question(ASK_UNLISTEN_UNIX, 0, path);
	struct msg_answer a;

	q.file = *file;
	put(&q, NULL, 0, &a);
}

int
broker_connect_dial(const char *path)
{
	struct msg_ask q = question(ASK_CONNECT_DIAL, 0, path);
	struct msg_answer a;

	return put(&q, NULL, 0, &a);
}

/* For a line that is logged while an answer is waited for. */
static int
ask_for_log(const struct msg_ask *question)
{
	struct msg_answer a;

	if (!asking)
		return put(question, NULL, 0, &a);
	errno = EBUSY;
	return -1;
}

int
broker_syslog(void)
{
	struct msg_ask q = question(ASK_SYSLOG, 0, "");

	return ask_for_log(&q);
}

int
broker_syslog_server(const char *address)
{
	struct msg_ask q = question(ASK_SYSLOG_SERVER, 0, address);

	return ask_for_log(&q);
}

/* ---------------------------------------------------------- configuration --
 */

static int
read_loaded(int fd, struct conf *conf, char **text, struct err *err)
{
	const struct broker_loaded *loaded;
	int problems;
	size_t size;

	if (memfd_check(fd, &size, err) == -1)
		return -1;
	loaded = memfd_map(fd, &size, err);
	if (loaded == NULL)
		return -1;
	if (size < sizeof(*loaded) || size - sizeof(*loaded) != loaded->len)
		fatalx("the broker's configuration has a wrong length");
	*conf = loaded->conf;
	*text = xcalloc(1, (size_t)loaded->len + 1);
	memcpy(*text, (const char *)loaded + sizeof(*loaded), loaded->len);
	problems = loaded->problems;
	munmap((void *)(uintptr_t)loaded, size);
	return problems;
}

int
broker_load(struct conf *conf, char **text, struct err *err)
{
	struct msg_ask q = question(ASK_CONFIGURATION, 0, "");
	struct msg_answer a;
	int fd = put(&q, NULL, 0, &a), n;

	if (fd == -1) {
		*err = a.err;
		return -1;
	}
	n = read_loaded(fd, conf, text, err);
	close(fd);
	return n;
}

/* ------------------------------------------------------------ its life -- */

#ifdef __linux__
static void
on_message(struct child *c, struct ipc_msg *msg)
{
	(void)c, (void)msg;
}

static void
on_gone(struct child *c, int status)
{
	(void)c, (void)status;
	lost();
}

static const struct child_ops ops = {on_message, on_gone};
#endif

int
broker_start(const struct conf_options *opt, const struct conf *conf,
	     struct err *err)
{
	broker_options(opt);
	broker_learn(conf);
#ifdef __linux__
	broker.ops = &ops;
	return child_start_function(&broker, ROLE_BROKER, broker_main, err);
#else
	(void)err;
	return 0;
#endif
}
