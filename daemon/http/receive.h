/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_RECEIVE_H
#define BLOGD_RECEIVE_H

#include <sys/types.h>

/* As recv, by the one system call that serve has for messages, with their
 * descriptors, and for what readers send. */
ssize_t receive(int fd, void *data, size_t len, int flags);

#endif
