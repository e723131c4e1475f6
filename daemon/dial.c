/* SPDX-License-Identifier: ISC */
#include "../sandbox/demand.h"
#include "../sandbox/sandbox.h"
#include "activation.h"
#include "clock.h"
#include "err.h"
#include "ipc.h"
#include "log.h"
#include "notify.h"
#include "proc.h"
#include "settings.h"

#include <sys/socket.h>
#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * dial: resolves the one configured host, connects to the one configured port,
 * and hands the socket to git.  It parses what name servers send; it sees
 * nothing of what comes over the connection.  As a child of the parent it has a
 * channel to git; as "blogd --dial", a service of its own, a socket where the
 * other blogd asks (dialport.h).
 */
struct dial {
	struct dial_settings settings;
	struct ipc parent, git;
	uint64_t answered; /* the last question's number */
};

static int
resolve(const struct dial_settings *s, struct addrinfo **list, struct err *err)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC,
				 .ai_socktype = SOCK_STREAM,
				 .ai_protocol = IPPROTO_TCP,
				 .ai_flags = AI_NUMERICSERV};
	int rc = getaddrinfo(s->host, s->port, &hints, list);

	if (rc == 0)
		return 0;
	return err_set(err, "cannot resolve %s: %s", s->host,
		       rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc));
}

/* Waits for a connection to be made; 0, or an errno. */
static int
await_connection(int fd, int wait_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	int error = 0, n;
	socklen_t len = sizeof(error);

	n = poll(&p, 1, wait_ms);
	if (n == 0)
		return ETIMEDOUT;
	if (n == -1 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		return errno;
	return error;
}

/* The receiver gets a blocking socket that sends small requests at once. */
static int
make_ready(int fd)
{
	int flags = fcntl(fd, F_GETFL), one = 1;

	if (flags == -1 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == -1)
		return errno;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return 0;
}

/* A connected socket, or -1 with errno. */
static int
connect_to(const struct addrinfo *ai, int wait_ms)
{
	int fd = socket(ai->ai_family,
			ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
			ai->ai_protocol);
	int error = 0;

	if (fd == -1)
		return -1;
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) == -1)
		error = errno == EINPROGRESS ? await_connection(fd, wait_ms)
					     : errno;
	if (error == 0)
		error = make_ready(fd);
	if (error == 0)
		return fd;
	close(fd);
	errno = error;
	return -1;
}

static int
count(const struct addrinfo *ai)
{
	int n = 0;

	for (; ai != NULL; ai = ai->ai_next)
		n++;
	return n;
}

/* One address after the other; each may use its share of what time is left, so
 * that one which does not answer leaves some for the rest. */
static int
connect_any(const struct dial_settings *s, const struct addrinfo *list,
	    int64_t end_ms, struct err *err)
{
	int error = ETIMEDOUT, left = count(list), fd;

	for (const struct addrinfo *ai = list; ai != NULL; ai = ai->ai_next) {
		int64_t wait = (end_ms - clock_ms()) / left--;

		if (wait <= 0)
			continue;
		fd = connect_to(ai, (int)(wait < INT32_MAX ? wait : INT32_MAX));
		if (fd != -1)
			return fd;
		error = errno;
	}
	return err_set(err, "cannot connect to %s port %s: %s", s->host,
		       s->port, strerror(error));
}

static int
dial_remote(const struct dial_settings *s, struct err *err)
{
	int64_t end_ms = clock_ms() + s->timeout_ms;
	struct addrinfo *list;
	int fd;

	if (resolve(s, &list, err) == -1)
		return -1;
	fd = connect_any(s, list, end_ms, err);
	freeaddrinfo(list);
	return fd;
}

static int
is_configured(const struct dial_settings *s, struct msg_connect *q)
{
	q->host[sizeof(q->host) - 1] = '\0';
	q->port[sizeof(q->port) - 1] = '\0';
	return strcmp(q->host, s->host) == 0 && strcmp(q->port, s->port) == 0;
}

static void
answer(struct dial *d, struct msg_connect *q)
{
	struct err err;
	int fd, rc;

	/* git asks again when an answer takes long; one is enough. */
	if (q->sequence == d->answered)
		return;
	if (is_configured(&d->settings, q))
		fd = dial_remote(&d->settings, &err);
	else
		fd = err_set(&err, "%s port %s is not the configured remote",
			     q->host, q->port);
	if (fd == -1) {
		rc = ipc_send_text(&d->git, MSG_FAILED, err.text);
	} else {
		rc = ipc_send(&d->git, MSG_CONNECTED, q, sizeof(*q), &fd, 1);
		close(fd);
	}
	if (rc == 0)
		d->answered = q->sequence;
}

/* Only the last of several questions can still have somebody waiting. */
static void
serve_git(struct dial *d)
{
	static struct ipc_msg m;
	struct msg_connect q;
	int any = 0, n;

	while ((n = ipc_recv_nowait(&d->git, &m)) == 1) {
		memcpy(&q, m.data, sizeof(q));
		any = 1;
	}
	if (n == 0 || (n == -1 && errno != EAGAIN))
		fatalx("the channel to git broke: %s",
		       n == 0 ? "closed" : strerror(errno));
	if (any)
		answer(d, &q);
}

