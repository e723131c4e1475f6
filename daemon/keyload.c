/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h" /* BLOGD_SANITIZE */
#endif

#include "keyload.h"

#include <sys/mman.h>
#include <sys/types.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#ifdef __FreeBSD__
#include <malloc_np.h>
#else
#include <malloc.h>
#endif

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "log.h"

#define PEM_SIZE_MAX 65536
#define HEAP	     (2U << 20) /* for all keys and all signing */

/* libcrypto wipes private numbers but not, for one, the decoded PEM; so
 * everything it gives back is wiped. */
static void
wiping_free(void *p, const char *file, int line)
{
	(void)file, (void)line;
	if (p != NULL)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

static void *
plain_malloc(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return malloc(size);
}

static void *
wiping_realloc(void *p, size_t size, const char *file, int line)
{
	size_t old = p == NULL ? 0 : malloc_usable_size(p);
	void *q;

	if (size == 0) {
		wiping_free(p, file, line);
		return NULL;
	}
	q = malloc(size);
	if (q == NULL)
		return NULL;
	if (p != NULL)
		memcpy(q, p, old < size ? old : size);
	wiping_free(p, file, line);
	return q;
}

/* Takes all the heap there will ever be from the system at once, so that it can
 * be locked, kept out of core files, and used without a system call. */
static void
lock_heap(void)
{
#if defined(__GLIBC__) && !defined(BLOGD_SANITIZE)
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start;
	char *heap;

	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TRIM_THRESHOLD, 2 * HEAP);
	heap = xmalloc(HEAP);
	explicit_bzero(heap, HEAP);
	start = (uintptr_t)heap & ~(page - 1);
	madvise((void *)start, HEAP, MADV_DONTDUMP);
	if (mlock((void *)start, HEAP) == -1)
		log_notice("the memory of private keys may be swapped out: %s "
			   "(raise the limit of locked memory)",
			   strerror(errno));
	free(heap);
#endif
}

void
keyload_memory(void)
{
	lock_heap();
	if (CRYPTO_set_mem_functions(plain_malloc, wiping_realloc,
				     wiping_free) != 1)
		fatalx("libcrypto was used before its memory was set up");
}

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

static int
check_type(const EVP_PKEY *pkey, struct err *err)
{
	char group[32] = "";

	EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL);
	if (EVP_PKEY_is_a(pkey, "ED25519") ||
	    strcmp(group, "prime256v1") == 0 || strcmp(group, "secp384r1") == 0)
		return 0;
	return err_set(
	    err,
	    "it is %s %s; blogd needs ECDSA with P-256 or P-384, or Ed25519: "
	    "make a key with \"openssl ecparam -name prime256v1 -genkey -noout "
	    "-out "
	    "key.pem\" and have a certificate issued for it",
	    EVP_PKEY_get0_type_name(pkey), group);
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
	explicit_bzero(pem, PEM_SIZE_MAX);
	return pkey;
}

EVP_PKEY *
keyload(int fd, int cert_fd, struct err *err)
{
	char *pem = xmalloc(PEM_SIZE_MAX);
	EVP_PKEY *pkey = read_key(fd, pem, err);

	if (pkey != NULL &&
	    (check_type(pkey, err) == -1 ||
	     (cert_fd != -1 && belongs(pkey, cert_fd, pem, err) == -1))) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	free(pem);
	return pkey;
}
