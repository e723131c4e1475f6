/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TLS_H
#define BLOGD_TLS_H

#include <sys/types.h>

#include "../err.h"
#include "../ipc.h"
#include "output.h"
#include "sans.h"

/*
 * The TLS server: 1.2 (ECDHE and AEAD only) and 1.3.  Reads straight from the
 * socket, writes to the shared output.  Private keys stay with the keys process
 * (keyprov.h).
 */
struct tls;

/* Without certificates; free with tls_free.  A session may be resumed for so
 * many seconds, by a ticket under one of the keys. */
struct tls *tls_new(uint32_t ticket_s, const struct msg_tickets *keys,
		    struct err *err);
/* The keys have changed. */
void tls_set_tickets(struct tls *t, const struct msg_tickets *keys);
void tls_free(struct tls *t);

/* HTTP/2 beside HTTP/1.1, on the chains that are added from now on. */
void tls_offer_h2(struct tls *t);

/* Adds a certificate chain (PEM, leaf first) and finds its key.  The first one
 * added is for clients that name no host or another.  Reads fd from its start
 * without moving its offset: other processes share it. */
int tls_add_chain(struct tls *t, int fd, struct err *err);

/* Calls each for every DNS name in the certificates. */
void tls_names(const struct tls *t, void (*each)(void *arg, struct slice name),
	       void *arg);

/* Makes one handshake of each version in memory for each chain: proves that the
 * keys sign for it, and lets OpenSSL load all it needs before the filter. */
int tls_warm_up(struct tls *t, struct err *err);

/* ------------------------------------------------------- connections -- */

struct tls_io {
	int fd;
	struct output *out;
};

/* io must outlive the session. */
struct ssl_st *tls_open(struct tls *t, struct tls_io *io);
void tls_close(struct ssl_st *s);

/* 1 done, 0 waits for input, -1 failed (an alert may be in the output). */
int tls_handshake(struct ssl_st *s);

/* After the handshake: did it resume a session? */
int tls_resumed(const struct ssl_st *s);
/* After the handshake: has HTTP/2 been chosen (RFC 7301)? */
int tls_is_h2(const struct ssl_st *s);

/* Bytes read, 0 for none yet, -1 for the end or an error. */
ssize_t tls_read(struct ssl_st *s, void *buf, size_t len);

/* Has read more from the socket than was asked for: do not wait for the socket
 * to be readable. */
int tls_pending(const struct ssl_st *s);

/* All of it, to the output.  -1: the session is broken. */
int tls_write(struct ssl_st *s, const void *data, size_t len);

/* Says goodbye (close_notify), to the output. */
void tls_shutdown(struct ssl_st *s);

#endif
