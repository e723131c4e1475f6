/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_REMOTE_KEY_H
#define BLOGD_REMOTE_KEY_H

#include <openssl/core_dispatch.h>

/*
 * A key whose private half the keys process has, as the functions of an OpenSSL
 * provider: provider-keymgmt(7) and provider-signature(7).  The public half is
 * a key of the default provider, which does all that needs no secret.
 */

/* Properties of the algorithms that the public half is looked up with. */
#define REMOTE_KEY_PUBLIC "provider=default"

/* For OSSL_OP_KEYMGMT: a key is made from its public half alone, and is never
 * given away as more than that. */
extern const OSSL_DISPATCH remote_key_ec[], remote_key_ed25519[],
    remote_key_rsa[];

/* What signing with such a key is called.  By a name that the default provider
 * has as well, libcrypto would ask that one first, and offer it the key, for
 * each signature. */
#define REMOTE_KEY_SIGNATURE "blogd-remote"

/* For OSSL_OP_SIGNATURE, of all: signs whole messages, by asking keys. */
extern const OSSL_DISPATCH remote_key_signature[];

#endif
