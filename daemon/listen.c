/* SPDX-License-Identifier: ISC */
#include "listen.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "activation.h"
#include "listen_passed.h"
#include "log.h"

#define BACKLOG 1024 /* the system cuts it to its own limit */

#ifdef SO_REUSEPORT_LB /* FreeBSD, whose SO_REUSEPORT does not spread */
#define SO_SHARE     SO_REUSEPORT_LB
#define SHARES_LATER 0
#else
#define SO_SHARE     SO_REUSEPORT
#define SHARES_LATER 1 /* also if set after listen(2) */
#endif

static void
set_option(int fd, int level, int name)
{
	int on = 1;

	setsockopt(fd, level, name, &on, sizeof(on));
}

/* -1: errno. */
static int
open_socket(const struct sockaddr *sa, socklen_t len, int sharing)
{
	int fd = socket(sa->sa_family,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int e;

	if (fd == -1)
		return -1;
	set_option(fd, SOL_SOCKET, SO_REUSEADDR);
	if (sharing)
		set_option(fd, SOL_SOCKET, SO_SHARE);
	if (sa->sa_family == AF_INET6)
		set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY);
	/* Accepted sockets inherit it: an answer never waits for an ACK. */
	set_option(fd, IPPROTO_TCP, TCP_NODELAY);
	if (bind(fd, sa, len) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	e = errno;
	close(fd);
	errno = e;
	return -1;
}

/* The first socket of an address listens before it shares: with SO_REUSEPORT
 * alone a second blogd of the same user would get in unnoticed, and half of the
 * readers.  FreeBSD asks for the option before bind(2); there the first is
 * closed again, having shown that the address was free. */
static int
open_first(struct listener *l, const struct addrinfo *ai, int sharing)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int fd = open_socket(ai->ai_addr, ai->ai_addrlen, 0);

	if (fd == -1)
		return -1;
	if (sharing && !SHARES_LATER &&
	    getsockname(fd, (struct sockaddr *)&ss, &len) == 0) {
		close(fd);
		fd = open_socket((struct sockaddr *)&ss, len, 1);
	}
	if (fd == -1)
		return -1;
	l->fd[0] = fd;
	l->n = 1;
	return 0;
}

/* Up to `wanted` sockets.  After a reload this may be impossible: who joins
 * must be the user that bound the first, and root is gone; nor are there then
 * ports below 1024. */
static void
open_others(struct listener *l, unsigned wanted)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (l->n >= wanted || activation_owns(l->fd[0]) ||
	    getsockname(l->fd[0], (struct sockaddr *)&ss, &len) == -1)
		return;
	if (SHARES_LATER)
		set_option(l->fd[0], SOL_SOCKET, SO_SHARE);
	while (l->n < wanted) {
		int fd = open_socket((struct sockaddr *)&ss, len, 1);

		if (fd == -1) {
			log_info("%u processes share %u sockets for %s: %s",
				 wanted, l->n, l->address.text,
				 strerror(errno));
			return;
		}
		l->fd[l->n++] = fd;
	}
}

static int
is_unix(const struct conf_listen *a)
{
	return a->port[0] == '\0';
}

static void
log_unix(const struct listener *l)
{
	log_info("%s %s://unix:%s",
		 l->address.metrics ? "metrics on" : "listening on",
		 l->address.tls ? "https" : "http", l->address.host);
}

