/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "digest.h"

#include <openssl/evp.h>

#include "../log.h"

void
digest_number(struct digest *d, uint64_t n)
{
	unsigned char bytes[8];
	int i;

	for (i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(n >> (8 * i));
	buf_add(&d->in, bytes, sizeof(bytes));
}

void
digest_bytes(struct digest *d, const void *data, size_t len)
{
	digest_number(d, len);
	buf_add(&d->in, data, len);
}

void
digest_add(struct digest *d, struct slice field)
{
	digest_bytes(d, field.data, field.len);
}

void
digest_end(struct digest *d, uint8_t out[DIGEST_LEN])
{
	if (EVP_Digest(d->in.data, d->in.len, out, NULL, EVP_sha256(), NULL) !=
	    1)
		fatalx("cannot compute SHA-256");
	buf_clear(&d->in);
}

void
digest_free(struct digest *d)
{
	buf_free(&d->in);
}
