/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_KEY_HERE_H
#define BLOGD_KEY_HERE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "../err.h"

/*
 * For --enable-key-in-serve alone: serve reads the private keys and signs by
 * itself, as servers do that have no process for it.  What the process is worth
 * is measured against that (tests/bench/run hs-isolated).
 */

/* A file with a private key, PEM.  Closes fd. */
void key_here_add(int fd);

/* The private key of the certificate, to be freed with EVP_PKEY_free; NULL with
 * err when none of those fits. */
EVP_PKEY *key_here(X509 *certificate, struct err *err);

#endif
