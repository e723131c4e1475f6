/* SPDX-License-Identifier: ISC */
#include "tls_stream.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "../buf.h"
#include "readfd.h"
#include "stream.h"

#define CA_MAX (8U << 20)

struct tls_stream {
	git_stream parent;
	git_stream *io;
	char *host;
	SSL *ssl;
	git_cert_x509 cert;
	int broken; /* no close_notify */
};

static SSL_CTX *context;
static BIO_METHOD *method;

/* ---- the stream below as a BIO: its limits hold within the handshake too ----
 */

static int
bio_read(BIO *bio, char *data, int len)
{
	git_stream *io = BIO_get_data(bio);

	return len > 0 ? (int)io->read(io, data, (size_t)len) : 0;
}

static int
bio_write(BIO *bio, const char *data, int len)
{
	git_stream *io = BIO_get_data(bio);

	return len > 0 ? (int)io->write(io, data, (size_t)len, 0) : 0;
}

static long
bio_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
	(void)bio;
	(void)num;
	(void)ptr;
	return cmd == BIO_CTRL_FLUSH;
}

static int
make_method(void)
{
	method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK,
			      "git stream");
	return method != NULL && BIO_meth_set_read(method, bio_read) &&
	       BIO_meth_set_write(method, bio_write) &&
	       BIO_meth_set_ctrl(method, bio_ctrl);
}

static BIO *
make_bio(git_stream *io)
{
	BIO *bio = BIO_new(method);

	if (bio != NULL) {
		BIO_set_data(bio, io);
		BIO_set_init(bio, 1);
	}
	return bio;
}

/* ---- what went wrong ---- */

int
tls_stream_explain(long code, const char *host, struct err *err)
{
	switch (code) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return err_set(
		    err,
		    "the certificate that %s shows is for another host name",
		    host);
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return err_set(err, "the certificate of %s has expired", host);
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return err_set(
		    err,
		    "the certificate of %s is not valid yet; is this "
		    "machine's clock right?",
		    host);
	default:
		return err_set(
		    err,
		    "the certificate of %s is not trusted: %s; add its "
		    "authority to `ca`",
		    host, X509_verify_cert_error_string(code));
	}
}

/* The stream below has said why, if it was the stream. */
static int
failed(struct tls_stream *st, const char *what)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(code);

	st->broken = 1;
	ERR_clear_error();
	return stream_give_up("TLS %s %s: %s", what, st->host,
			      reason != NULL ? reason
					     : "the connection was closed");
}

static int
handshake_failed(struct tls_stream *st)
{
	long code = SSL_get_verify_result(st->ssl);
	struct err why;

	if (code == X509_V_OK &&
	    ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_WRONG_VERSION_NUMBER)
		return stream_give_up("%s does not speak TLS on that port",
				      st->host);
	if (code == X509_V_OK)
		return failed(st, "handshake with");
	st->broken = 1;
	ERR_clear_error();
	tls_stream_explain(code, st->host, &why);
	return stream_give_up("%s", why.text);
}

/* ---- libgit2's stream ---- */

static int
keep_certificate(struct tls_stream *st)
{
	X509 *x = SSL_get0_peer_certificate(st->ssl);
	unsigned char *der = NULL;
	int len = x != NULL ? i2d_X509(x, &der) : -1;

	if (len <= 0)
		return failed(st, "certificate of");
	st->cert.parent.cert_type = GIT_CERT_X509;
	st->cert.data = der;
	st->cert.len = (size_t)len;
	return 0;
}

static int
tls_connect(git_stream *stream)
{
	struct tls_stream *st = (struct tls_stream *)stream;

	if (st->io->connect(st->io) < 0)
		return -1;
	ERR_clear_error();
	if (SSL_connect(st->ssl) != 1)
		return handshake_failed(st);
	return keep_certificate(st);
}

static int
tls_certificate(git_cert **out, git_stream *stream)
{
	struct tls_stream *st = (struct tls_stream *)stream;

	*out = &st->cert.parent;
	return 0;
}

static int
as_int(size_t len)
{
	return len < INT_MAX ? (int)len : INT_MAX;
}

static ssize_t
tls_read(git_stream *stream, void *data, size_t len)
{
	struct tls_stream *st = (struct tls_stream *)stream;
	int n;

	ERR_clear_error();
	n = SSL_read(st->ssl, data, as_int(len));
	if (n > 0)
		return n;
	if (SSL_get_error(st->ssl, n) == SSL_ERROR_ZERO_RETURN)
		return 0;
	return failed(st, "from");
}

static ssize_t
tls_write(git_stream *stream, const char *data, size_t len, int flags)
{
	struct tls_stream *st = (struct tls_stream *)stream;
	int n;

	(void)flags;
	if (len == 0)
		return 0;
	ERR_clear_error();
	n = SSL_write(st->ssl, data, as_int(len));
	return n > 0 ? n : failed(st, "to");
}

