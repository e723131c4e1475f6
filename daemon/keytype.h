/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_KEYTYPE_H
#define BLOGD_KEYTYPE_H

#include <openssl/evp.h>
#include <stdint.h>

#include "err.h"
#include "http/tbs.h"

/* The keys a certificate may have, and what each of them signs: one table, by
 * which serve asks and keys answers. */
enum keytype {
	KEYTYPE_OTHER, /* not one blogd signs with */
	KEYTYPE_P256,
	KEYTYPE_P384,
	KEYTYPE_ED25519,
	KEYTYPE_RSA /* 2048 to 4096 bits */
};

/* One way to sign. */
struct keytype_way {
	enum keytype type;
	uint32_t scheme;    /* SignatureScheme, RFC 8446 section 4.2.3 */
	unsigned kinds;	    /* enum tbs_kind as bits: 1 << kind */
	const char *digest; /* NULL: the scheme's own */
	const char *pad;    /* RSA's, as libcrypto's pad-mode; NULL: none */
};

enum keytype keytype_of(const EVP_PKEY *key);

/* Puts down that a key of another type cannot be used, and what to do: "WHOSE
 * P-521; make ..."; returns -1. */
int keytype_refuse(const EVP_PKEY *key, const char *whose, struct err *err);

/* How a key of this type signs such a message by the scheme; NULL: not. */
const struct keytype_way *keytype_way(enum keytype type, enum tbs_kind kind,
				      uint32_t scheme);

/* The same by the digest's name and the padding (NULL for none). */
const struct keytype_way *keytype_named(enum keytype type, const char *digest,
					const char *pad);

/* The ways of a type, one after the other from NULL to NULL; the first is for
 * TLS 1.3 and known to every peer. */
const struct keytype_way *keytype_next(const struct keytype_way *prev,
				       enum keytype type);

/* Sets the padding, after EVP_DigestSignInit or EVP_DigestVerifyInit.  1, or 0
 * as libcrypto says. */
int keytype_pad(const struct keytype_way *way, EVP_PKEY_CTX *ctx);

#endif
