/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/rand.h>

#include "../buf.h"
#include "../sock.h"
#include "tls_context.h"

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

/* What the keys process signs with: a list of all that OpenSSL knows would be
 * compared with the client's in each handshake, and kept. */
static const char signatures[] =
    "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:"
    "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:"
    "RSA+SHA256:RSA+SHA384:RSA+SHA512";

int
tls_err(struct err *err, const char *what)
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
	ssize_t n;

	BIO_clear_retry_flags(b);
	/* SSL_read goes on by itself until it finds data. */
	if (io->refused)
		return -1;
	n = sock_recv(io->fd, buf, (size_t)len, 0);
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
	/* Resumption by tickets: nothing is kept here. */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(ctx, 0); /* promise_ticket */
	/* The age of a ticket, not only of its key. */
	SSL_CTX_set_timeout(ctx, (long)t->ticket_s);
	ticketing_use(t->ticketing, ctx);
}

SSL_CTX *
tls_new_context(struct tls *t, struct err *err)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL ||
	    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, ciphers_12) != 1 ||
	    SSL_CTX_set_ciphersuites(ctx, ciphers_13) != 1 ||
	    SSL_CTX_set1_groups_list(ctx, "X25519:P-256:P-384") != 1 ||
	    SSL_CTX_set1_sigalgs_list(ctx, signatures) != 1) {
		tls_err(err, "cannot set up TLS");
		SSL_CTX_free(ctx);
		return NULL;
	}
	set_options(t, ctx);
	SSL_CTX_set_alpn_select_cb(ctx, on_alpn, t);
	return ctx;
}

struct tls *
tls_new(uint32_t ticket_s, const struct msg_tickets *keys, struct err *err)
{
	struct tls *t = xcalloc(1, sizeof(*t));

	t->ticket_s = ticket_s;
	t->ticketing = ticketing_new(keys, err);
	if (t->ticketing == NULL) {
		tls_free(t);
		return NULL;
	}
	t->method = io_method();
	if (t->method != NULL)
		t->socket = BIO_new(t->method);
	if (t->socket == NULL) {
		tls_err(err, "cannot set up TLS");
		tls_free(t);
		return NULL;
	}
	BIO_set_init(t->socket, 1);
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
	BIO_free(t->socket);
	BIO_meth_free(t->method);
	ticketing_free(t->ticketing);
	free(t);
}

void
tls_offer_h2(struct tls *t)
{
	t->h2 = 1;
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
		return tls_err(err, "cannot set up TLS");
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
		return tls_err(err, "a TLS handshake on trial failed");
	ERR_clear_error();
	return 0;
}

int
tls_warm_up(struct tls *t, struct err *err)
{
	unsigned char random[32];

	if (RAND_bytes(random, sizeof(random)) != 1 ||
	    RAND_priv_bytes(random, sizeof(random)) != 1)
		return tls_err(err, "no random numbers");
	OPENSSL_cleanse(random, sizeof(random));
	for (unsigned i = 0; i < t->n; i++)
		if (try_version(t->ctx[i], TLS1_3_VERSION, err) == -1 ||
		    try_version(t->ctx[i], TLS1_2_VERSION, err) == -1)
			return -1;
	return 0;
}

/* -------------------------------------------------------- connections -- */

static void
on_message(int write, int version, int type, const void *buf, size_t len,
	   SSL *s, void *arg)
{
	const unsigned char *message = buf;
	struct tls_io *io = arg;

	(void)version, (void)s;
	if (type == SSL3_RT_HANDSHAKE && !write && len > 0 &&
	    message[0] == SSL3_MT_KEY_UPDATE && io->key_updates-- == 0)
		io->refused = 1;
	if (type == SSL3_RT_ALERT && write && len > 1 &&
	    message[1] == SSL_AD_NO_RENEGOTIATION)
		io->refused = 1;
}

/* All connections have one BIO, which saves each 220 bytes: it works for that
 * whose turn it is.  OpenSSL keeps a connection's tls_io as the argument of a
 * callback that is not there. */
static void
at_work(SSL *s)
{
	BIO_set_data(SSL_get_rbio(s), SSL_get_record_padding_callback_arg(s));
}

struct ssl_st *
tls_open(struct tls *t, struct tls_io *io)
{
	SSL *s = SSL_new(t->ctx[0]);

	if (s == NULL) {
		ERR_clear_error();
		return NULL;
	}
	SSL_set_record_padding_callback_arg(s, io);
	BIO_up_ref(t->socket); /* SSL_set_bio takes one */
	SSL_set_bio(s, t->socket, t->socket);
	SSL_set_msg_callback(s, on_message);
	SSL_set_msg_callback_arg(s, io);
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

/* One ticket, because one connection is enough for a site.  OpenSSL makes it
 * with the next input or output: so it leaves with the first answer, in one
 * write, and who asks for nothing costs no ticket.  (TLS 1.2 has its ticket in
 * the handshake, and nothing is done here.) */
static void
promise_ticket(SSL *s)
{
	SSL_new_session_ticket(s);
}

int
tls_handshake(struct ssl_st *s)
{
	int n;

	at_work(s);
	n = SSL_accept(s);
	if (n != 1)
		return again(s, n);
	promise_ticket(s);
	return 1;
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
	const struct tls_io *io = SSL_get_record_padding_callback_arg(s);
	int n;

	at_work(s);
	n = SSL_read(s, buf, len < INT_MAX ? (int)len : INT_MAX);
	if (io->refused) {
		ERR_clear_error();
		return -1;
	}
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
	at_work(s);
	if (SSL_write(s, data, (int)len) > 0)
		return 0;
	ERR_clear_error();
	return -1;
}

void
tls_shutdown(struct ssl_st *s)
{
	at_work(s);
	/* A promised ticket comes first. */
	if ((SSL_in_init(s) && SSL_do_handshake(s) != 1) || SSL_shutdown(s) < 0)
		ERR_clear_error();
}
