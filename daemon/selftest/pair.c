/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <limits.h>
#include <stdio.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "../log.h"
#include "selftest.h"

const char *
pair_name(enum pair_kind kind)
{
	static const char *const names[PAIR__MAX] = {
	    [PAIR_P256] = "ECDSA P-256",
	    [PAIR_P384] = "ECDSA P-384",
	    [PAIR_ED25519] = "Ed25519",
	    [PAIR_RSA] = "RSA 2048"};

	return names[kind];
}

static EVP_PKEY *
generate(enum pair_kind kind)
{
	switch (kind) {
	case PAIR_P384:
		return EVP_EC_gen("P-384");
	case PAIR_ED25519:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	case PAIR_RSA:
		return EVP_RSA_gen(2048);
	default:
		return EVP_EC_gen("P-256");
	}
}

static int
add_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	int ok = e != NULL && X509_add_ext(x, e, -1) == 1;

	X509_EXTENSION_free(e);
	return ok;
}

static X509 *
certificate(EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	const EVP_MD *md = EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256();

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
				   (const unsigned char *)"localhost", -1, -1,
				   0);
	X509_set_issuer_name(x, name);
	X509_set_pubkey(x, key);
	if (!add_extension(x, NID_subject_alt_name,
			   "DNS:localhost,IP:127.0.0.1") ||
	    X509_sign(x, key, md) == 0)
		fatalx("libcrypto cannot make a certificate");
	return x;
}

static FILE *
create(const char *dir, const char *name)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (f == NULL || fchmod(fileno(f), 0600) == -1)
		fatal("%s", path);
	return f;
}

void
pair_write(const char *dir, enum pair_kind kind)
{
	EVP_PKEY *key = generate(kind);
	X509 *x = key != NULL ? certificate(key) : NULL;
	FILE *cert = create(dir, "cert.pem"), *private = create(dir, "key.pem");

	if (x == NULL || PEM_write_X509(cert, x) != 1 ||
	    PEM_write_PrivateKey(private, key, NULL, NULL, 0, NULL, NULL) != 1)
		fatalx("libcrypto cannot make a key");
	fclose(cert);
	fclose(private);
	X509_free(x);
	EVP_PKEY_free(key);
}
