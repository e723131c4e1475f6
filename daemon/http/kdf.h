/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_KDF_H
#define BLOGD_KDF_H

#include <openssl/core_dispatch.h>

/*
 * The key schedule of TLS 1.3 (RFC 8446 section 7.1) as an OpenSSL provider's
 * "TLS13-KDF".  A handshake derives about forty secrets, and the default
 * provider's function looks up and sets up its hash for each of them anew: a
 * fifth of a handshake's instructions.  This one keeps one hash context.
 */

/* Loads the hashes, so that no derivation looks for them.  0 on failure. */
int kdf_init(void);
void kdf_end(void);

/* For OSSL_OP_KDF.  Takes SHA2-256 and SHA2-384, the parameters libssl gives,
 * and those with the derivation only: a context has no state. */
extern const OSSL_DISPATCH kdf_functions[];

#endif
