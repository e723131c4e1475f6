/* SPDX-License-Identifier: ISC */
/*
 * The streams that libgit2 reads from, over socket pairs: the test is dial and
 * the server at once.
 */
#include <sys/socket.h>
#include <sys/wait.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <git2.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "../../daemon/clock.h"
#include "../../daemon/git/stream.h"
#include "../../daemon/git/tls_stream.h"
#include "../../daemon/ipc.h"
#include "../../daemon/memfd.h"

static struct git_settings settings = {.transport = GIT_OVER_GIT,
				       .host = "git.example.org",
				       .port = "9418",
				       .deadline_s = 3600,
				       .silence_s = 3600,
				       .max_bytes = 1U << 20};
static struct net net = {.settings = &settings};
static struct ipc dial; /* the test's end */
static struct err err;

static int
set_up(void **state)
{
	int fds[2];

	(void)state;
	git_libgit2_init();
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(ipc_pair(fds), 0);
	dialer_init(&net.dialer, fds[0]);
	dial = (struct ipc){fds[1], ROLE_DIAL, ROLE_GIT};
	return stream_init(&net, &err);
}

/* Every test begins a fetch. */
static int
begin(void **state)
{
	(void)state;
	settings.transport = GIT_OVER_GIT;
	snprintf(settings.host, sizeof(settings.host), "git.example.org");
	settings.deadline_s = settings.silence_s = 3600;
	stream_begin(&net, clock_ms());
	return 0;
}

static void
assert_cause(const char *part)
{
	if (strstr(net.cause.text, part) == NULL)
		fail_msg("\"%s\" is not in: %s", part, net.cause.text);
}

/* Answers a question that is about to be asked. */
static void
answer(uint64_t sequence, int fd)
{
	struct msg_connect a = {.sequence = sequence};

	assert_int_equal(ipc_send(&dial, MSG_CONNECTED, &a, sizeof(a), &fd, 1),
			 0);
	close(fd);
}

/* A child is dial: it answers the next question by what `as` does. */
static pid_t
dial_child(void (*as)(const struct msg_connect *q, int fd), int fd)
{
	pid_t pid = fork();

	if (pid == 0) {
		static struct ipc_msg m;

		if (ipc_recv(&dial, &m) != 1 || m.type != MSG_CONNECT)
			_exit(1);
		as((const void *)m.data, fd);
		_exit(0);
	}
	return pid;
}

static void
wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
as_told(const struct msg_connect *q, int fd)
{
	answer(q->sequence, fd);
}

static void
with_other_numbers_first(const struct msg_connect *q, int fd)
{
	answer(q->sequence - 1, dup(0));
	answer(q->sequence + 1, dup(0));
	answer(q->sequence, fd);
}

static void
with_failure(const struct msg_connect *q, int fd)
{
	(void)q;
	(void)fd;
	ipc_send_text(&dial, MSG_FAILED, "cannot resolve git.example.org: x");
}

/* A connected stream and the server's end of it. */
static git_stream *
connected(int *server, void (*as)(const struct msg_connect *, int))
{
	git_stream *st;
	int fds[2];
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(stream_new(&st, "git.example.org", "9418"), 0);
	pid = dial_child(as, fds[0]);
	assert_int_equal(st->connect(st), 0);
	wait_for(pid);
	close(fds[0]);
	*server = fds[1];
	return st;
}

static void
end(git_stream *st, int server)
{
	st->close(st);
	st->free(st);
	close(server);
}

/* ---- dial ---- */

static void
test_bytes_go_both_ways(void **state)
{
	char data[8];
	int server;
	git_stream *st = connected(&server, as_told);

	(void)state;
	assert_int_equal(write(server, "hello", 5), 5);
	assert_int_equal(st->read(st, data, sizeof(data)), 5);
	assert_memory_equal(data, "hello", 5);
	assert_int_equal(st->write(st, "you", 3, 0), 3);
	assert_int_equal(read(server, data, sizeof(data)), 3);
	assert_int_equal(net.limits.received, 5);
	shutdown(server, SHUT_WR);
	assert_int_equal(st->read(st, data, sizeof(data)), 0);
	end(st, server);
}

static void
test_other_answers_are_ignored(void **state)
{
	char data[8];
	int server;
	git_stream *st = connected(&server, with_other_numbers_first);

	(void)state;
	assert_int_equal(write(server, "x", 1), 1);
	assert_int_equal(st->read(st, data, sizeof(data)), 1);
	end(st, server);
}

static void
test_stale_answers_are_drained(void **state)
{
	char data[8];
	git_stream *st;
	int server;

	(void)state;
	assert_int_equal(ipc_send_text(&dial, MSG_FAILED, "of old"), 0);
	answer(net.dialer.sequence + 1, dup(0));
	st = connected(&server, as_told);
	assert_int_equal(write(server, "x", 1), 1);
	assert_int_equal(st->read(st, data, sizeof(data)), 1);
	end(st, server);
}

