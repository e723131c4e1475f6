/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_TLS_H
#define BLOGD_GIT_TLS_H

#include "../err.h"

/*
 * TLS 1.2 and 1.3 to the remote by OpenSSL, in place of the mbedTLS that
 * libgit2 may be built with: that one stops at TLS 1.2.  The certificate is
 * checked here (RFC 5280, RFC 6125), and a connection that fails the check
 * never comes up.
 */

/* Registers the stream with libgit2, reads the trusted certificates (PEM) from
 * ca_fd and makes a first session, so that nothing is opened later.  Call after
 * stream_init.  0, or -1 with err. */
int tls_init(int ca_fd, struct err *err);

/* One sentence for a certificate that did not pass: code is an X509_V_ERR_
 * value.  Always -1. */
int tls_explain(long code, const char *host, struct err *err);

#endif
