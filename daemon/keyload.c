/* SPDX-License-Identifier: ISC */
#include "keyload.h"

#include <sys/types.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keytype.h"
#include "log.h"

#define PEM_SIZE_MAX 65536

/* The whole file, from its start: others may share the descriptor. */
static ssize_t
read_pem(int fd, char *pem)
{
	size_t len = 0;
	ssize_t n;

	while (len < PEM_SIZE_MAX) {
		n = pread(fd, pem + len, PEM_SIZE_MAX - len, (off_t)len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		if (n == 0)
			return (ssize_t)len;
		len += (size_t)n;
	}
	errno = EFBIG;
	return -1;
}

static int
no_password(char *buf, int size, int rwflag, void *asked)
{
	(void)buf, (void)size, (void)rwflag;
	*(int *)asked = 1;
	return -1;
}

static EVP_PKEY *
parse_key(const char *pem, size_t len, struct err *err)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	EVP_PKEY *pkey;
	int asked = 0;

	if (bio == NULL)
		fatalx("out of memory");
	pkey = PEM_read_bio_PrivateKey(bio, NULL, no_password, &asked);
	BIO_free(bio);
	ERR_clear_error();
	if (pkey == NULL && asked)
		err_set(err, "it is encrypted: store it without a password "
			     "(openssl pkey "
			     "-in encrypted.pem -out key.pem)");
	else if (pkey == NULL)
		err_set(err, "it is not a private key in PEM form");
	return pkey;
}

/* The certificate is looked at only to find out early that it is another's. */
static int
belongs(EVP_PKEY *pkey, int cert_fd, char *pem, struct err *err)
{
	ssize_t len = read_pem(cert_fd, pem);
	BIO *bio = BIO_new_mem_buf(pem, len > 0 ? (int)len : 0);
	X509 *cert =
	    bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
	int same = cert != NULL && X509_check_private_key(cert, pkey) == 1;

	X509_free(cert);
	BIO_free(bio);
	ERR_clear_error();
	return same ? 0 : err_set(err, "it does not belong to its certificate");
}

static EVP_PKEY *
read_key(int fd, char *pem, struct err *err)
{
	ssize_t len = read_pem(fd, pem);
	EVP_PKEY *pkey;

	if (len == -1) {
		err_set(err, "it cannot be read: %s", strerror(errno));
		return NULL;
	}
	pkey = parse_key(pem, (size_t)len, err);
	return pkey;
}

EVP_PKEY *
keyload(int fd, int cert_fd, struct err *err)
{
	char *pem = OPENSSL_malloc(PEM_SIZE_MAX);
	EVP_PKEY *pkey;

	if (pem == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	pkey = read_key(fd, pem, err);
	if (pkey != NULL &&
	    ((keytype_of(pkey) == KEYTYPE_OTHER &&
	      keytype_refuse(pkey, "it is", err) == -1) ||
	     (cert_fd != -1 && belongs(pkey, cert_fd, pem, err) == -1))) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	OPENSSL_clear_free(pem, PEM_SIZE_MAX);
	return pkey;
}
