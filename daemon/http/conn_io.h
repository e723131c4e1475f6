/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CONN_IO_H
#define BLOGD_CONN_IO_H

#include <sys/types.h>

#include "conn.h"
#include "session.h"
#include "unsent.h"

/*
 * One connection and its bytes, for conn.c and conn_pool.c alone.
 *
 *	conn.c		what it does when its socket is ready: its states
 *	conn_io.c	its input, its output, its end
 *	conn_pool.c	all of them: who must wait, who must go
 */
#define CONN_READ_SIZE 16384 /* a TLS record */

struct proxy_head;

struct conn {
	struct waiter waiter; /* first: the timeouts hand out this */
	struct conn_pool *pool;
	struct ssl_st *tls; /* NULL: plain */
	struct tls_io io;
	struct event event;
	short watched; /* EV_READ or EV_WRITE; 0: not yet */
	struct http_peer peer;
	struct proxy_head *proxy; /* NULL: no such header is to come */
	uint8_t opened;		  /* the handshake is over */
	uint8_t lingers;	  /* nothing that comes is looked at */
	char *saved;		  /* input not used yet */
	size_t saved_len;
	struct unsent unsent;
	struct session session;
};

/* An event_callback_fn: the socket of the struct conn is ready. */
void conn_on_event(evutil_socket_t fd, short what, void *arg);

/* Lets its protocol go on, because something else than its socket has changed.
 */
void conn_resume(struct conn *c);

/* Waits for EV_READ or EV_WRITE, and for nothing else. */
void conn_watch(struct conn *c, short what);

/* What has come and was not used, in the pool's input; save_input copies what
 * is still not. */
struct input conn_load_input(struct conn *c);
void conn_save_input(struct conn *c, const struct input *in);

/* Moves what is unused to the start of the pool's input and reads behind it.
 * As tls_read. */
ssize_t conn_read_more(struct conn *c, struct input *in);

/* Sends the output.  0 all sent, 1 some is kept, -1 the peer is gone. */
int conn_flush(struct conn *c);

/* The end, as soon as all is said: WANT_CLOSE or WANT_LINGER. */
void conn_finish(struct conn *c, enum http_want want);

/* The peer is gone, or said something TLS does not allow: it may be told why,
 * if its socket takes that. */
void conn_abandon(struct conn *c);

/* One more is to come: another one goes if there are too many. */
void conn_make_room(struct conn_pool *p, int plain);

/* At once, and without a word. */
void conn_free(struct conn *c);

#endif
