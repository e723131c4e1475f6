/* SPDX-License-Identifier: ISC */
#include "tls.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "../buf.h"
#include "keyprov.h"
#include "ticketing.h"

#define CHAIN_BYTES_MAX (128 * 1024)
#define CHAINS_MAX	16

struct tls {
	BIO_METHOD *method;
	struct ticketing *ticketing;
	uint32_t ticket_s;
	int h2; /* offered */
	unsigned n;
	SSL_CTX *ctx[CHAINS_MAX];
};

/* AES-128 first: the cheapest of equals.  Who prefers ChaCha20 has no AES
 * instructions and gets it (SSL_OP_PRIORITIZE_CHACHA). */
static const char ciphers_13[] = "TLS_AES_128_GCM_SHA256:"
				 "TLS_AES_256_GCM_SHA384:"
				 "TLS_CHACHA20_POLY1305_SHA256";
static const char ciphers_12[] = "ECDHE-ECDSA-AES128-GCM-SHA256:"
				 "ECDHE-RSA-AES128-GCM-SHA256:"
				 "ECDHE-ECDSA-AES256-GCM-SHA384:"
				 "ECDHE-RSA-AES256-GCM-SHA384:"
				 "ECDHE-ECDSA-CHACHA20-POLY1305:"
				 "ECDHE-RSA-CHACHA20-POLY1305";

static int
set_openssl_err(struct err *err, const char *what)
{
	char text[256];

	ERR_error_string_n(ERR_peek_last_error(), text, sizeof(text));
	ERR_clear_error();
	return err_set(err, "%s: %s", what, text);
}

/* ------------------------------------------------- the socket as a BIO -- */

static int
io_read(BIO *b, char *buf, int len)
{
	const struct tls_io *io = BIO_get_data(b);
	ssize_t n = read(io->fd, buf, (size_t)len);

	BIO_clear_retry_flags(b);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_read(b);
	return (int)n;
}

static int
io_write(BIO *b, const char *buf, int len)
{
	const struct tls_io *io = BIO_get_data(b);

	BIO_clear_retry_flags(b);
	return output_wire(io->out, buf, (size_t)len) == 0 ? len : -1;
}

static long
io_ctrl(BIO *b, int command, long number, void *pointer)
{
	(void)b, (void)number, (void)pointer;
	return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *
io_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK,
				     "blogd connection");

	if (m != NULL) {
		BIO_meth_set_read(m, io_read);
		BIO_meth_set_write(m, io_write);
		BIO_meth_set_ctrl(m, io_ctrl);
	}
	return m;
}

/* ----------------------------------------------------------- contexts -- */

/* RFC 7301 section 3.2: no protocol in common is a fatal alert, so that nobody
 * speaks one protocol to a server that hears another. */
static int
on_alpn(SSL *s, const unsigned char **out, unsigned char *out_len,
	const unsigned char *in, unsigned in_len, void *arg)
{
	static const unsigned char both[] = "\x02h2\x08http/1.1";
	const struct tls *t = arg;
	unsigned skipped = t->h2 ? 0 : 3; /* "h2" and its length */
	unsigned char *chosen;

	(void)s;
	if (SSL_select_next_proto(&chosen, out_len, both + skipped,
				  (unsigned)sizeof(both) - 1 - skipped, in,
				  in_len) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
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

static void
set_options(const struct tls *t, SSL_CTX *ctx)
{
	SSL_CTX_set_options(ctx,
			    SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
				SSL_OP_CIPHER_SERVER_PREFERENCE |
				SSL_OP_PRIORITIZE_CHACHA |
				/* HTTP says itself where a message ends. */
				SSL_OP_IGNORE_UNEXPECTED_EOF);
	/* No automatic chain: OpenSSL would look for issuers in an empty store
	 * at every handshake. */
	SSL_CTX_set_mode(ctx,
			 SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
	/* One read takes what there is; that is why tls_pending exists. */
	SSL_CTX_set_read_ahead(ctx, 1);
	/* Resumption by tickets: nothing is kept here.  One ticket, because one
	 * connection is enough for a site. */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(ctx, 1);
	/* The age of a ticket, not only of its key. */
	SSL_CTX_set_timeout(ctx, (long)t->ticket_s);
	ticketing_use(t->ticketing, ctx);
}

static SSL_CTX *
new_context(const struct tls *t, struct err *err)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL ||
	    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, ciphers_12) != 1 ||
	    SSL_CTX_set_ciphersuites(ctx, ciphers_13) != 1 ||
	    SSL_CTX_set1_groups_list(ctx, "X25519:P-256:P-384") != 1) {
		set_openssl_err(err, "cannot set up TLS");
		SSL_CTX_free(ctx);
		return NULL;
	}
	set_options(t, ctx);
	return ctx;
}

