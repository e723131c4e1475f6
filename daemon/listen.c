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

#include "listen_unix.h"
#include "log.h"

#define BACKLOG 1024 /* the system cuts it to its own limit */

static void
set_option(int fd, int level, int name)
{
	int on = 1;

	setsockopt(fd, level, name, &on, sizeof(on));
}

static int
bind_one(const struct addrinfo *ai, const char *text, struct err *err)
{
	int fd = socket(ai->ai_family,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return err_set(err, "cannot listen on %s: %s", text,
			       strerror(errno));
	set_option(fd, SOL_SOCKET, SO_REUSEADDR);
	if (ai->ai_family == AF_INET6)
		set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY);
	/* Accepted sockets inherit it: an answer never waits for an ACK. */
	set_option(fd, IPPROTO_TCP, TCP_NODELAY);
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	err_set(err, "cannot listen on %s: %s%s", text, strerror(errno),
		errno == EACCES ? " (ports below 1024 need root at start)"
				: "");
	close(fd);
	return -1;
}

static void
log_address(const struct listener *l)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char host[HOST_MAX], port[16];
	int six;

	if (getsockname(l->fd, (struct sockaddr *)&ss, &len) == -1 ||
	    getnameinfo((struct sockaddr *)&ss, len, host, sizeof(host), port,
			sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	six = ss.ss_family == AF_INET6;
	log_info("listening on %s://%s%s%s:%s",
		 l->address.tls ? "https" : "http", six ? "[" : "", host,
		 six ? "]" : "", port);
}

static int
is_unix(const struct conf_listen *a)
{
	return a->port[0] == '\0';
}

static int
same(const struct conf_listen *a, const struct conf_listen *b)
{
	return a->tls == b->tls && strcmp(a->host, b->host) == 0 &&
	       strcmp(a->port, b->port) == 0;
}

/* How many sockets of old have this address; they are put into l. */
static int
take_over(struct listeners *l, const struct conf_listen *address,
	  const struct listeners *old)
{
	int n = 0;

	for (unsigned i = 0; old != NULL && i < old->n; i++)
		if (same(&old->at[i].address, address)) {
			l->at[l->n++] = old->at[i];
			n++;
		}
	return n;
}

static int
open_address(struct listeners *l, const struct conf_listen *address,
	     struct err *err)
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
		int fd = bind_one(ai, address->text, err);

		/* A host without IPv6 still serves "*" over IPv4. */
		if (fd == -1 && any && errno == EAFNOSUPPORT)
			continue;
		if (fd == -1) {
			n = 0;
			break;
		}
		l->at[l->n].address = *address;
		l->at[l->n].fd = fd;
		log_address(&l->at[l->n++]);
		n++;
	}
	freeaddrinfo(res);
	return n > 0 ? 0 : -1;
}

int
listeners_open(struct listeners *l, const struct conf *conf,
	       const struct listeners *old, struct err *err)
{
	l->n = 0;
	for (unsigned i = 0; i < conf->nlisten; i++) {
		const struct conf_listen *address = &conf->listen[i];

		if (take_over(l, address, old) > 0)
			continue;
		if (is_unix(address)) {
			l->at[l->n].address = *address;
			l->at[l->n++].fd = -1;
			continue;
		}
		if (open_address(l, address, err) == -1) {
			listeners_close(l, old);
			return -1;
		}
	}
	return 0;
}

int
listeners_open_unix(struct listeners *l, mode_t mode, struct err *err)
{
	for (unsigned i = 0; i < l->n; i++) {
		struct listener *one = &l->at[i];

		if (one->fd != -1 || !is_unix(&one->address))
			continue;
		one->fd = listen_unix(one->address.host, mode, BACKLOG, err);
		if (one->fd == -1)
			return -1;
		log_info("listening on %s://unix:%s",
			 one->address.tls ? "https" : "http",
			 one->address.host);
	}
	return 0;
}

static int
holds(const struct listeners *l, int fd)
{
	for (unsigned i = 0; l != NULL && i < l->n; i++)
		if (l->at[i].fd == fd)
			return 1;
	return 0;
}

void
listeners_close(struct listeners *l, const struct listeners *keep)
{
	for (unsigned i = 0; i < l->n; i++) {
		const struct listener *one = &l->at[i];

		if (one->fd == -1 || holds(keep, one->fd))
			continue;
		/* First: as long as it is open nobody else takes the name. */
		if (is_unix(&one->address))
			unlinkat(AT_FDCWD, one->address.host, 0);
		close(one->fd);
	}
	l->n = 0;
}
