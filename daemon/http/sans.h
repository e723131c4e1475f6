/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SANS_H
#define BLOGD_SANS_H

#include "../buf.h"

struct x509_st; /* OpenSSL's X509 */

/* Calls each for every DNS name a certificate is for (RFC 5280 section
 * 4.2.1.6), wildcards included. */
void sans_each(const struct x509_st *certificate,
	       void (*each)(void *arg, struct slice name), void *arg);

#endif
