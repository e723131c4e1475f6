/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_KEYPROV_H
#define BLOGD_KEYPROV_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "../err.h"
#include "../ipc.h"

/*
 * An OpenSSL provider whose private keys are elsewhere: signing sends the whole
 * message to the keys process and waits for the signature.  serve.c makes the
 * channel known once, http/tls.c wraps each certificate's public key.
 *
 * It has TLS 1.3's key schedule as well (kdf.h), and libssl is made to prefer
 * that to the default provider's.
 */

/* Loads the provider beside the default one; the channel (SOCK_SEQPACKET, with
 * its SO_RCVTIMEO set here) stays the caller's.  -1 with err. */
int keyprov_init(const struct ipc *keys, struct err *err);

/* A key that can sign for the certificate's public key by asking `keys`.  NULL
 * with err for key types that are not supported (the message names the command
 * that makes an ECDSA key), or when keys does not hold the matching private
 * key.  Free with EVP_PKEY_free. */
EVP_PKEY *keyprov_key(X509 *certificate, struct err *err);

#endif
