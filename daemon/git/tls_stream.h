/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TLS_STREAM_H
#define BLOGD_TLS_STREAM_H

#include <git2.h>
#include <git2/sys/stream.h>

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
int tls_stream_init(int ca_fd, struct err *err);

/* What libgit2 calls for an encrypted connection. */
int tls_stream_new(git_stream **out, const char *host, const char *port);

/* One sentence for a certificate that did not pass: code is an X509_V_ERR_
 * value.  Always -1. */
int tls_stream_explain(long code, const char *host, struct err *err);

#endif
