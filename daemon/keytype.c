/* SPDX-License-Identifier: ISC */
#include "keytype.h"

#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <string.h>
#include <strings.h>

#define MAKE_A_KEY \
	"openssl ecparam -name prime256v1 -genkey -noout -out key.pem"

#define VERIFY	 (1U << TBS_VERIFY)
#define EXCHANGE (1U << TBS_KEY_EXCHANGE)
#define BOTH	 (VERIFY | EXCHANGE)
#define PSS	 OSSL_PKEY_RSA_PAD_MODE_PSS
#define PKCS1	 OSSL_PKEY_RSA_PAD_MODE_PKCSV15

/* In TLS 1.3 ECDSA's scheme names the curve as well, and PKCS #1 is gone (RFC
 * 8446 section 4.2.3).  Of each type the usual way comes first. */
static const struct keytype_way ways[] = {
    {KEYTYPE_P256, SCHEME_ECDSA_SHA256, BOTH, "SHA256", NULL},
    {KEYTYPE_P256, SCHEME_ECDSA_SHA384, EXCHANGE, "SHA384", NULL},
    {KEYTYPE_P256, SCHEME_ECDSA_SHA512, EXCHANGE, "SHA512", NULL},
    {KEYTYPE_P384, SCHEME_ECDSA_SHA384, BOTH, "SHA384", NULL},
    {KEYTYPE_P384, SCHEME_ECDSA_SHA256, EXCHANGE, "SHA256", NULL},
    {KEYTYPE_P384, SCHEME_ECDSA_SHA512, EXCHANGE, "SHA512", NULL},
    {KEYTYPE_ED25519, SCHEME_ED25519, BOTH, NULL, NULL},
    {KEYTYPE_RSA, SCHEME_PSS_SHA256, BOTH, "SHA256", PSS},
    {KEYTYPE_RSA, SCHEME_PSS_SHA384, BOTH, "SHA384", PSS},
    {KEYTYPE_RSA, SCHEME_PSS_SHA512, BOTH, "SHA512", PSS},
    {KEYTYPE_RSA, SCHEME_PKCS1_SHA256, EXCHANGE, "SHA256", PKCS1},
    {KEYTYPE_RSA, SCHEME_PKCS1_SHA384, EXCHANGE, "SHA384", PKCS1},
    {KEYTYPE_RSA, SCHEME_PKCS1_SHA512, EXCHANGE, "SHA512", PKCS1},
};
static const struct keytype_way *const end =
    ways + sizeof(ways) / sizeof(*ways);

enum keytype
keytype_of(const EVP_PKEY *key)
{
	int bits = EVP_PKEY_get_bits(key);
	char group[32] = "";

	if (EVP_PKEY_is_a(key, "ED25519"))
		return KEYTYPE_ED25519;
	if (EVP_PKEY_is_a(key, "RSA"))
		return bits >= 2048 && bits <= 4096 ? KEYTYPE_RSA
						    : KEYTYPE_OTHER;
	EVP_PKEY_get_group_name(key, group, sizeof(group), NULL);
	if (strcmp(group, "prime256v1") == 0)
		return KEYTYPE_P256;
	return strcmp(group, "secp384r1") == 0 ? KEYTYPE_P384 : KEYTYPE_OTHER;
}

int
keytype_refuse(const EVP_PKEY *key, const char *whose, struct err *err)
{
	char group[32] = "";

	EVP_PKEY_get_group_name(key, group, sizeof(group), NULL);
	return err_set(
	    err,
	    "%s %s %s of %d bits; blogd signs with ECDSA (P-256, "
	    "P-384), Ed25519, or RSA of 2048 to 4096 bits: make a "
	    "key with \"" MAKE_A_KEY "\" and have a certificate issued for it",
	    whose, EVP_PKEY_get0_type_name(key), group, EVP_PKEY_get_bits(key));
}

const struct keytype_way *
keytype_next(const struct keytype_way *prev, enum keytype type)
{
	const struct keytype_way *w = prev == NULL ? ways : prev + 1;

	while (w < end && w->type != type)
		w++;
	return w < end ? w : NULL;
}

const struct keytype_way *
keytype_way(enum keytype type, enum tbs_kind kind, uint32_t scheme)
{
	const struct keytype_way *w = NULL;

	while ((w = keytype_next(w, type)) != NULL)
		if (w->scheme == scheme && (w->kinds & (1U << kind)))
			return w;
	return NULL;
}

/* libcrypto knows each digest by two names. */
static int
same_digest(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	if (strncasecmp(a, "SHA2-", 5) == 0)
		return strcasecmp(a + 5, b + 3) == 0;
	return strcasecmp(a, b) == 0;
}

static int
same_pad(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

const struct keytype_way *
keytype_named(enum keytype type, const char *digest, const char *pad)
{
	const struct keytype_way *w = NULL;

	while ((w = keytype_next(w, type)) != NULL)
		if (same_digest(digest, w->digest) && same_pad(pad, w->pad))
			return w;
	return NULL;
}

/* RFC 8446 section 4.2.3: the salt is as long as the digest, and MGF1 uses the
 * same, which is libcrypto's default. */
int
keytype_pad(const struct keytype_way *way, EVP_PKEY_CTX *ctx)
{
	if (way->pad == NULL)
		return 1;
	if (strcmp(way->pad, PKCS1) == 0)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) ==
		       1;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) ==
		   1;
}
