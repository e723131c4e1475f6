/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TBS_H
#define BLOGD_TBS_H

#include <stddef.h>
#include <stdint.h>

/*
 * What a TLS server signs in a handshake.  keys signs nothing else, so that a
 * server process that was taken over can not use it for other documents.
 */
enum tbs_kind {
	TBS_OTHER,
	TBS_KEY_EXCHANGE, /* TLS 1.2 ServerKeyExchange, RFC 8422 section 5.4 */
	TBS_VERIFY /* TLS 1.3 CertificateVerify, RFC 8446 section 4.4.3 */
};

/* What these bytes are; TBS_OTHER unless every length is exact. */
enum tbs_kind tbs_kind(const uint8_t *tbs, size_t len);

/* SignatureScheme, RFC 8446 section 4.2.3.  In TLS 1.2 the same numbers name a
 * hash and ECDSA, with any curve (RFC 8422 section 5.1.3). */
#define SCHEME_ECDSA_SHA256 0x0403
#define SCHEME_ECDSA_SHA384 0x0503
#define SCHEME_ECDSA_SHA512 0x0603
#define SCHEME_ED25519	    0x0807
/* RSA: with PSS (rsa_pss_rsae_...) and, in TLS 1.2 alone, PKCS #1. */
#define SCHEME_PSS_SHA256   0x0804
#define SCHEME_PSS_SHA384   0x0805
#define SCHEME_PSS_SHA512   0x0806
#define SCHEME_PKCS1_SHA256 0x0401
#define SCHEME_PKCS1_SHA384 0x0501
#define SCHEME_PKCS1_SHA512 0x0601

/* A CertificateVerify for a transcript hash that no handshake has: for finding
 * out whether a key is there.  Writes TBS_PROBE_LEN bytes. */
#define TBS_PROBE_LEN 130
void tbs_probe(uint8_t out[TBS_PROBE_LEN]);

#endif
