/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CONN_H
#define BLOGD_CONN_H

#include "env.h"
#include "output.h"
#include "timeouts.h"
#include "tls.h"

/*
 * Connections: sockets, TLS, deadlines.  What is said on them is session.h's.
 *
 * An idle connection owns its struct and OpenSSL's; what it has received or
 * could not send is copied into memory of its own only while it waits.
 */
struct conn_pool {
	struct event_base *base;
	struct http_env *env;
	struct tls *tls; /* NULL: all is plain */
	struct timeouts timeouts;
	struct output output;
	char *input; /* shared by all connections */
	size_t input_cap;
	uint32_t n, max;
	uint32_t max_handshakes;   /* of them have not done the TLS one */
	uint32_t min_rate;	   /* bytes/s a reader must take; 0: any */
	void (*closed)(void *arg); /* after each connection's end */
	void *arg;
};

/* Sizes and times are the settings' of env; max is the most connections that
 * may be open. */
void conn_pool_init(struct conn_pool *p, struct event_base *base,
		    struct http_env *env, struct tls *tls, uint32_t max);

/* A connection on an accepted, non-blocking socket, which it takes over.  When
 * there are too many, another one is closed. */
void conn_open(struct conn_pool *p, int fd, const struct http_peer *peer);

/* Makes room by closing the connection whose loss hurts least, as
 * timeouts_victim says.  0 when there is none. */
int conn_evict(struct conn_pool *p);

/* env says that the process drains: closes those who are idle, or tells them
 * at least, as it does all others over HTTP/2. */
void conn_drain(struct conn_pool *p);

#endif