/* Nothing is expected from the parent but its end. */
static void
serve_parent(const struct dial *d)
{
	static struct ipc_msg m;
	int n = ipc_recv_nowait(&d->parent, &m);

	if (n == 0)
		_exit(0);
	if (n == 1)
		fatalx("unexpected message %d", (int)m.type);
	if (errno != EAGAIN)
		fatal("control channel");
}

/* ------------------------------------------------------------- the port -- */

/* Whoever comes last is asked for: a blogd that was started again, and whose
 * predecessor has not been missed yet. */
static void
take_caller(struct dial *d, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd == -1)
		return;
	if (d->git.fd != -1)
		close(d->git.fd);
	d->git = (struct ipc){fd, ROLE_DIAL, ROLE_GIT};
	d->answered = 0;
}

static void
serve_caller(struct dial *d)
{
	static struct ipc_msg m;
	int n = ipc_recv_nowait(&d->git, &m);

	if (n == 1) {
		answer(d, (void *)m.data);
		return;
	}
	if (n == -1 && errno == EAGAIN)
		return;
	if (n == -1)
		log_warn("the caller is dropped: %s", strerror(errno));
	close(d->git.fd);
	d->git.fd = -1;
}

static void __attribute__((noreturn)) port_loop(struct dial *d, int listener)
{
	for (;;) {
		struct pollfd p[2] = {{.fd = listener, .events = POLLIN},
				      {.fd = d->git.fd, .events = POLLIN}};

		if (poll(p, 2, -1) == -1) {
			if (errno == EINTR)
				continue;
			fatal("poll");
		}
		if (p[1].revents != 0)
			serve_caller(d);
		if (p[0].revents != 0)
			take_caller(d, listener);
	}
}

/* ---------------------------------------------------------- the process -- */

static void loop(struct dial *d) __attribute__((noreturn));

static void
loop(struct dial *d)
{
	struct pollfd p[2] = {{.fd = d->parent.fd, .events = POLLIN},
			      {.fd = d->git.fd, .events = POLLIN}};

	for (;;) {
		if (poll(p, 2, -1) == -1) {
			if (errno == EINTR)
				continue;
			fatal("poll");
		}
		if (p[0].revents != 0)
			serve_parent(d);
		if (p[1].revents != 0)
			serve_git(d);
	}
}

static int
compare_bytes(const void *a, const void *b)
{
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

/* Name services are shared objects and files that the C library finds when it
 * first looks something up.  Whether the host is found now does not matter. */
static void
warm_up(const struct dial_settings *s)
{
	unsigned char bytes[2048] = {0};
	struct addrinfo *list;
	struct err err;

	tzset();
	/* glibc asks how much memory there is at the first sort that needs
	 * more than 1 KiB, such as that of a host's many addresses. */
	qsort(bytes, sizeof(bytes), 1, compare_bytes);
	if (resolve(s, &list, &err) == 0)
		freeaddrinfo(list);
}

/* The one socket that systemd has passed. */
static int
passed_socket(void)
{
	struct err err;

	if (activation_init(&err) == -1 || activation_expects(1, &err) == -1)
		fatalx("%s", err.text);
	if (activation_count(PASSED_DIAL) != 1)
		fatalx("--dial needs a socket: start it by blogd-dial.socket");
	return activation_at(0)->fd;
}

/* What a child has there, its channel to the parent, is nobody's here. */
static void
fill_control_fd(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null == -1)
		fatal("/dev/null");
	if (null != CONTROL_FD &&
	    (dup3(null, CONTROL_FD, O_CLOEXEC) == -1 || close(null) == -1))
		fatal("/dev/null");
}

void
dial_port_main(const struct conf *conf, int verbose)
{
	static struct dial d = {.git = {.fd = -1}};
	struct err err;
	int listener, strict;

	log_init(log_sink_of_stderr(), verbose);
	notify_init();
	listener = passed_socket();
	fill_control_fd();
	if (conf->site.git.transport == GIT_LOCAL)
		fatalx("the repository is a directory: there is nothing to "
		       "dial");
	d.settings = conf->site.dial;
	signal(SIGPIPE, SIG_IGN);
	warm_up(&d.settings);
	strict = demand_is_strict(conf->sandbox);
	if (sandbox_parent(conf->user, &err) == -1 ||
	    sandbox_demand(strict, &err) == -1)
		fatalx("%s", err.text);
	sandbox_connects_to((uint16_t)atoi(d.settings.port));
	sandbox_enter(ROLE_DIAL, VARIANT_PORT, -1);
	sandbox_filter(ROLE_DIAL, VARIANT_PORT);
	log_info("%s", sandbox_report());
	notify("READY=1\nSTATUS=connecting to %s port %s", d.settings.host,
	       d.settings.port);
	port_loop(&d, listener);
}

void
dial_main(void)
{
	static struct dial d;
	struct start start;

	start_recv(&start, ROLE_DIAL, &d.settings, sizeof(d.settings));
	d.parent = start.parent;
	d.git =
	    (struct ipc){start_fd(&start, SLOT_DIAL, 0), ROLE_DIAL, ROLE_GIT};
	if (d.git.fd == -1)
		fatalx("no channel to git was given");
	warm_up(&d.settings);
	sandbox_connects_to((uint16_t)atoi(d.settings.port));
	sandbox_enter(ROLE_DIAL, VARIANT_PLAIN, -1);
	sandbox_filter(ROLE_DIAL, VARIANT_PLAIN);
	ipc_send_text(&d.parent, MSG_READY, sandbox_report());
	loop(&d);
}
