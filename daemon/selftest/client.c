/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <sys/time.h>

#include <netinet/in.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "../buf.h"
#include "../log.h"
#include "selftest.h"

#define PATIENCE_S 60

static const char request[] = "GET /Posts/One HTTP/1.1\r\nHost: localhost\r\n"
			      "Connection: close\r\n\r\n";

/* RFC 9113: the preface, an empty SETTINGS, and on stream 1 HEADERS that end
 * it: indexed GET, https and the authority "localhost", path /Posts/One. */
static const char request_h2[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
				 "\0\0\0\4\0\0\0\0\0"
				 "\0\0\x19\1\5\0\0\0\1"
				 "\x82\x87\x41\x09localhost\x04\x0a/Posts/One";

/* No Host, and more behind it: the answer must reach who is still talking. */
static const char bad_request[] = "GET / HTTP/1.1\r\n\r\nmore";

static int
connect_to(unsigned port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval patience = {.tv_sec = PATIENCE_S};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		fatal("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0)
		return fd;
	close(fd);
	return -1;
}

struct wish {
	int version; /* TLS1_2_VERSION or TLS1_3_VERSION */
	int h2, bad;
	SSL_SESSION *session; /* to be resumed; NULL: none */
};

static SSL *
shake_hands(SSL_CTX *ctx, const struct wish *w, int fd)
{
	static const unsigned char h2[] = "\2h2", h1[] = "\x08http/1.1";
	SSL *s = SSL_new(ctx);

	SSL_set_min_proto_version(s, w->version);
	SSL_set_max_proto_version(s, w->version);
	SSL_set_tlsext_host_name(s, "localhost");
	SSL_set_alpn_protos(s, w->h2 ? h2 : h1, w->h2 ? 3 : 9);
	if (w->session != NULL)
		SSL_set_session(s, w->session);
	SSL_set_fd(s, fd);
	if (SSL_connect(s) == 1)
		return s;
	SSL_free(s);
	ERR_clear_error();
	return NULL;
}

/* All that comes, or as much as is needed: an h2 connection stays open. */
static void
ask(SSL *s, const struct wish *w, struct buf *answer, const char *word)
{
	char piece[16384];
	int n;

	if (w->bad)
		SSL_write(s, bad_request, sizeof(bad_request) - 1);
	else if (w->h2)
		SSL_write(s, request_h2, sizeof(request_h2) - 1);
	else
		SSL_write(s, request, sizeof(request) - 1);
	while ((n = SSL_read(s, piece, sizeof(piece))) > 0) {
		buf_add(answer, piece, (size_t)n);
		if (w->h2 && memmem(answer->data, answer->len, word,
				    strlen(word)) != NULL)
			return;
	}
}

/* One connection.  0, or -1; *session, if it is not NULL, can then be resumed,
 * and *resumed says whether it was. */
static int
visit(SSL_CTX *ctx, unsigned port, const struct wish *w, const char *word,
      SSL_SESSION **session, int *resumed)
{
	struct buf answer = {0};
	int fd = connect_to(port), good;
	SSL *s = fd != -1 ? shake_hands(ctx, w, fd) : NULL;

	if (s == NULL) {
		if (fd != -1)
			close(fd);
		return -1;
	}
	ask(s, w, &answer, word);
	good = answer.len > 0 &&
	       memmem(answer.data, answer.len, word, strlen(word)) != NULL;
	if (session != NULL)
		*session = SSL_get1_session(s);
	if (resumed != NULL)
		*resumed = SSL_session_reused(s);
	SSL_shutdown(s);
	SSL_free(s);
	close(fd);
	buf_free(&answer);
	return good ? 0 : -1;
}

static void
check_version(SSL_CTX *ctx, unsigned port, const char *what, const char *word,
	      int version)
{
	const char *name = version == TLS1_3_VERSION ? "TLS 1.3" : "TLS 1.2";
	struct wish w = {.version = version};
	SSL_SESSION *session = NULL;
	int resumed = 0;

	check(visit(ctx, port, &w, word, &session, NULL) == 0,
	      "%s: a %s handshake, signed; a page over HTTP/1.1", what, name);
	w.session = session;
	check(session != NULL &&
		  visit(ctx, port, &w, word, NULL, &resumed) == 0 && resumed,
	      "%s: a %s session resumed", what, name);
	SSL_SESSION_free(session);
	w = (struct wish){.version = version, .h2 = 1};
	check(visit(ctx, port, &w, word, NULL, NULL) == 0,
	      "%s: a page over HTTP/2, %s", what, name);
	w = (struct wish){.version = version, .bad = 1};
	check(visit(ctx, port, &w, "HTTP/1.1 400 ", NULL, NULL) == 0,
	      "%s: a bad request refused, %s", what, name);
}

void
client_check(unsigned port, const char *what, const char *word)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (ctx == NULL)
		fatalx("libssl has no client");
	check_version(ctx, port, what, word, TLS1_3_VERSION);
	check_version(ctx, port, what, word, TLS1_2_VERSION);
	SSL_CTX_free(ctx);
}

int
client_sees(unsigned port, const char *word)
{
	struct wish w = {.version = TLS1_3_VERSION};
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	int good = ctx != NULL && visit(ctx, port, &w, word, NULL, NULL) == 0;

	SSL_CTX_free(ctx);
	return good;
}