static void
test_failure_is_told(void **state)
{
	git_stream *st;
	pid_t pid;

	(void)state;
	assert_int_equal(stream_new(&st, "git.example.org", "9418"), 0);
	pid = dial_child(with_failure, -1);
	assert_int_equal(st->connect(st), -1);
	wait_for(pid);
	assert_cause("cannot resolve git.example.org: x");
	st->free(st);
}

static void
test_no_answer_ends_at_the_deadline(void **state)
{
	static struct ipc_msg m;
	git_stream *st;

	(void)state;
	settings.deadline_s = 1;
	stream_begin(&net, clock_ms() - 900);
	assert_int_equal(stream_new(&st, "git.example.org", "9418"), 0);
	assert_int_equal(st->connect(st), -1);
	assert_cause("`fetch.deadline`");
	st->free(st);
	assert_int_equal(ipc_recv(&dial, &m), 1); /* the question */
	assert_string_equal(((struct msg_connect *)(void *)m.data)->host,
			    "git.example.org");
}

static void
test_other_addresses_are_redirects(void **state)
{
	git_stream *st;

	(void)state;
	assert_int_equal(stream_new(&st, "evil.example.org", "9418"), -1);
	assert_cause("it redirects to evil.example.org port 9418");
	net.cause.text[0] = '\0';
	assert_int_equal(stream_new(&st, "git.example.org", "22"), -1);
	assert_cause("port 22");
	net.cause.text[0] = '\0';
	assert_int_equal(stream_new_encrypted(&st, "git.example.org", "9418"),
			 -1);
	assert_cause("https");
}

/* ---- limits ---- */

static void
test_silence(void **state)
{
	char data[8];
	int server;
	git_stream *st = connected(&server, as_told);

	(void)state;
	net.limits.silence_s = 0; /* none at all */
	assert_int_equal(st->read(st, data, sizeof(data)), -1);
	assert_cause("`fetch.silence`");
	end(st, server);
}

static void
test_deadline_holds_while_bytes_come(void **state)
{
	char data[8];
	int server;
	git_stream *st = connected(&server, as_told);

	(void)state;
	net.limits.end_ms = clock_ms();
	assert_int_equal(write(server, "x", 1), 1);
	assert_int_equal(st->read(st, data, sizeof(data)), -1);
	assert_cause("`fetch.deadline`");
	assert_int_equal(st->write(st, data, 1, 0), -1);
	end(st, server);
}

static void
test_full_socket_is_silence(void **state)
{
	static char data[65536];
	int server;
	git_stream *st = connected(&server, as_told);

	(void)state;
	net.limits.silence_s = 0;
	while (st->write(st, data, sizeof(data), 0) > 0)
		;
	assert_cause("`fetch.silence`");
	end(st, server);
}

static void
test_budget(void **state)
{
	char data[8];
	int server;
	git_stream *st = connected(&server, as_told);

	(void)state;
	limits_pack(&net.limits);
	net.limits.received = net.limits.budget;
	assert_int_equal(write(server, "x", 1), 1);
	assert_int_equal(st->read(st, data, sizeof(data)), -1);
	assert_cause("`fetch.max-bytes`");
	end(st, server);
}

static void
test_first_cause_stays(void **state)
{
	(void)state;
	assert_int_equal(stream_give_up("%s", "first"), -1);
	assert_int_equal(stream_give_up("%s", "second"), -1);
	assert_string_equal(net.cause.text, "first");
	assert_string_equal(git_error_last()->message, "second");
}

/* ---- TLS ---- */

static EVP_PKEY *key;
static X509 *certificate;

static void
add_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(e);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

static X509 *
make_certificate(const char *cn, const char *name)
{
	X509 *x = X509_new();
	X509_NAME *subject = X509_get_subject_name(x);
	char san[300];

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -60);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
				   (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(x, subject);
	snprintf(san, sizeof(san), "DNS:%s", name);
	add_extension(x, NID_subject_alt_name, san);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	return x;
}

/* The bundle holds the one good certificate. */
static int
set_up_tls(void **state)
{
	char *pem;
	long len;
	BIO *bio;
	int fd;

	(void)state;
	key = EVP_EC_gen("P-256");
	certificate = make_certificate("good", "git.example.org");
	bio = BIO_new(BIO_s_mem());
	PEM_write_bio_X509(bio, certificate);
	len = BIO_get_mem_data(bio, &pem);
	fd = memfd_new("ca", &err);
	assert_int_equal(write(fd, pem, (size_t)len), len);
	BIO_free(bio);
	assert_int_equal(tls_stream_init(fd, &err), 0);
	close(fd);
	return 0;
}

static int
tear_down_tls(void **state)
{
	(void)state;
	X509_free(certificate);
	EVP_PKEY_free(key);
	return 0;
}

static void
serve_tls(int fd, X509 *x, int max_version)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	SSL *ssl;

	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_max_proto_version(ctx, max_version);
	SSL_CTX_use_certificate(ctx, x);
	SSL_CTX_use_PrivateKey(ctx, key);
	ssl = SSL_new(ctx);
	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1) {
		SSL_write(ssl, SSL_get_version(ssl), 7);
		SSL_shutdown(ssl);
	}
	_exit(0);
}

