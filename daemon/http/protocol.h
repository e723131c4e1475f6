/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_PROTOCOL_H
#define BLOGD_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

/*
 * What a protocol (h1.h, h2.h) and the connection it is spoken on (conn.h) say
 * to each other.  A protocol has no socket: it takes bytes, writes to the
 * shared output, and says what it needs next.
 */

/* What is spoken, and about what. */
enum listener_kind {
	LISTENER_TLS,
	LISTENER_PLAIN,
	LISTENER_METRICS /* plain, and nothing but /metrics */
};

/* Whom a connection is with. */
struct http_peer {
	uint8_t plain;	     /* no TLS */
	uint8_t metrics;     /* came over LISTENER_METRICS */
	uint8_t family;	     /* AF_INET, AF_INET6; AF_UNSPEC: not known */
	uint8_t address[16]; /* in network order; 4 bytes for AF_INET */
};

/* Bytes that have come and were not used; a protocol moves data forward. */
struct input {
	char *data;
	size_t len;
};

enum http_want {
	WANT_READ = 1, /* more input */
	WANT_WRITE,    /* the output must go first */
	WANT_CLOSE,    /* all is said */
	WANT_LINGER    /* the same, but the client may still be sending */
};

/* What a connection waits for. */
enum wait_kind {
	WAIT_LINGER,	/* answered for good, the client may still send */
	WAIT_IDLE,	/* between requests */
	WAIT_WRITE,	/* the client does not read */
	WAIT_FIRST,	/* nothing answered yet, nothing asked */
	WAIT_HELLO,	/* the first message of the TLS handshake */
	WAIT_HANDSHAKE, /* the rest of it */
	WAIT_HEADER,	/* first byte to empty line */
	WAIT_BODY,
	WAIT__MAX
};

#endif
