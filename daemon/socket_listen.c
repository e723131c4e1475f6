/* SPDX-License-Identifier: ISC */
#include "socket_listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#define BACKLOG 1024 /* the system cuts it to its own limit */

void
socket_option(int fd, int level, int name)
{
	int on = 1;

	setsockopt(fd, level, name, &on, sizeof(on));
}

int
socket_listen(const struct sockaddr *sa, socklen_t len, int sharing)
{
	int fd = socket(sa->sa_family,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int e;

	if (fd == -1)
		return -1;
	socket_option(fd, SOL_SOCKET, SO_REUSEADDR);
	if (sharing)
		socket_option(fd, SOL_SOCKET, SO_SHARE);
	if (sa->sa_family == AF_INET6)
		socket_option(fd, IPPROTO_IPV6, IPV6_V6ONLY);
	/* Accepted sockets inherit it: an answer never waits for an ACK. */
	socket_option(fd, IPPROTO_TCP, TCP_NODELAY);
	if (bind(fd, sa, len) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	e = errno;
	close(fd);
	errno = e;
	return -1;
}
