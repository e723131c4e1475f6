/* SPDX-License-Identifier: ISC */
#include "keyprov.h"

#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include <string.h>

#include "../keyid.h"
#include "../keytype.h"
#include "ask.h"
#include "kdf.h"
#include "remote_key.h"
#include "tbs.h"

#define NAME	 "blogd"
#define PROPERTY "provider=blogd,blogd.remote=yes"
#define QUICK	 "provider=blogd,blogd.quick=yes"

/* ---- the provider ---- */

static const OSSL_ALGORITHM keymgmts[] = {
    {"EC:id-ecPublicKey:1.2.840.10045.2.1", PROPERTY, remote_key_ec, NULL},
    {"ED25519:1.3.101.112", PROPERTY, remote_key_ed25519, NULL},
    {"RSA:rsaEncryption:1.2.840.113549.1.1.1", PROPERTY, remote_key_rsa, NULL},
    {NULL, NULL, NULL, NULL}};

static const OSSL_ALGORITHM signatures[] = {
    {REMOTE_KEY_SIGNATURE, PROPERTY, remote_key_signature, NULL},
    {NULL, NULL, NULL, NULL}};

static const OSSL_ALGORITHM kdfs[] = {{"TLS13-KDF", QUICK, kdf_functions, NULL},
				      {NULL, NULL, NULL, NULL}};

static const OSSL_ALGORITHM *
provider_query(void *provctx, int operation_id, int *no_store)
{
	(void)provctx;
	*no_store = 0;
	if (operation_id == OSSL_OP_KEYMGMT)
		return keymgmts;
	if (operation_id == OSSL_OP_KDF)
		return kdfs;
	return operation_id == OSSL_OP_SIGNATURE ? signatures : NULL;
}

static const OSSL_DISPATCH provider[] = {
    {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))provider_query},
    {0, NULL}};

static int
provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
	      const OSSL_DISPATCH **out, void **provctx)
{
	(void)in;
	*out = provider;
	*provctx = (void *)(uintptr_t)handle; /* nothing of our own */
	return 1;
}

static OSSL_PROVIDER *inner, *ours;

static void
unload(void)
{
	kdf_end();
	OSSL_PROVIDER_unload(ours);
	OSSL_PROVIDER_unload(inner);
}

static int
load(void)
{
	inner = OSSL_PROVIDER_load(NULL, "default");
	if (inner == NULL ||
	    OSSL_PROVIDER_add_builtin(NULL, NAME, provider_init) != 1)
		return -1;
	ours = OSSL_PROVIDER_load(NULL, NAME);
	/* Both providers have EC keys: all but the certificates' are to be the
	 * default one's.  Both have the key schedule: that is to be ours. */
	if (ours == NULL || !kdf_init() ||
	    EVP_set_default_properties(
		NULL, "?blogd.remote=no,?blogd.quick=yes") != 1)
		return -1;
	return OPENSSL_atexit(unload) == 1 ? 0 : -1;
}

int
keyprov_init(const struct ipc *channel, struct err *err)
{
	if (ask_init(channel, err) == -1)
		return -1;
	if (ours == NULL && load() == -1)
		return err_set(err, "cannot set up the key provider");
	return 0;
}

/* ---- a certificate's key ---- */

static EVP_PKEY *
wrap(EVP_PKEY *public)
{
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(
	    NULL, EVP_PKEY_get0_type_name(public), PROPERTY);

	if (ctx == NULL ||
	    EVP_PKEY_todata(public, EVP_PKEY_PUBLIC_KEY, &params) != 1 ||
	    EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static int
verifies(EVP_PKEY *public, const struct keytype_way *way, const uint8_t *tbs,
	 size_t len, const struct msg_signature *answer)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *padding;
	int ok =
	    ctx != NULL &&
	    EVP_DigestVerifyInit_ex(ctx, &padding, way->digest, NULL,
				    REMOTE_KEY_PUBLIC, public, NULL) == 1 &&
	    keytype_pad(way, padding) &&
	    EVP_DigestVerify(ctx, answer->signature, answer->len, tbs, len) ==
		1;

	EVP_MD_CTX_free(ctx);
	return ok;
}

/* Has keys the private half?  A signature on something no handshake ever signs
 * tells. */
static int
try_key(EVP_PKEY *public, const struct keytype_way *way, struct err *err)
{
	struct msg_signature answer;
	uint8_t tbs[TBS_PROBE_LEN], id[32];

	tbs_probe(tbs);
	if (!keyid(public, id))
		return err_set(err, "cannot hash the certificate's key");
	if (ask_signature(id, way->scheme, tbs, sizeof(tbs), &answer) == -1)
		return err_set(err, "keys does not answer");
	if (answer.len == 0 ||
	    !verifies(public, way, tbs, sizeof(tbs), &answer))
		return err_set(
		    err, "the private key does not belong to the certificate");
	return 0;
}

EVP_PKEY *
keyprov_key(X509 *certificate, struct err *err)
{
	EVP_PKEY *key, *public = X509_get0_pubkey(certificate);
	const struct keytype_way *way;

	if (public == NULL) {
		err_set(err, "the certificate's key cannot be read");
		return NULL;
	}
	way = keytype_next(NULL, keytype_of(public));
	if (way == NULL) {
		keytype_refuse(public, "the certificate's key is", err);
		return NULL;
	}
	if (try_key(public, way, err) == -1)
		return NULL;
	key = wrap(public);
	if (key == NULL)
		err_set(err, "cannot set up the certificate's key");
	return key;
}
