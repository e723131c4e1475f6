/* SPDX-License-Identifier: ISC */
#include "sockets.h"

#include <stdlib.h>

#include "buf.h"
#include "http/listener.h"
#include "ipc.h"

struct socket {
	struct listener listener;
	uint32_t owner;
	struct socket *next;
};

static enum listener_kind
kind_of(uint32_t slot)
{
	switch (slot) {
	case SLOT_LISTEN_METRICS:
		return LISTENER_METRICS;
	case SLOT_LISTEN_PLAIN:
		return LISTENER_PLAIN;
	default:
		return LISTENER_TLS;
	}
}

void
sockets_open(struct sockets *s, int fd, uint32_t slot, uint32_t owner)
{
	struct socket *new = xcalloc(1, sizeof(*new));

	new->owner = owner;
	new->next = s->list;
	s->list = new;
	listener_open(&new->listener, s->pool, fd, kind_of(slot));
}

static void
close_first(struct socket **list)
{
	struct socket *old = *list;

	*list = old->next;
	listener_close(&old->listener);
	free(old);
}

void
sockets_disown(struct sockets *s, uint32_t owner)
{
	struct socket **at = &s->list;

	while (*at != NULL)
		if ((*at)->owner == owner)
			close_first(at);
		else
			at = &(*at)->next;
}

void
sockets_close(struct sockets *s)
{
	while (s->list != NULL)
		close_first(&s->list);
}
