/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_KEYLOAD_H
#define BLOGD_KEYLOAD_H

#include <openssl/evp.h>

#include "err.h"

/* Private keys on their way from a file into the keys process. */

/* The private key (PEM) that fd holds, of a type blogd signs with; cert_fd, if
 * not -1, is the certificate (PEM) it must belong to.  Both stay the caller's
 * and keep their offsets.  NULL with err, whose text goes on from "private key
 * 1: ".  Free with EVP_PKEY_free.  What the file said is wiped; copies that
 * libcrypto made on the way are if keymem.h is in use. */
EVP_PKEY *keyload(int fd, int cert_fd, struct err *err);

#endif
