/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SOCK_H
#define BLOGD_SOCK_H

#include <sys/types.h>

/*
 * recv and send, by the system calls that carry messages and their descriptors
 * as well: so filters need no others.
 */
ssize_t sock_recv(int fd, void *data, size_t len, int flags);
ssize_t sock_send(int fd, const void *data, size_t len, int flags);

/* Waits for one event, -1 for ever: its revents, 0 for none in that time, -1
 * with errno.  ppoll goes on by itself when a stopped process continues: poll
 * wants another system call for that. */
int sock_wait(int fd, short events, int wait_ms);

#endif
