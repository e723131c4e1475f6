/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CERTLOOK_H
#define BLOGD_CERTLOOK_H

#include <openssl/x509.h>

/*
 * What the browsers of readers would find wrong with a certificate (RFC 5280,
 * RFC 8446 section 4.4.2, RFC 9525), for those who check it before it is used.
 * All belongs to the caller.
 */

/* The next certificate of PEM text, for the caller to free; NULL: no more. */
X509 *certlook_next(BIO *pem);

/* A date of a certificate, as in "2026-11-29 12:00 UTC". */
void certlook_date(const ASN1_TIME *date, char text[32]);

/* 1 and a clause about the file when the certificate is not valid now, else
 * 0. */
int certlook_dates(X509 *leaf, char text[128]);

/* Each one has to be issued by what follows it in the text, of which leaf was
 * the first.  say gets what is wrong, as a clause about the file. */
void certlook_chain(X509 *leaf, BIO *rest,
		    void (*say)(void *ctx, const char *text), void *ctx);

/* A host name or address; a subject is no name of a host. */
int certlook_covers(X509 *leaf, const char *host);

#endif
