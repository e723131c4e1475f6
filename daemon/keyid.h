/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_KEYID_H
#define BLOGD_KEYID_H

#include <openssl/evp.h>
#include <stdint.h>

/* How serve and keys name a key to each other: SHA-256 of its
 * SubjectPublicKeyInfo in DER (RFC 5280 section 4.1.2.7).  1, or 0 when memory
 * is gone. */
int keyid(const EVP_PKEY *key, uint8_t id[32]);

#endif