struct tls *
tls_new(uint32_t ticket_s, const struct msg_tickets *keys, struct err *err)
{
	struct tls *t = xcalloc(1, sizeof(*t));

	t->ticket_s = ticket_s;
	t->ticketing = ticketing_new(keys, err);
	if (t->ticketing == NULL) {
		free(t);
		return NULL;
	}
	t->method = io_method();
	if (t->method == NULL) {
		set_openssl_err(err, "cannot set up TLS");
		tls_free(t);
		return NULL;
	}
	return t;
}

void
tls_set_tickets(struct tls *t, const struct msg_tickets *keys)
{
	ticketing_set(t->ticketing, keys);
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	for (unsigned i = 0; i < t->n; i++)
		SSL_CTX_free(t->ctx[i]);
	BIO_meth_free(t->method);
	ticketing_free(t->ticketing);
	free(t);
}

void
tls_offer_h2(struct tls *t)
{
	t->h2 = 1;
}

/* ------------------------------------------------------- certificates -- */

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
			return set_openssl_err(err, "certificate chain");
		}
	}
	e = ERR_peek_last_error();
	if (ERR_GET_LIB(e) != ERR_LIB_PEM ||
	    ERR_GET_REASON(e) != PEM_R_NO_START_LINE)
		return set_openssl_err(err, "certificate chain");
	ERR_clear_error();
	return 0;
}

static int
use_leaf(SSL_CTX *ctx, X509 *leaf, struct err *err)
{
	EVP_PKEY *key;
	int ok;

	if (SSL_CTX_use_certificate(ctx, leaf) != 1)
		return set_openssl_err(err, "certificate");
	key = keyprov_key(leaf, err);
	if (key == NULL)
		return -1;
	ok = SSL_CTX_use_PrivateKey(ctx, key);
	EVP_PKEY_free(key);
	return ok == 1
		   ? 0
		   : set_openssl_err(
			 err, "the private key does not fit the certificate");
}

static int
use_chain(SSL_CTX *ctx, const struct buf *file, struct err *err)
{
	BIO *pem = BIO_new_mem_buf(file->data, (int)file->len);
	X509 *leaf = PEM_read_bio_X509(pem, NULL, NULL, NULL);
	int result;

	if (leaf == NULL)
		result = set_openssl_err(
		    err, "the certificate file holds no PEM certificate");
	else if ((result = use_leaf(ctx, leaf, err)) == 0)
		result = add_intermediates(ctx, pem, err);
	X509_free(leaf);
	BIO_free(pem);
	return result;
}

