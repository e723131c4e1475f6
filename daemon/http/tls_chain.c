/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "../buf.h"
#ifdef BLOGD_KEY_IN_SERVE
#include "key_here.h"
#define KEY_OF key_here
#else
#include "keyprov.h"
#define KEY_OF keyprov_key
#endif
#include "tls_context.h"

#define CHAIN_BYTES_MAX (128 * 1024)

static int
read_file(int fd, struct buf *out, struct err *err)
{
	char piece[4096];
	ssize_t n;

	while ((n = pread(fd, piece, sizeof(piece), (off_t)out->len)) > 0) {
		buf_add(out, piece, (size_t)n);
		if (out->len > CHAIN_BYTES_MAX)
			return err_set(
			    err, "the certificate file has more than %d bytes",
			    CHAIN_BYTES_MAX);
	}
	if (n == -1)
		return err_set(err, "cannot read the certificate file: %s",
			       strerror(errno));
	return 0;
}

/* What follows the leaf, up to the end of the file. */
static int
add_intermediates(SSL_CTX *ctx, BIO *pem, struct err *err)
{
	X509 *x;
	unsigned long e;

	while ((x = PEM_read_bio_X509(pem, NULL, NULL, NULL)) != NULL) {
		if (SSL_CTX_add0_chain_cert(ctx, x) != 1) {
			X509_free(x);
			return tls_err(err, "certificate chain");
		}
	}
	e = ERR_peek_last_error();
	if (ERR_GET_LIB(e) != ERR_LIB_PEM ||
	    ERR_GET_REASON(e) != PEM_R_NO_START_LINE)
		return tls_err(err, "certificate chain");
	ERR_clear_error();
	return 0;
}

static int
use_leaf(SSL_CTX *ctx, X509 *leaf, struct err *err)
{
	EVP_PKEY *key = KEY_OF(leaf, err); /* knows better what is wrong */
	int ok;

	if (key == NULL)
		return -1;
	if (SSL_CTX_use_certificate(ctx, leaf) != 1) {
		EVP_PKEY_free(key);
		return tls_err(err, "certificate");
	}
	ok = SSL_CTX_use_PrivateKey(ctx, key);
	EVP_PKEY_free(key);
	return ok == 1
		   ? 0
		   : tls_err(err,
			     "the private key does not fit the certificate");
}

static int
use_chain(SSL_CTX *ctx, const struct buf *file, struct err *err)
{
	BIO *pem = BIO_new_mem_buf(file->data, (int)file->len);
	X509 *leaf = PEM_read_bio_X509(pem, NULL, NULL, NULL);
	int result;

	if (leaf == NULL)
		result = tls_err(
		    err, "the certificate file holds no PEM certificate");
	else if ((result = use_leaf(ctx, leaf, err)) == 0)
		result = add_intermediates(ctx, pem, err);
	X509_free(leaf);
	BIO_free(pem);
	return result;
}

static int
on_server_name(SSL *s, int *alert, void *arg)
{
	const struct tls *t = arg;
	const char *name = SSL_get_servername(s, TLSEXT_NAMETYPE_host_name);

	(void)alert;
	for (unsigned i = 0; name != NULL && i < t->n; i++) {
		X509 *leaf = SSL_CTX_get0_certificate(t->ctx[i]);

		if (X509_check_host(leaf, name, 0, 0, NULL) != 1)
			continue;
		SSL_set_SSL_CTX(s, t->ctx[i]);
		return SSL_TLSEXT_ERR_OK;
	}
	return SSL_TLSEXT_ERR_NOACK;
}

int
tls_add_chain(struct tls *t, int fd, struct err *err)
{
	struct buf file = {0};
	SSL_CTX *ctx;
	int result;

	if (t->n == CHAINS_MAX)
		return err_set(err, "more than %d certificates", CHAINS_MAX);
	ctx = tls_new_context(t, err);
	if (ctx == NULL)
		return -1;
	result = read_file(fd, &file, err);
	if (result == 0)
		result = use_chain(ctx, &file, err);
	buf_free(&file);
	if (result == -1) {
		SSL_CTX_free(ctx);
		return -1;
	}
	t->ctx[t->n++] = ctx;
	/* The name decides only where there is a choice. */
	if (t->n == 2) {
		SSL_CTX_set_tlsext_servername_callback(t->ctx[0],
						       on_server_name);
		SSL_CTX_set_tlsext_servername_arg(t->ctx[0], t);
	}
	return 0;
}

void
tls_names(const struct tls *t, void (*each)(void *arg, struct slice name),
	  void *arg)
{
	for (unsigned i = 0; i < t->n; i++)
		sans_each(SSL_CTX_get0_certificate(t->ctx[i]), each, arg);
}