static void
log_address(const struct listener *l)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char host[HOST_MAX], port[16];
	int six;

	if (is_unix(&l->address)) {
		log_unix(l);
		return;
	}
	if (getsockname(l->fd[0], (struct sockaddr *)&ss, &len) == -1 ||
	    getnameinfo((struct sockaddr *)&ss, len, host, sizeof(host), port,
			sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	six = ss.ss_family == AF_INET6;
	log_info("%s %s://%s%s%s:%s%s",
		 l->address.metrics ? "metrics on" : "listening on",
		 l->address.tls ? "https" : "http", six ? "[" : "", host,
		 six ? "]" : "", port, l->address.metrics ? "/metrics" : "");
}

static int
same(const struct conf_listen *a, const struct conf_listen *b)
{
	return a->tls == b->tls && a->metrics == b->metrics &&
	       strcmp(a->host, b->host) == 0 && strcmp(a->port, b->port) == 0;
}

/* How many entries of old have this address; they are put into l. */
static int
take_over(struct listeners *l, const struct conf_listen *address,
	  const struct listeners *old, unsigned processes)
{
	int n = 0;

	for (unsigned i = 0; old != NULL && i < old->n; i++)
		if (same(&old->at[i].address, address)) {
			l->at[l->n] = old->at[i];
			if (!is_unix(address))
				open_others(&l->at[l->n], processes);
			l->n++;
			n++;
		}
	return n;
}

static int
open_one(struct listener *l, const struct conf_listen *address,
	 const struct addrinfo *ai, unsigned processes, struct err *err)
{
	*l = (struct listener){.address = *address};
	if (open_first(l, ai, processes > 1) == -1)
		return err_set(err, "cannot listen on %s: %s%s", address->text,
			       strerror(errno),
			       errno == EACCES
				   ? " (ports below 1024 need root at start)"
				   : "");
	open_others(l, processes);
	log_address(l);
	return 0;
}

static int
open_address(struct listeners *l, const struct conf_listen *address,
	     unsigned processes, struct err *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
				 .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	int any = strcmp(address->host, "*") == 0, n = 0, e;
	struct addrinfo *res, *ai;

	/* What a name server says is not for the parent to read, nor to wait
	 * for. */
	if (strcmp(address->host, "localhost") != 0)
		hints.ai_flags |= AI_NUMERICHOST;
	e = getaddrinfo(any ? NULL : address->host, address->port, &hints,
			&res);
	if (e == EAI_NONAME)
		return err_set(err,
			       "cannot listen on %s: give its address, names "
			       "are not looked up",
			       address->text);
	if (e != 0)
		return err_set(err, "cannot listen on %s: %s", address->text,
			       gai_strerror(e));
	for (ai = res; ai != NULL && l->n < 2 * LISTEN_MAX; ai = ai->ai_next) {
		if (open_one(&l->at[l->n], address, ai, processes, err) == 0) {
			l->n++;
			n++;
			continue;
		}
		/* A host without IPv6 still serves "*" over IPv4. */
		if (any && errno == EAFNOSUPPORT)
			continue;
		n = 0;
		break;
	}
	freeaddrinfo(res);
	return n > 0 ? 0 : -1;
}

/* What is there already: passed, or kept over a restart.  How many; -1 with
 * err. */
static int
take_ready(struct listeners *l, const struct conf_listen *address,
	   unsigned processes, struct err *err)
{
	unsigned first = l->n;
	int passed = listen_passed(l, address, err);
	int kept = passed == 0 ? listen_kept(l, address) : 0;

	for (unsigned i = first; i < l->n; i++) {
		if (kept > 0)
			open_others(&l->at[i], processes);
		log_address(&l->at[i]);
	}
	return passed + kept;
}

static int
open_all(struct listeners *l, const struct conf *conf,
	 const struct listeners *old, struct err *err)
{
	for (unsigned i = 0; i < conf->nlisten; i++) {
		const struct conf_listen *address = &conf->listen[i];
		int ready = take_over(l, address, old, conf->processes);

		if (ready == 0)
			ready = take_ready(l, address, conf->processes, err);
		if (ready == -1)
			return -1;
		if (ready > 0)
			continue;
		if (is_unix(address))
			l->at[l->n++] = (struct listener){.address = *address};
		else if (open_address(l, address, conf->processes, err) == -1)
			return -1;
	}
	return listen_passed_all(l, err);
}

int
listeners_open(struct listeners *l, const struct conf *conf,
	       const struct listeners *old, struct err *err)
{
	l->n = 0;
	if (open_all(l, conf, old, err) == 0)
		return 0;
	listeners_close(l, old);
	return -1;
}

int
listeners_open_unix(struct listeners *l, mode_t mode, struct err *err)
{
	for (unsigned i = 0; i < l->n; i++) {
		struct listener *one = &l->at[i];
		struct err why;

		if (one->n > 0 || !is_unix(&one->address))
			continue;
		one->fd[0] = listen_unix(one->address.host, mode, BACKLOG,
					 &one->file, &why);
		if (one->fd[0] == -1)
			return err_set(err, "cannot listen on unix:%s",
				       why.text);
		one->n = 1;
		log_unix(one);
	}
	return 0;
}

static int
holds(const struct listeners *l, int fd)
{
	for (unsigned i = 0; l != NULL && i < l->n; i++)
		for (unsigned k = 0; k < l->at[i].n; k++)
			if (l->at[i].fd[k] == fd)
				return 1;
	return 0;
}

static void
close_one(const struct listener *l, unsigned k)
{
	if (activation_owns(l->fd[k]))
		return;
	/* First: as long as it is open nobody else takes the name. */
	if (is_unix(&l->address))
		unlisten_unix(l->address.host, &l->file);
	close(l->fd[k]);
}

void
listeners_close(struct listeners *l, const struct listeners *keep)
{
	for (unsigned i = 0; i < l->n; i++)
		for (unsigned k = 0; k < l->at[i].n; k++)
			if (!holds(keep, l->at[i].fd[k]))
				close_one(&l->at[i], k);
	l->n = 0;
}

unsigned
listeners_count(const struct listeners *l)
{
	unsigned n = 0;

	for (unsigned i = 0; i < l->n; i++)
		n += l->at[i].n;
	return n;
}

unsigned
listener_share(const struct listener *l, unsigned i, unsigned n,
	       int fds[PROCESSES_MAX])
{
	unsigned count = 0;

	if (l->n < n)
		fds[count++] = l->fd[i % l->n];
	else
		for (unsigned k = i; k < l->n; k += n)
			fds[count++] = l->fd[k];
	return count;
}
