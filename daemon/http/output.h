/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_OUTPUT_H
#define BLOGD_OUTPUT_H

#include <stddef.h>

struct ssl_st; /* OpenSSL's SSL */

/*
 * What one event on one connection produces, gathered in memory that all
 * connections share and sent with one write: small pieces fill TLS records of
 * the greatest size, records fill the wire buffer.  Only when the socket takes
 * less does a connection own a copy of what is left.
 */
#define OUTPUT_RECORD 16384 /* RFC 8446 section 5.1 */
/* From here on a body is not fed any more: with one more record it makes the
 * 64 KiB that one connection may own. */
#define OUTPUT_FULL (48 * 1024)
/* The same for one that takes all it is given: each write costs as much as 3 kB
 * of its bytes. */
#define OUTPUT_FULL_FAST (240 * 1024)

struct output {
	char *wire;
	size_t wire_len;
	char *stage; /* clear text that does not fill a record yet */
	size_t stage_len;
	size_t full;	    /* OUTPUT_FULL, unless somebody knows better */
	struct ssl_st *tls; /* of the connection at work; NULL: plain */
	size_t sent;	    /* bytes the last output_flush wrote */
	int failed;
};

void output_init(struct output *o);
void output_free(struct output *o);

/* Empties it for the next connection. */
void output_begin(struct output *o, struct ssl_st *tls);

int output_full(const struct output *o);

/* Bytes until the TLS record at work is full: from 1 to OUTPUT_RECORD. */
size_t output_room(const struct output *o);

/* Adds all of it: for heads and small texts. */
void output_put(struct output *o, const void *data, size_t len);

/* Adds what fits before output_full; returns how much. */
size_t output_body(struct output *o, const char *data, size_t len);

/* What TLS has made of it: bytes for the socket.  -1 when there is no room. */
int output_wire(struct output *o, const void *data, size_t len);

/* Writes to the socket.  0 all sent, 1 some is left, -1 the peer is gone.
 * *rest is what is left, until output_begin. */
int output_flush(struct output *o, int fd, const char **rest, size_t *rest_len);

#endif
