/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SOCKETS_H
#define BLOGD_SOCKETS_H

#include <stdint.h>

#include "http/conn.h"

/*
 * The listening sockets that a serve process accepts from: its own, and those
 * it has adopted from another one that does not (see queues.h).
 */
struct sockets {
	struct conn_pool *pool; /* whose connections they become */
	struct socket *list;
};

#define SOCKET_OWN UINT32_MAX /* as the owner */

/* Accepts from fd, which is the list's from now on; slot is one of
 * SLOT_LISTEN_..., owner the number of a serve process. */
void sockets_open(struct sockets *s, int fd, uint32_t slot, uint32_t owner);

/* Closes those of that owner. */
void sockets_disown(struct sockets *s, uint32_t owner);
/* Closes all. */
void sockets_close(struct sockets *s);

#endif
