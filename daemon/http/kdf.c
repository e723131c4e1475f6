/* SPDX-License-Identifier: ISC */
#include "kdf.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <stdint.h>
#include <string.h>
#include <strings.h>

#define HASH_MAX  48 /* SHA-384 */
#define BLOCK_MAX 128
#define INFO_MAX  (2 + 1 + 255 + 1 + 255 + 1) /* HkdfLabel, a counter */

struct hash {
	const char *name, *alias;
	size_t size, block;
	EVP_MD *md;
	uint8_t of_nothing[HASH_MAX];
};

struct bytes {
	const void *data; /* NULL: not given */
	size_t len;
};

struct derivation {
	int mode;
	const struct hash *hash;
	struct bytes key, salt, prefix, label, data;
};

static struct hash hashes[] = {
    {.name = "SHA2-256", .alias = "SHA256", .size = 32, .block = 64},
    {.name = "SHA2-384", .alias = "SHA384", .size = 48, .block = 128},
};
#define NHASHES (sizeof(hashes) / sizeof(hashes[0]))

static EVP_MD_CTX *context;

/* ------------------------------------------------------ HMAC and HKDF -- */

/* The hash of the padded key and the text: one half of RFC 2104. */
static int
half_hmac(const struct hash *h, struct bytes key, uint8_t pad,
	  struct bytes text, uint8_t *out)
{
	uint8_t block[BLOCK_MAX];
	const uint8_t *k = key.data;
	int ok;

	memset(block, pad, h->block);
	for (size_t i = 0; i < key.len; i++)
		block[i] ^= k[i];
	ok = EVP_DigestInit_ex(context, h->md, NULL) == 1 &&
	     EVP_DigestUpdate(context, block, h->block) == 1 &&
	     EVP_DigestUpdate(context, text.data, text.len) == 1 &&
	     EVP_DigestFinal_ex(context, out, NULL) == 1;
	OPENSSL_cleanse(block, sizeof(block));
	return ok;
}

/* The keys of the key schedule are hashes: they fit into a block. */
static int
hmac(const struct hash *h, struct bytes key, struct bytes text, uint8_t *out)
{
	uint8_t inner[HASH_MAX];
	int ok;

	ok = key.data != NULL && key.len <= h->block &&
	     half_hmac(h, key, 0x36, text, inner) &&
	     half_hmac(h, key, 0x5c, (struct bytes){inner, h->size}, out);
	OPENSSL_cleanse(inner, sizeof(inner));
	return ok;
}

static void
add(uint8_t *to, size_t *at, struct bytes b)
{
	if (b.len > 0)
		memcpy(to + *at, b.data, b.len);
	*at += b.len;
}

/* HKDF-Expand-Label of RFC 8446 section 7.1.  The key schedule never wants more
 * than one hash. */
static int
expand(const struct derivation *d, struct bytes key, struct bytes data,
       uint8_t *out, size_t len)
{
	uint8_t info[INFO_MAX], secret[HASH_MAX];
	size_t n = 0, label = d->prefix.len + d->label.len;
	int ok;

	if (len > d->hash->size || d->prefix.len > 255 || d->label.len > 255 ||
	    label > 255 || data.len > 255)
		return 0;
	info[n++] = 0;
	info[n++] = (uint8_t)len;
	info[n++] = (uint8_t)label;
	add(info, &n, d->prefix);
	add(info, &n, d->label);
	info[n++] = (uint8_t)data.len;
	add(info, &n, data);
	info[n++] = 1; /* HKDF's counter, RFC 5869 section 2.3 */
	ok = hmac(d->hash, key, (struct bytes){info, n}, secret);
	if (ok)
		memcpy(out, secret, len);
	OPENSSL_cleanse(secret, sizeof(secret));
	return ok;
}

/* The next secret of the schedule: HKDF-Extract of the key, salted with what is
 * derived from the secret before. */