/* What a TLS server with the certificate gets from us. */
static int
talk(X509 *x, int max_version, char *out)
{
	git_stream *st = NULL;
	int fds[2], rc;
	pid_t server, d;

	settings.transport = GIT_OVER_HTTPS;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	server = fork();
	if (server == 0) {
		close(fds[0]);
		serve_tls(fds[1], x, max_version);
	}
	close(fds[1]);
	assert_int_equal(tls_stream_new(&st, settings.host, settings.port), 0);
	d = dial_child(as_told, fds[0]);
	rc = st->connect(st);
	wait_for(d);
	close(fds[0]);
	if (rc == 0) {
		git_cert *cert;

		assert_int_equal(st->certificate(&cert, st), 0);
		assert_int_equal(cert->cert_type, GIT_CERT_X509);
		assert_int_equal(st->read(st, out, 7), 7);
		assert_int_equal(st->read(st, out + 7, 1), 0);
	}
	st->close(st);
	st->free(st);
	wait_for(server);
	return rc;
}

static void
test_tls_13(void **state)
{
	char version[8] = "";

	(void)state;
	assert_int_equal(talk(certificate, 0, version), 0);
	assert_string_equal(version, "TLSv1.3");
}

static void
test_tls_12(void **state)
{
	char version[8] = "";

	(void)state;
	assert_int_equal(talk(certificate, TLS1_2_VERSION, version), 0);
	assert_string_equal(version, "TLSv1.2");
}

static void
test_tls_11_is_refused(void **state)
{
	char version[8] = "";

	(void)state;
	assert_int_equal(talk(certificate, TLS1_1_VERSION, version), -1);
	assert_cause("TLS handshake with git.example.org");
}

static void
test_untrusted_certificate(void **state)
{
	X509 *x = make_certificate("other", "git.example.org");
	char version[8];

	(void)state;
	assert_int_equal(talk(x, 0, version), -1);
	assert_cause("the certificate of git.example.org is not trusted: "
		     "self-signed certificate; add its authority to `ca`");
	X509_free(x);
}

static void
test_certificate_for_another_name(void **state)
{
	char version[8];

	(void)state;
	snprintf(settings.host, sizeof(settings.host), "other.example.org");
	assert_int_equal(talk(certificate, 0, version), -1);
	assert_cause("other.example.org shows is for another host name");
}

static void
test_certificate_texts(void **state)
{
	(void)state;
	tls_stream_explain(X509_V_ERR_HOSTNAME_MISMATCH, "h", &err);
	assert_non_null(strstr(err.text, "another host name"));
	tls_stream_explain(X509_V_ERR_CERT_HAS_EXPIRED, "h", &err);
	assert_non_null(strstr(err.text, "of h has expired"));
	tls_stream_explain(X509_V_ERR_CERT_NOT_YET_VALID, "h", &err);
	assert_non_null(strstr(err.text, "clock"));
}

static void
test_bad_bundles(void **state)
{
	int fd = memfd_new("ca", &err);

	(void)state;
	assert_int_equal(tls_stream_init(fd, &err), -1);
	assert_non_null(strstr(err.text, "no certificate"));
	assert_int_equal(write(fd, "-----BEGIN CERTIFICATE-----\nx\n", 30), 30);
	assert_int_equal(tls_stream_init(fd, &err), -1);
	close(fd);
	assert_int_equal(tls_stream_init(fd, &err), -1);
	assert_non_null(strstr(err.text, "cannot be read"));
}

int
main(void)
{
	const struct CMUnitTest plain[] = {
	    cmocka_unit_test_setup(test_bytes_go_both_ways, begin),
	    cmocka_unit_test_setup(test_other_answers_are_ignored, begin),
	    cmocka_unit_test_setup(test_stale_answers_are_drained, begin),
	    cmocka_unit_test_setup(test_failure_is_told, begin),
	    cmocka_unit_test_setup(test_no_answer_ends_at_the_deadline, begin),
	    cmocka_unit_test_setup(test_other_addresses_are_redirects, begin),
	    cmocka_unit_test_setup(test_silence, begin),
	    cmocka_unit_test_setup(test_deadline_holds_while_bytes_come, begin),
	    cmocka_unit_test_setup(test_full_socket_is_silence, begin),
	    cmocka_unit_test_setup(test_budget, begin),
	    cmocka_unit_test_setup(test_first_cause_stays, begin),
	    cmocka_unit_test(test_bad_bundles),
	};
	const struct CMUnitTest tls[] = {
	    cmocka_unit_test_setup(test_tls_13, begin),
	    cmocka_unit_test_setup(test_tls_12, begin),
	    cmocka_unit_test_setup(test_tls_11_is_refused, begin),
	    cmocka_unit_test_setup(test_untrusted_certificate, begin),
	    cmocka_unit_test_setup(test_certificate_for_another_name, begin),
	    cmocka_unit_test(test_certificate_texts),
	};
	int failures = cmocka_run_group_tests(plain, set_up, NULL);

	return failures +
	       cmocka_run_group_tests(tls, set_up_tls, tear_down_tls);
}
