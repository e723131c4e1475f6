/* SPDX-License-Identifier: ISC */
#include "key_here.h"

#include <openssl/err.h>

#include <unistd.h>

#include "../keyload.h"
#include "../log.h"

#define KEYS_MAX 16

static EVP_PKEY *keys[KEYS_MAX];
static unsigned nkeys;

void
key_here_add(int fd)
{
	struct err err;

	if (nkeys == 0)
		log_warn("this build keeps private keys in serve: it is for "
			 "measurements alone");
	if (nkeys == KEYS_MAX)
		fatalx("more than %d keys", KEYS_MAX);
	keys[nkeys] = keyload(fd, -1, &err);
	if (keys[nkeys] == NULL)
		fatalx("private key %u: %s", nkeys + 1, err.text);
	nkeys++;
	close(fd);
}

EVP_PKEY *
key_here(X509 *certificate, struct err *err)
{
	for (unsigned i = 0; i < nkeys; i++)
		if (X509_check_private_key(certificate, keys[i]) == 1) {
			EVP_PKEY_up_ref(keys[i]);
			return keys[i];
		}
	ERR_clear_error();
	err_set(err, "no private key belongs to the certificate");
	return NULL;
}