static int
extract(const struct derivation *d, uint8_t *out, size_t len)
{
	static const uint8_t zeros[HASH_MAX];
	const struct hash *h = d->hash;
	struct bytes salt = {zeros, 0}, key = d->key;
	uint8_t derived[HASH_MAX];
	int ok = 1;

	if (len != h->size)
		return 0;
	if (key.data == NULL)
		key = (struct bytes){zeros, h->size};
	if (d->salt.data != NULL) {
		salt = (struct bytes){derived, h->size};
		ok = expand(d, d->salt, (struct bytes){h->of_nothing, h->size},
			    derived, h->size);
	}
	ok = ok && hmac(h, salt, key, out);
	OPENSSL_cleanse(derived, sizeof(derived));
	return ok;
}

/* --------------------------------------------------------- parameters -- */

static const struct hash *
find_hash(const OSSL_PARAM *p)
{
	const char *name;

	if (OSSL_PARAM_get_utf8_string_ptr(p, &name) != 1)
		return NULL;
	for (size_t i = 0; i < NHASHES; i++)
		if (strcasecmp(name, hashes[i].name) == 0 ||
		    strcasecmp(name, hashes[i].alias) == 0)
			return &hashes[i];
	return NULL;
}

static int
take_bytes(const OSSL_PARAM *p, struct bytes *b)
{
	const void *data;

	if (OSSL_PARAM_get_octet_string_ptr(p, &data, &b->len) != 1)
		return 0;
	b->data = data;
	return 1;
}

static int
take(struct derivation *d, const OSSL_PARAM *p)
{
	const struct {
		const char *name;
		struct bytes *to;
	} octets[] = {
	    {OSSL_KDF_PARAM_KEY, &d->key},
	    {OSSL_KDF_PARAM_SALT, &d->salt},
	    {OSSL_KDF_PARAM_PREFIX, &d->prefix},
	    {OSSL_KDF_PARAM_LABEL, &d->label},
	    {OSSL_KDF_PARAM_DATA, &d->data},
	};

	for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++)
		if (strcmp(p->key, octets[i].name) == 0)
			return take_bytes(p, octets[i].to);
	if (strcmp(p->key, OSSL_KDF_PARAM_MODE) == 0)
		return OSSL_PARAM_get_int(p, &d->mode);
	if (strcmp(p->key, OSSL_KDF_PARAM_DIGEST) != 0)
		return 0;
	d->hash = find_hash(p);
	return d->hash != NULL;
}

/* ------------------------------------------------------ the functions -- */

static void *
kdf_new(void *provider)
{
	return provider;
}

static void
kdf_free(void *ctx)
{
	(void)ctx;
}

static void
kdf_reset(void *ctx)
{
	(void)ctx;
}

static int
kdf_derive(void *ctx, unsigned char *out, size_t len, const OSSL_PARAM params[])
{
	struct derivation d = {.mode = -1};

	(void)ctx;
	for (; params != NULL && params->key != NULL; params++)
		if (!take(&d, params))
			return 0;
	if (d.hash == NULL)
		return 0;
	if (d.mode == EVP_KDF_HKDF_MODE_EXTRACT_ONLY)
		return extract(&d, out, len);
	return d.mode == EVP_KDF_HKDF_MODE_EXPAND_ONLY &&
	       expand(&d, d.key, d.data, out, len);
}

const OSSL_DISPATCH kdf_functions[] = {
    {OSSL_FUNC_KDF_NEWCTX, (void (*)(void))kdf_new},
    {OSSL_FUNC_KDF_FREECTX, (void (*)(void))kdf_free},
    {OSSL_FUNC_KDF_RESET, (void (*)(void))kdf_reset},
    {OSSL_FUNC_KDF_DERIVE, (void (*)(void))kdf_derive},
    {0, NULL}};

int
kdf_init(void)
{
	context = EVP_MD_CTX_new();
	for (size_t i = 0; i < NHASHES; i++) {
		struct hash *h = &hashes[i];

		h->md = EVP_MD_fetch(NULL, h->name, NULL);
		if (context == NULL || h->md == NULL ||
		    EVP_Digest("", 0, h->of_nothing, NULL, h->md, NULL) != 1)
			return 0;
	}
	return 1;
}

void
kdf_end(void)
{
	for (size_t i = 0; i < NHASHES; i++)
		EVP_MD_free(hashes[i].md);
	EVP_MD_CTX_free(context);
}
