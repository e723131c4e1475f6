/* SPDX-License-Identifier: ISC */
#include "keyid.h"

#include <openssl/x509.h>

int
keyid(const EVP_PKEY *key, uint8_t id[32])
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);
	int ok = len > 0 &&
		 EVP_Digest(der, (size_t)len, id, NULL, EVP_sha256(), NULL);

	OPENSSL_free(der);
	return ok;
}
