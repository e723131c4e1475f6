/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TLS_CONTEXT_H
#define BLOGD_TLS_CONTEXT_H

#include <openssl/ssl.h>

#include "ticketing.h"
#include "tls.h"

/*
 * What all connections share, for the files of tls.h alone.
 *
 *	tls.c		settings, warm-up, connections
 *	tls_chain.c	certificates: one context for each
 */
#define CHAINS_MAX 16

struct tls {
	BIO_METHOD *method;
	struct ticketing *ticketing;
	uint32_t ticket_s;
	int h2;	     /* offered */
	BIO *socket; /* of all connections: see at_work */
	unsigned n;
	SSL_CTX *ctx[CHAINS_MAX];
};

/* A context without a certificate; NULL with err. */
SSL_CTX *tls_new_context(struct tls *t, struct err *err);

/* -1, err saying what went wrong and what OpenSSL says of it. */
int tls_err(struct err *err, const char *what);

#endif
