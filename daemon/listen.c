/* SPDX-License-Identifier: ISC */
#include "listen.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

#include "activation.h"
#include "broker.h"
#include "listen_passed.h"
#include "log.h"
#include "socket_listen.h"

#define BACKLOG 1024 /* of a Unix socket */

static int
bound_to(int fd, struct msg_address *address)
{
	socklen_t len = sizeof(address->to);

	memset(address, 0, sizeof(*address));
	if (getsockname(fd, (struct sockaddr *)&address->to, &len) == -1)
		return -1;
	address->len = len;
	return 0;
}

/* The first socket of an address listens before it shares: with SO_REUSEPORT
 * alone a second blogd of the same user would get in unnoticed, and half of the
 * readers.  FreeBSD asks for the option before bind(2); there the first is
 * closed again, having shown that the address was free. */
static int
open_first(struct listener *l, const struct msg_address *address, int sharing)
{
	struct msg_address bound;
	int fd = broker_listen(address, 0);

	if (fd == -1)
		return -1;
	if (sharing && !SHARES_LATER && bound_to(fd, &bound) == 0) {
		close(fd);
		fd = broker_listen(&bound, 1);
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
	struct msg_address bound;

	if (l->n >= wanted || activation_owns(l->fd[0]) ||
	    bound_to(l->fd[0], &bound) == -1)
		return;
	if (SHARES_LATER)
		socket_option(l->fd[0], SOL_SOCKET, SO_SHARE);
	while (l->n < wanted) {
		int fd = broker_listen(&bound, 1);

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
	struct msg_address bound;
	char host[HOST_MAX], port[16];
	int six;

	if (is_unix(&l->address)) {
		log_unix(l);
		return;
	}
	if (bound_to(l->fd[0], &bound) == -1 ||
	    getnameinfo((struct sockaddr *)&bound.to, bound.len, host,
			sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	six = bound.to.ss_family == AF_INET6;
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
	 const struct msg_address *at, unsigned processes, struct err *err)
{
	*l = (struct listener){.address = *address};
	if (open_first(l, at, processes > 1) == -1)
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
	struct msg_address list[ADDRESSES_MAX];
	struct err why;
	int n = broker_resolve(address->host, address->port, list, &why);
	unsigned before = l->n;

	if (n == -1)
		return err_set(err, "cannot listen on %s: %s", address->text,
			       why.text);
	for (int i = 0; i < n && l->n < 2 * LISTEN_MAX; i++) {
		if (open_one(&l->at[l->n], address, &list[i], processes, err) ==
		    0)
			l->n++;
		/* A host without IPv6 still serves "*" over IPv4. */
		else if (strcmp(address->host, "*") != 0 ||
			 errno != EAFNOSUPPORT)
			return -1;
	}
	return l->n > before ? 0 : -1;
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
		one->fd[0] = broker_listen_unix(one->address.host, mode,
						BACKLOG, &one->file, &why);
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
		broker_unlisten_unix(l->address.host, &l->file);
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
