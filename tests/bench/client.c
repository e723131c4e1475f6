/* SPDX-License-Identifier: ISC */
/*
 * The client for what h2load does not measure: handshakes, and connections that
 * do nothing.
 *
 *	client full|resume PORT HOST PATH CLIENTS SECONDS
 *		connects, asks once, closes, over and over
 *	client hold PORT HOST PATH COUNT h1|h2
 *		opens COUNT connections, asks once on each, and keeps them
 *		until its standard input ends
 *
 * TLS 1.3 with X25519 and AES-128-GCM on 127.0.0.1, whatever the server would
 * prefer: or the figures of two servers could not be compared.  Prints one line
 * "done N failed N resumed N".
 */
#include <sys/resource.h>
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#define BUSY_MAX   64 /* connections that wait for something */
#define HEAD_MAX   4096
#define FAILED_MAX 1000

enum step { HANDSHAKE, ANSWER, DONE, FAILED };

struct peer {
	int fd;
	SSL *ssl;
	enum step step;
	size_t len;		 /* bytes of the answer */
	size_t wanted;		 /* of its head and body; 0: not known yet */
	char head[HEAD_MAX + 1]; /* what came first of it */
};

static struct {
	int resume, h2;
	uint16_t port;
	const char *host;
	SSL_CTX *ctx;
	SSL_SESSION *session; /* the last ticket */
	char question[1024];
	size_t question_len;
	unsigned long done, failed, resumed;
} k;

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned long
number(const char *text, unsigned long max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0' || n == 0 || n > max)
		errx(2, "%s is not a number from 1 to %lu", text, max);
	return n;
}

/* ----------------------------------------------------------- question -- */

static void
put(const void *data, size_t len)
{
	if (len > sizeof(k.question) - k.question_len)
		errx(2, "the path or the host is too long");
	memcpy(k.question + k.question_len, data, len);
	k.question_len += len;
}

/* A string literal of HPACK, RFC 7541 section 5.2, without Huffman's code. */
static void
put_literal(const char *text)
{
	size_t len = strlen(text);
	char byte = (char)len;

	if (len > 126)
		errx(2, "%s is too long", text);
	put(&byte, 1);
	put(text, len);
}

/* Preface, empty SETTINGS, and HEADERS of stream 1 (RFC 9113 sections 3.4 and
 * 6.2): GET, https, :path and :authority as literals that are not indexed. */
