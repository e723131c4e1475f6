/* SPDX-License-Identifier: ISC */
#include "remote_key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <stdlib.h>
#include <string.h>

#include "../buf.h"
#include "../keyid.h"
#include "../keytype.h"
#include "ask.h"
#include "tbs.h"

#define FN(id, function)                       \
	{                                      \
		id, (void (*)(void))(function) \
	}

/* A key of this provider: the public half, in the default provider's form. */
struct remote_key {
	const char *name; /* libcrypto's: "EC", "ED25519" or "RSA" */
	EVP_PKEY *public;
	enum keytype type;
	uint8_t id[32]; /* SHA-256 of the SubjectPublicKeyInfo */
};

/* ---- KEYMGMT ---- */

static void *
key_new(const char *name)
{
	struct remote_key *key = xcalloc(1, sizeof(*key));

	key->name = name;
	return key;
}

static void *
key_new_ec(void *provctx)
{
	(void)provctx;
	return key_new("EC");
}

static void *
key_new_ed25519(void *provctx)
{
	(void)provctx;
	return key_new("ED25519");
}

static void *
key_new_rsa(void *provctx)
{
	(void)provctx;
	return key_new("RSA");
}

static void
key_free(void *keydata)
{
	struct remote_key *key = keydata;

	if (key == NULL)
		return;
	EVP_PKEY_free(key->public);
	free(key);
}

/* The private half counts as there: it can be used, if not seen. */
static int
key_has(const void *keydata, int selection)
{
	const struct remote_key *key = keydata;

	(void)selection;
	return key->public != NULL;
}

static int
key_match(const void *keydata1, const void *keydata2, int selection)
{
	const struct remote_key *a = keydata1, *b = keydata2;

	(void)selection;
	return EVP_PKEY_eq(a->public, b->public) == 1;
}

static int
key_import(void *keydata, int selection, const OSSL_PARAM params[])
{
	struct remote_key *key = keydata;
	EVP_PKEY_CTX *ctx;
	int ok;

	if (!(selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) ||
	    (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY))
		return 0;
	ctx = EVP_PKEY_CTX_new_from_name(NULL, key->name, REMOTE_KEY_PUBLIC);
	ok = ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	     EVP_PKEY_fromdata(ctx, &key->public, EVP_PKEY_PUBLIC_KEY,
			       (OSSL_PARAM *)(uintptr_t)params) == 1;
	EVP_PKEY_CTX_free(ctx);
	if (!ok)
		return 0;
	key->type = keytype_of(key->public);
	return keyid(key->public, key->id);
}

/* Must fail when asked for the private part: with that, libcrypto would move
 * the key to the default provider and try to sign there. */
static int
key_export(void *keydata, int selection, OSSL_CALLBACK *callback, void *arg)
{
	const struct remote_key *key = keydata;

	if (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY)
		return 0;
	return EVP_PKEY_export(key->public, selection, callback, arg);
}

static const OSSL_PARAM *
key_types(int selection)
{
	static const OSSL_PARAM types[] = {
	    OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
	    OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
	    OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
	    OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0), OSSL_PARAM_END};

	(void)selection;
	return types;
}

static int
key_get_params(void *keydata, OSSL_PARAM params[])
{
	const struct remote_key *key = keydata;

	return EVP_PKEY_get_params(key->public, params);
}

static const OSSL_PARAM *
key_gettable(void *provctx)
{
	static const OSSL_PARAM gettable[] = {
	    OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
	    OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
	    OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
	    OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
	    OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, NULL, 0),
	    OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_MANDATORY_DIGEST, NULL, 0),
	    OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, NULL,
				    0),
	    OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
	    OSSL_PARAM_END};

	(void)provctx;
	return gettable;
}

static const char *
operation_name(int operation_id)
{
	return operation_id == OSSL_OP_SIGNATURE ? REMOTE_KEY_SIGNATURE : NULL;
}

#define KEYMGMT_COMMON                                                  \
	FN(OSSL_FUNC_KEYMGMT_FREE, key_free),                           \
	    FN(OSSL_FUNC_KEYMGMT_HAS, key_has),                         \
	    FN(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, operation_name), \
	    FN(OSSL_FUNC_KEYMGMT_MATCH, key_match),                     \
	    FN(OSSL_FUNC_KEYMGMT_GET_PARAMS, key_get_params),           \
	    FN(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, key_gettable),        \
	    FN(OSSL_FUNC_KEYMGMT_IMPORT, key_import),                   \
	    FN(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, key_types),              \
	    FN(OSSL_FUNC_KEYMGMT_EXPORT, key_export),                   \
	    FN(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, key_types),              \
	{                                                               \
		0, NULL                                                 \
	}

const OSSL_DISPATCH remote_key_ec[] = {FN(OSSL_FUNC_KEYMGMT_NEW, key_new_ec),
				       KEYMGMT_COMMON};

