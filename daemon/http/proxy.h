/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_PROXY_H
#define BLOGD_PROXY_H

#include <stddef.h>

#include "../settings.h"
#include "protocol.h"

/*
 * The PROXY protocol, versions 1 and 2, as a receiver (HAProxy's
 * doc/proxy-protocol.txt): the first bytes of a connection, ahead of TLS, say
 * whom the balancer speaks for.  Whether a header comes is a setting and never
 * a guess: else anybody could send one.
 */
#define PROXY_HEAD_MAX 2048 /* version 2 with what its TLVs hold */

/* Reads the header at data[0..len).  Its length, and *peer is whom it names,
 * or as it was when it names nobody (UNKNOWN, LOCAL); 0 when all of data
 * belongs to a header that has not come whole; -1 when this is none. */
int proxy_parse(const char *data, size_t len, struct http_peer *peer);

/* Do connections from there begin with a header? */
int proxy_expected(const struct serve_settings *set,
		   const struct http_peer *peer);

struct proxy_head {
	size_t len;
	char data[PROXY_HEAD_MAX];
};

/* Takes the header from a socket that does not block, and not a byte of what
 * follows.  1: *peer is known; 0: more has to come; -1: there is none. */
int proxy_receive(int fd, struct proxy_head *h, struct http_peer *peer);

#endif