static void
ask_h2(const char *path)
{
	static const char start[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
				    "\0\0\0\4\0\0\0\0\0";
	static const char headers[] = "\0\0\0\1\5\0\0\0\1"
				      "\x82\x87\x04";
	size_t at;

	put(start, sizeof(start) - 1);
	at = k.question_len;
	put(headers, sizeof(headers) - 1);
	put_literal(path);
	put("\x01", 1);
	put_literal(k.host);
	k.question[at + 1] = (char)((k.question_len - at - 9) >> 8);
	k.question[at + 2] = (char)(k.question_len - at - 9);
}

static void
ask_h1(const char *path)
{
	int n = snprintf(k.question, sizeof(k.question),
			 "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, k.host);

	if (n < 0 || (size_t)n >= sizeof(k.question))
		errx(2, "the path or the host is too long");
	k.question_len = (size_t)n;
}

/* -------------------------------------------------------- connections -- */

/* A client of OpenSSL uses a ticket once; each connection gets a copy. */
static void
give_ticket(SSL *ssl)
{
	SSL_SESSION *copy;

	if (!k.resume || k.session == NULL)
		return;
	copy = SSL_SESSION_dup(k.session);
	SSL_set_session(ssl, copy);
	SSL_SESSION_free(copy);
}

static int
on_ticket(SSL *ssl, SSL_SESSION *session)
{
	(void)ssl;
	SSL_SESSION_free(k.session);
	k.session = session;
	return 1;
}

static void
open_peer(struct peer *p)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(k.port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int one = 1;

	p->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (p->fd == -1)
		err(1, "socket");
	/* On loopback this waits for nothing. */
	if (connect(p->fd, (struct sockaddr *)&to, sizeof(to)) == -1)
		err(1, "connect");
	setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(p->fd, F_SETFL, O_NONBLOCK);
	p->ssl = SSL_new(k.ctx);
	if (p->ssl == NULL || SSL_set_fd(p->ssl, p->fd) != 1)
		errx(1, "out of memory");
	SSL_set_tlsext_host_name(p->ssl, k.host);
	SSL_set_connect_state(p->ssl);
	give_ticket(p->ssl);
	p->step = HANDSHAKE;
	p->len = p->wanted = 0;
}

static void
close_peer(struct peer *p)
{
	if (p->step == DONE)
		SSL_shutdown(p->ssl);
	SSL_free(p->ssl);
	close(p->fd);
	ERR_clear_error();
}

/* ------------------------------------------------------------- answer -- */

/* 1 all of it is there, 0 not yet, -1 it is not what was expected. */
static int
answered_h1(struct peer *p)
{
	const char *end, *field;

	if (p->wanted == 0) {
		p->head[p->len < HEAD_MAX ? p->len : HEAD_MAX] = '\0';
		end = strstr(p->head, "\r\n\r\n");
		field = strcasestr(p->head, "\r\ncontent-length:");
		if (end == NULL)
			return p->len < HEAD_MAX ? 0 : -1;
		if (strncmp(p->head, "HTTP/1.1 200", 12) != 0 || field == NULL)
			return -1;
		p->wanted =
		    (size_t)(end + 4 - p->head) + strtoul(field + 17, NULL, 10);
	}
	return p->len >= p->wanted;
}

/* A frame that ends stream 1, among those that came first. */
static int
answered_h2(struct peer *p)
{
	const uint8_t *at = (const uint8_t *)p->head;
	const uint8_t *end = at + (p->len < HEAD_MAX ? p->len : HEAD_MAX);

	while (end - at >= 9) {
		size_t len = (size_t)at[0] << 16 | (size_t)at[1] << 8 | at[2];
		int last = (at[3] == 0 || at[3] == 1) && (at[4] & 1) != 0;

		if (len + 9 > (size_t)(end - at))
			break;
		if (last)
			return 1;
		at += len + 9;
	}
	return p->len < HEAD_MAX ? 0 : -1;
}

static enum step
read_answer(struct peer *p)
{
	static char rest[16384];

	for (;;) {
		int first = p->len < HEAD_MAX, n, found;

		n = SSL_read(p->ssl, first ? p->head + p->len : rest,
			     first ? (int)(HEAD_MAX - p->len)
				   : (int)sizeof(rest));
		if (n <= 0)
			return SSL_get_error(p->ssl, n) == SSL_ERROR_WANT_READ
				   ? ANSWER
				   : FAILED;
		p->len += (size_t)n;
		found = k.h2 ? answered_h2(p) : answered_h1(p);
		if (found != 0)
			return found == 1 ? DONE : FAILED;
	}
}

/* What the server has to hear after its SETTINGS. */
static enum step
ask(struct peer *p)
{
	static const char acknowledged[] = "\0\0\0\4\1\0\0\0\0";

	k.resumed += (unsigned long)SSL_session_reused(p->ssl);
	if (SSL_write(p->ssl, k.question, (int)k.question_len) <= 0)
		return FAILED;
	if (k.h2 &&
	    SSL_write(p->ssl, acknowledged, sizeof(acknowledged) - 1) <= 0)
		return FAILED;
	return ANSWER;
}

static void
go_on(struct peer *p)
{
	if (p->step == HANDSHAKE) {
		int n = SSL_do_handshake(p->ssl);

		if (n == 1)
			p->step = ask(p);
		else if (SSL_get_error(p->ssl, n) != SSL_ERROR_WANT_READ)
			p->step = FAILED;
	}
	if (p->step == ANSWER)
		p->step = read_answer(p);
	k.done += p->step == DONE;
	k.failed += p->step == FAILED;
}

/* -------------------------------------------------------------- modes -- */

static void
start(struct peer *p)
{
	open_peer(p);
	go_on(p);
}

static void
wait_for(struct peer *const *busy, struct pollfd *polled, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		polled[i] =
		    (struct pollfd){.fd = busy[i]->fd, .events = POLLIN};
	if (poll(polled, n, 1000) == -1 && errno != EINTR)
		err(1, "poll");
}

static void
shake_hands(unsigned clients, double duration)
{
	static struct peer peers[BUSY_MAX];
	struct peer *busy[BUSY_MAX];
	struct pollfd polled[BUSY_MAX];
	double end = seconds() + duration;
	unsigned n = 0;

	for (unsigned i = 0; i < clients; i++)
		busy[i] = &peers[i];
	while (seconds() < end && k.failed < FAILED_MAX) {
		/* The others wait for the first one's ticket. */
		while (n < (k.resume && k.session == NULL ? 1 : clients))
			start(busy[n++]);
		wait_for(busy, polled, n);
		for (unsigned i = 0; i < n; i++) {
			if (polled[i].revents != 0)
				go_on(busy[i]);
			if (busy[i]->step == DONE || busy[i]->step == FAILED) {
				close_peer(busy[i]);
				start(busy[i]);
			}
		}
	}
}

static void
print_result(void)
{
	printf("done %lu failed %lu resumed %lu\n", k.done, k.failed,
	       k.resumed);
	fflush(stdout);
}

/* Only what is still busy is looked at. */
static void
hold(unsigned long count)
{
	struct peer *peers = calloc(count, sizeof(*peers)), *busy[BUSY_MAX];
	struct pollfd polled[BUSY_MAX];
	unsigned long opened = 0;
	unsigned n = 0;
	char byte;

	if (peers == NULL)
		errx(1, "out of memory");
	while (opened < count || n > 0) {
		for (; n < BUSY_MAX && opened < count; n++) {
			busy[n] = &peers[opened++];
			start(busy[n]);
		}
		wait_for(busy, polled, n);
		for (unsigned i = n; i-- > 0;) {
			if (polled[i].revents != 0)
				go_on(busy[i]);
			if (busy[i]->step == DONE || busy[i]->step == FAILED)
				busy[i] = busy[--n];
		}
	}
	print_result();
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}

static void
set_up(void)
{
	const char *alpn = k.h2 ? "\2h2" : "\x08http/1.1";
	struct rlimit files;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	signal(SIGPIPE, SIG_IGN);
	k.ctx = SSL_CTX_new(TLS_client_method());
	if (k.ctx == NULL ||
	    SSL_CTX_set_min_proto_version(k.ctx, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_ciphersuites(k.ctx, "TLS_AES_128_GCM_SHA256") != 1 ||
	    SSL_CTX_set1_groups_list(k.ctx, "X25519") != 1 ||
	    SSL_CTX_set_alpn_protos(k.ctx, (const unsigned char *)alpn,
				    (unsigned)strlen(alpn)) != 0)
		errx(1, "cannot set up TLS");
	SSL_CTX_set_mode(k.ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(k.ctx, SSL_SESS_CACHE_CLIENT |
						  SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(k.ctx, on_ticket);
}

int
main(int argc, char **argv)
{
	int holds = argc == 7 && strcmp(argv[1], "hold") == 0;

	k.resume = argc == 7 && strcmp(argv[1], "resume") == 0;
	if (!holds && !k.resume && (argc != 7 || strcmp(argv[1], "full") != 0))
		errx(2, "full|resume|hold PORT HOST PATH NUMBER HOW");
	k.port = (uint16_t)number(argv[2], 65535);
	k.host = argv[3];
	k.h2 = holds && strcmp(argv[6], "h2") == 0;
	set_up();
	if (k.h2)
		ask_h2(argv[4]);
	else
		ask_h1(argv[4]);
	if (holds) {
		hold(number(argv[5], 100000));
		return 0;
	}
	shake_hands((unsigned)number(argv[5], BUSY_MAX),
		    (double)number(argv[6], 3600));
	print_result();
	return 0;
}