static int
tls_close(git_stream *stream)
{
	struct tls_stream *st = (struct tls_stream *)stream;

	if (!st->broken && SSL_is_init_finished(st->ssl))
		SSL_shutdown(st->ssl);
	st->broken = 1;
	ERR_clear_error();
	return st->io->close(st->io);
}

static void
tls_free(git_stream *stream)
{
	struct tls_stream *st = (struct tls_stream *)stream;

	SSL_free(st->ssl);
	st->io->free(st->io);
	OPENSSL_free(st->cert.data);
	free(st->host);
	free(st);
}

/* An address is compared as such; a name is also sent (SNI, RFC 6066). */
static int
expect_host(SSL *ssl, const char *host)
{
	if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1)
		return 1;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, host) == 1 &&
	       SSL_set_tlsext_host_name(ssl, host) == 1;
}

static SSL *
session_new(git_stream *io, const char *host)
{
	SSL *ssl = SSL_new(context);
	BIO *bio = ssl != NULL ? make_bio(io) : NULL;

	if (bio == NULL || !expect_host(ssl, host)) {
		BIO_free(bio);
		SSL_free(ssl);
		return NULL;
	}
	SSL_set_bio(ssl, bio, bio);
	SSL_set_connect_state(ssl);
	return ssl;
}

static void
set_callbacks(git_stream *s)
{
	s->version = GIT_STREAM_VERSION;
	s->encrypted = 1;
	s->connect = tls_connect;
	s->certificate = tls_certificate;
	s->read = tls_read;
	s->write = tls_write;
	s->close = tls_close;
	s->free = tls_free;
}

int
tls_stream_new(git_stream **out, const char *host, const char *port)
{
	struct tls_stream *st;
	git_stream *io;
	SSL *ssl;
	size_t n = strlen(host);

	if (stream_new_encrypted(&io, host, port) < 0)
		return -1;
	if (n > 2 && host[0] == '[') {
		host++;
		n -= 2;
	}
	st = xcalloc(1, sizeof(*st));
	st->host = xstrndup(host, n);
	ssl = session_new(io, st->host);
	if (ssl == NULL) {
		io->free(io);
		free(st->host);
		free(st);
		return stream_give_up("cannot make a TLS session for %s", host);
	}
	set_callbacks(&st->parent);
	st->io = io;
	st->ssl = ssl;
	*out = &st->parent;
	return 0;
}

/* ---- before the filter ---- */

static int
trust_all(BIO *pem, X509_STORE *store)
{
	int n = 0;
	X509 *x;

	while ((x = PEM_read_bio_X509_AUX(pem, NULL, NULL, NULL)) != NULL) {
		n += X509_STORE_add_cert(store, x);
		X509_free(x);
	}
	ERR_clear_error(); /* the end of the file is one */
	return n;
}

static int
load_ca(int fd, struct err *err)
{
	struct buf b = {0};
	BIO *pem = NULL;
	int n = 0, rc = readfd(&b, fd, CA_MAX, err);

	if (rc == -1)
		err_prefix(err, "`ca`");
	else if ((pem = BIO_new_mem_buf(b.data, (int)b.len)) != NULL)
		n = trust_all(pem, SSL_CTX_get_cert_store(context));
	if (rc == 0 && n == 0)
		rc = err_set(err, "`ca` holds no certificate in PEM form");
	BIO_free(pem);
	buf_free(&b);
	return rc;
}

static int
make_context(void)
{
	context = SSL_CTX_new(TLS_client_method());
	if (context == NULL ||
	    !SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION))
		return 0;
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	/* What the operator put into the bundle is trusted, be it a root, an
	 * intermediate or the server's own certificate. */
	X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context),
				    X509_V_FLAG_PARTIAL_CHAIN);
	return 1;
}

static int
set_up(int ca_fd, struct err *err)
{
	git_stream_registration tls = {.version = GIT_STREAM_VERSION,
				       .init = tls_stream_new};
	SSL *warm;

	if (!make_context() || !make_method())
		return err_set(err, "cannot initialise OpenSSL");
	if (ca_fd != -1 && load_ca(ca_fd, err) == -1)
		return -1;
	warm = SSL_new(context);
	SSL_free(warm);
	if (warm == NULL || git_stream_register(GIT_STREAM_TLS, &tls) < 0)
		return err_set(err, "cannot initialise TLS for libgit2");
	return 0;
}

int
tls_stream_init(int ca_fd, struct err *err)
{
	OPENSSL_init_ssl(0, NULL);
	if (set_up(ca_fd, err) == 0)
		return 0;
	SSL_CTX_free(context);
	BIO_meth_free(method);
	context = NULL;
	method = NULL;
	return -1;
}
