/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IMAGE_TLS_H
#define BLOGD_IMAGE_TLS_H

#include "../daemon/buf.h"
#include "../daemon/conf.h"
#include "fault.h"

/*
 * The certificate and the key of the site, as they go into the archive.  The
 * rules are the daemon's (keyload.h), and those by which a browser would turn
 * away (RFC 5280: dates, names).  Free with tls_free, which wipes the key.
 */
struct tls_pair {
	struct buf certificate, key;
	struct x509_st *leaf; /* NULL: unreadable */
	char name[HOST_MAX];  /* its first name; "": none that is one host */
};

#define TLS_SOON_DAYS 14 /* before the end: a warning */

/* Reads and checks DIR/server.pem and DIR/server.key. */
void tls_read(struct tls_pair *p, const char *directory, struct faults *faults);

/* Is it for this host, a name or an address? */
void tls_check_host(const struct tls_pair *p, const char *host,
		    struct faults *faults);

void tls_free(struct tls_pair *p);

/* Does the text hold a certificate?  Counts them. */
unsigned tls_count(const struct buf *pem);

#endif