const OSSL_DISPATCH remote_key_ed25519[] = {
    FN(OSSL_FUNC_KEYMGMT_NEW, key_new_ed25519), KEYMGMT_COMMON};

const OSSL_DISPATCH remote_key_rsa[] = {FN(OSSL_FUNC_KEYMGMT_NEW, key_new_rsa),
					KEYMGMT_COMMON};

/* ---- SIGNATURE ---- */

struct signing {
	const struct remote_key *key;
	const char *digest;	       /* of the way first chosen */
	const struct keytype_way *way; /* NULL: it cannot sign like that */
};

static void *
sign_new(void *provctx, const char *propq)
{
	(void)provctx;
	(void)propq;
	return xcalloc(1, sizeof(struct signing));
}

static void
sign_free(void *ctx)
{
	free(ctx);
}

static void *
sign_dup(void *ctx)
{
	struct signing *copy = xmalloc(sizeof(*copy));

	*copy = *(const struct signing *)ctx;
	return copy;
}

static const OSSL_PARAM *
sign_settable(void *ctx, void *provctx)
{
	static const OSSL_PARAM settable[] = {
	    OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
	    OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
	    OSSL_PARAM_END};

	(void)ctx, (void)provctx;
	return settable;
}

/* NULL: neither of the two.  libssl sends a number, its documentation says
 * text. */
static const char *
pad_mode(const OSSL_PARAM *p)
{
	const char *text;
	int number;

	if (OSSL_PARAM_get_utf8_string_ptr(p, &text) == 1)
		return text;
	if (OSSL_PARAM_get_int(p, &number) != 1)
		return NULL;
	return number == RSA_PKCS1_PSS_PADDING ? OSSL_PKEY_RSA_PAD_MODE_PSS
	       : number == RSA_PKCS1_PADDING   ? OSSL_PKEY_RSA_PAD_MODE_PKCSV15
					       : NULL;
}

/* Of PSS there is the one that TLS uses: the salt is as long as the digest. */
static int
is_usual_salt(const OSSL_PARAM *p)
{
	const char *text;
	int number;

	if (OSSL_PARAM_get_utf8_string_ptr(p, &text) == 1)
		return strcmp(text, OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST) == 0;
	return OSSL_PARAM_get_int(p, &number) == 1 &&
	       number == RSA_PSS_SALTLEN_DIGEST;
}

static int
sign_set_params(void *ctx, const OSSL_PARAM params[])
{
	struct signing *s = ctx;

	for (const OSSL_PARAM *p = params; p != NULL && p->key != NULL; p++) {
		if (strcmp(p->key, OSSL_SIGNATURE_PARAM_PAD_MODE) == 0)
			s->way =
			    keytype_named(s->key->type, s->digest, pad_mode(p));
		else if (strcmp(p->key, OSSL_SIGNATURE_PARAM_PSS_SALTLEN) ==
			     0 &&
			 !is_usual_salt(p))
			s->way = NULL;
	}
	return s->way != NULL;
}

static int
sign_init(void *ctx, const char *digest, void *keydata,
	  const OSSL_PARAM params[])
{
	struct signing *s = ctx;
	enum keytype type;

	if (keydata != NULL)
		s->key = keydata;
	if (s->key == NULL)
		return 0;
	type = s->key->type;
	/* RSA begins with PKCS #1 everywhere in libcrypto. */
	s->way = keytype_named(
	    type, digest,
	    type == KEYTYPE_RSA ? OSSL_PKEY_RSA_PAD_MODE_PKCSV15 : NULL);
	if (s->way == NULL)
		return 0;
	s->digest = s->way->digest;
	return sign_set_params(s, params);
}

/* The whole message in one call: keys sees what it signs. */
static int
sign_message(void *ctx, unsigned char *sig, size_t *siglen, size_t sigsize,
	     const unsigned char *tbs, size_t tbslen)
{
	const struct signing *s = ctx;
	struct msg_signature answer;

	if (s->way == NULL)
		return 0;
	if (sig == NULL) {
		*siglen = (size_t)EVP_PKEY_get_size(s->key->public);
		return 1;
	}
	if (ask_signature(s->key->id, s->way->scheme, tbs, tbslen, &answer) ==
		-1 ||
	    answer.len == 0 || answer.len > sigsize)
		return 0;
	memcpy(sig, answer.signature, answer.len);
	*siglen = answer.len;
	return 1;
}

const OSSL_DISPATCH remote_key_signature[] = {
    FN(OSSL_FUNC_SIGNATURE_NEWCTX, sign_new),
    FN(OSSL_FUNC_SIGNATURE_FREECTX, sign_free),
    FN(OSSL_FUNC_SIGNATURE_DUPCTX, sign_dup),
    FN(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, sign_init),
    FN(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, sign_message),
    FN(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, sign_set_params),
    FN(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, sign_settable),
    {0, NULL}};
