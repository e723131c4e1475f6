/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_PEER_H
#define BLOGD_PEER_H

#include <sys/socket.h>

#include "protocol.h"

/* Bytes of an address in network order: 4, 16, or 0 for other families. */
size_t peer_address_len(int family);

/* Takes over an address of peer_address_len bytes.  IPv4 inside of IPv6
 * (RFC 4291 section 2.5.5.2) becomes IPv4; of other families nothing is
 * known. */
void peer_set(struct http_peer *p, int family, const void *address);

/* The same from what accept(2) tells. */
void peer_set_sockaddr(struct http_peer *p, const struct sockaddr_storage *ss);

/* Leaves of the address what names a network: /24 of IPv4, /48 of IPv6. */
void peer_truncate(struct http_peer *p);

/* Writes the address as RFC 5952 does, without NUL; returns how many bytes, 0
 * when it is not known. */
#define PEER_TEXT_MAX 40
size_t peer_text(const struct http_peer *p, char out[PEER_TEXT_MAX]);

#endif
