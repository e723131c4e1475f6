/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SOCKET_LISTEN_H
#define BLOGD_SOCKET_LISTEN_H

#include <sys/socket.h>

/* Sockets may share an address: FreeBSD's SO_REUSEPORT does not spread
 * connections over them, its SO_REUSEPORT_LB does. */
#ifdef SO_REUSEPORT_LB
#define SO_SHARE     SO_REUSEPORT_LB
#define SHARES_LATER 0
#else
#define SO_SHARE     SO_REUSEPORT
#define SHARES_LATER 1 /* also if set after listen(2) */
#endif

/* A listening TCP socket, non-blocking and close-on-exec; sharing: with others
 * at its address.  -1 with errno. */
int socket_listen(const struct sockaddr *sa, socklen_t len, int sharing);

/* Turns an option on, as far as the system has it. */
void socket_option(int fd, int level, int name);

#endif