int
tls_add_chain(struct tls *t, int fd, struct err *err)
{
	struct buf file = {0};
	SSL_CTX *ctx;
	int result;

	if (t->n == CHAINS_MAX)
		return err_set(err, "more than %d certificates", CHAINS_MAX);
	ctx = new_context(t, err);
	if (ctx == NULL)
		return -1;
	SSL_CTX_set_alpn_select_cb(ctx, on_alpn, t);
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

/* ------------------------------------------------------------ warm-up -- */

static int
shake_hands(SSL *client, SSL *server)
{
	BIO *c, *s;

	if (BIO_new_bio_pair(&c, 0, &s, 0) != 1)
		return -1;
	SSL_set_bio(client, c, c);
	SSL_set_bio(server, s, s);
	SSL_set_connect_state(client);
	SSL_set_accept_state(server);
	/* Three flights at most; more steps would be a loop. */
	for (int i = 0; i < 8; i++) {
		SSL_do_handshake(client);
		SSL_do_handshake(server);
		if (SSL_is_init_finished(client) &&
		    SSL_is_init_finished(server))
			return 0;
	}
	return -1;
}

static int
try_version(SSL_CTX *ctx, int version, struct err *err)
{
	SSL_CTX *client_ctx = SSL_CTX_new(TLS_client_method());
	SSL *client, *server;
	int result = -1;

	if (client_ctx == NULL)
		return set_openssl_err(err, "cannot set up TLS");
	SSL_CTX_set_min_proto_version(client_ctx, version);
	SSL_CTX_set_max_proto_version(client_ctx, version);
	client = SSL_new(client_ctx);
	server = SSL_new(ctx);
	if (client != NULL && server != NULL)
		result = shake_hands(client, server);
	SSL_free(client);
	SSL_free(server);
	SSL_CTX_free(client_ctx);
	if (result == -1)
		return set_openssl_err(err, "a TLS handshake on trial failed");
	ERR_clear_error();
	return 0;
}

int
tls_warm_up(struct tls *t, struct err *err)
{
	unsigned char random[32];

	if (RAND_bytes(random, sizeof(random)) != 1 ||
	    RAND_priv_bytes(random, sizeof(random)) != 1)
		return set_openssl_err(err, "no random numbers");
	OPENSSL_cleanse(random, sizeof(random));
	for (unsigned i = 0; i < t->n; i++)
		if (try_version(t->ctx[i], TLS1_3_VERSION, err) == -1 ||
		    try_version(t->ctx[i], TLS1_2_VERSION, err) == -1)
			return -1;
	return 0;
}

/* -------------------------------------------------------- connections -- */

struct ssl_st *
tls_open(struct tls *t, struct tls_io *io)
{
	SSL *s = SSL_new(t->ctx[0]);
	BIO *b = BIO_new(t->method);

	if (s == NULL || b == NULL) {
		SSL_free(s);
		BIO_free(b);
		ERR_clear_error();
		return NULL;
	}
	BIO_set_data(b, io);
	BIO_set_init(b, 1);
	SSL_set_bio(s, b, b);
	SSL_set_accept_state(s);
	return s;
}

void
tls_close(struct ssl_st *s)
{
	SSL_free(s);
}

/* After a call that returned n <= 0: 0 to go on later, -1.  An error left in
 * the queue would be taken for the next connection's. */
static int
again(SSL *s, int n)
{
	if (SSL_get_error(s, n) == SSL_ERROR_WANT_READ)
		return 0;
	ERR_clear_error();
	return -1;
}

int
tls_handshake(struct ssl_st *s)
{
	int n = SSL_accept(s);

	return n == 1 ? 1 : again(s, n);
}

int
tls_resumed(const struct ssl_st *s)
{
	return SSL_session_reused(s);
}

int
tls_is_h2(const struct ssl_st *s)
{
	const unsigned char *name;
	unsigned len;

	SSL_get0_alpn_selected(s, &name, &len);
	return len == 2 && memcmp(name, "h2", 2) == 0;
}

ssize_t
tls_read(struct ssl_st *s, void *buf, size_t len)
{
	int n = SSL_read(s, buf, len < INT_MAX ? (int)len : INT_MAX);

	return n > 0 ? n : again(s, n);
}

int
tls_pending(const struct ssl_st *s)
{
	return SSL_has_pending(s);
}

int
tls_write(struct ssl_st *s, const void *data, size_t len)
{
	if (SSL_write(s, data, (int)len) > 0)
		return 0;
	ERR_clear_error();
	return -1;
}

void
tls_shutdown(struct ssl_st *s)
{
	if (SSL_shutdown(s) < 0)
		ERR_clear_error();
}
