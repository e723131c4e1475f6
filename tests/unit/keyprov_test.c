/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../daemon/http/keyprov.h"
#include "../../daemon/http/tbs.h"
#include "../../daemon/log.h"
#include "../../daemon/proc.h"
#include "../../daemon/settings.h"

/*
 * This program is serve; the keys process is this program, started again.  The
 * private keys are made by a third process and never come here but as a
 * descriptor.
 */
enum { P256, P384, ED25519, RSA2048, P521, OTHER, NPAIRS };

/* Those that blogd signs with. */
static const int good[] = {P256, P384, ED25519, RSA2048};
#define NGOOD 4

struct pair {
	int key_fd, cert_fd;
	uint8_t masked[128]; /* the private number (RSA: a factor), each byte
				inverted */
	size_t masked_len;
};
static struct pair pairs[NPAIRS];

/* ---- making keys, elsewhere ---- */

static int
new_fd(void)
{
	int fd = memfd_create("pem", 0);

	if (fd == -1)
		abort();
	return fd;
}

static EVP_PKEY *
generate(int which)
{
	if (which == RSA2048)
		return EVP_RSA_gen(2048);
	if (which == ED25519)
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	return EVP_EC_gen(which == P521	  ? "P-521"
			  : which == P384 ? "P-384"
					  : "P-256");
}

static void
write_certificate(EVP_PKEY *key, int fd)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	FILE *f = fdopen(dup(fd), "w");
	const EVP_MD *md = EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256();

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
				   (const unsigned char *)"localhost", -1, -1,
				   0);
	X509_set_issuer_name(x, name);
	X509_set_pubkey(x, key);
	if (f == NULL || X509_sign(x, key, md) == 0 ||
	    PEM_write_X509(f, x) != 1)
		abort();
	fclose(f);
	X509_free(x);
}

static size_t
private_number(EVP_PKEY *key, uint8_t raw[128])
{
	const char *name = OSSL_PKEY_PARAM_PRIV_KEY;
	size_t len = 128;
	BIGNUM *bn = NULL;

	if (EVP_PKEY_is_a(key, "ED25519"))
		return EVP_PKEY_get_raw_private_key(key, raw, &len) == 1 ? len
									 : 0;
	if (EVP_PKEY_is_a(key, "RSA"))
		name = OSSL_PKEY_PARAM_RSA_FACTOR1;
	else
		len = ((size_t)EVP_PKEY_get_bits(key) + 7) / 8;
	EVP_PKEY_get_bn_param(key, name, &bn);
	return BN_bn2binpad(bn, raw, (int)len) == (int)len ? len : 0;
}

static void
write_masked(EVP_PKEY *key, int fd)
{
	uint8_t raw[128];
	size_t len = private_number(key, raw);

	for (size_t i = 0; i < len; i++)
		raw[i] = (uint8_t)~raw[i];
	if (len == 0 || write(fd, raw, len) != (ssize_t)len)
		abort();
}

static void
make_pair(int which, int pipe_fd)
{
	EVP_PKEY *key = generate(which);
	FILE *f = fdopen(dup(pairs[which].key_fd), "w");

	if (key == NULL || f == NULL ||
	    PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) != 1)
		abort();
	fclose(f);
	write_certificate(key, pairs[which].cert_fd);
	write_masked(key, pipe_fd);
	EVP_PKEY_free(key);
}

static int
make_pairs(void **state)
{
	(void)state;
	for (int i = 0; i < NPAIRS; i++) {
		struct pair *p = &pairs[i];
		int fds[2], status;
		ssize_t n;
		pid_t pid;

		p->key_fd = new_fd();
		p->cert_fd = new_fd();
		if (pipe(fds) == -1 || (pid = fork()) == -1)
			return -1;
		if (pid == 0) {
			make_pair(i, fds[1]);
			_exit(0);
		}
		close(fds[1]);
		n = read(fds[0], p->masked, sizeof(p->masked));
		p->masked_len = n > 0 ? (size_t)n : 0;
		close(fds[0]);
		if (waitpid(pid, &status, 0) != pid || status != 0)
			return -1;
	}
	return 0;
}

/* ---- the keys process ---- */

struct signer {
	pid_t pid;
	struct ipc control, channel; /* the parent's end, serve's end */
	int keys_end;		     /* stays open over a restart */
};

static void
start_signer(struct signer *s, const int *which, unsigned n, uint32_t rate)
{
	struct keys_settings set = {.certificates = n, .max_per_second = rate};
	struct msg_give give;
	int control[2];

	assert_int_equal(ipc_pair(control), 0);
	fflush(stdout);
	s->pid = fork();
	assert_int_not_equal(s->pid, -1);
	if (s->pid == 0) {
		/* As blogd does, whatever this program has inherited. */
		if (dup2(control[1], CONTROL_FD) == CONTROL_FD &&
		    close_range(CONTROL_FD + 1, UINT_MAX,
				CLOSE_RANGE_CLOEXEC) == 0)
			execl("/proc/self/exe", "keyprov_test", "keys", NULL);
		_exit(127);
	}
	close(control[1]);
	s->control = (struct ipc){control[0], ROLE_PARENT, ROLE_KEYS};
	for (unsigned i = 0; i < n; i++) {
		give.slot = SLOT_CERTIFICATE;
		ipc_send(&s->control, MSG_GIVE, &give, sizeof(give),
			 &pairs[which[i]].cert_fd, 1);
		give.slot = SLOT_KEY;
		ipc_send(&s->control, MSG_GIVE, &give, sizeof(give),
			 &pairs[which[i]].key_fd, 1);
	}
	give.slot = SLOT_KEYS;
	ipc_send(&s->control, MSG_GIVE, &give, sizeof(give), &s->keys_end, 1);
	ipc_send(&s->control, MSG_START, &set, sizeof(set), NULL, 0);
}

static void
make_channel(struct signer *s)
{
	int fds[2];

	assert_int_equal(ipc_pair(fds), 0);
	s->channel = (struct ipc){fds[0], ROLE_SERVE, ROLE_KEYS};
	s->keys_end = fds[1];
}

static enum msg_type
first_message(struct signer *s, char *text, size_t room)
{
	static struct ipc_msg m;

	assert_int_equal(ipc_recv(&s->control, &m), 1);
	snprintf(text, room, "%.*s", (int)room - 1, m.data);
	return m.type;
}

/* Ends it; the exit status is the caller's to judge. */
static int
end_signer(struct signer *s)
{
	int status;

	close(s->control.fd);
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	return status;
}

static void
ready_signer(struct signer *s, const int *which, unsigned n, uint32_t rate)
{
	struct err err;
	char text[512];

	make_channel(s);
	start_signer(s, which, n, rate);
	if (first_message(s, text, sizeof(text)) != MSG_READY)
		fail_msg("%s", text);
	if (keyprov_init(&s->channel, &err) == -1)
		fail_msg("%s", err.text);
}

static void
done_signer(struct signer *s)
{
	assert_int_equal(end_signer(s), 0);
	close(s->channel.fd);
	close(s->keys_end);
}

/* ---- handshakes in memory ---- */

static X509 *
certificate(int which)
{
	FILE *f = fdopen(dup(pairs[which].cert_fd), "r");
	X509 *x;

	rewind(f);
	x = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	assert_non_null(x);
	return x;
}

static SSL_CTX *
server_ctx(int which, int version)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	X509 *x = certificate(which);
	struct err err = {""};
	EVP_PKEY *key = keyprov_key(x, &err);

	if (key == NULL)
		fail_msg("%s", err.text);
	SSL_CTX_set_min_proto_version(ctx, version);
	SSL_CTX_set_max_proto_version(ctx, version);
	SSL_CTX_set1_groups_list(ctx, "X25519:P-256:P-384");
	assert_int_equal(SSL_CTX_use_certificate(ctx, x), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, key), 1);
	assert_int_equal(SSL_CTX_check_private_key(ctx), 1);
	EVP_PKEY_free(key);
	X509_free(x);
	return ctx;
}

static SSL_CTX *
client_ctx(int which, const char *groups)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	X509 *x = certificate(which);

	X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), x);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set1_groups_list(ctx, groups);
	X509_free(x);
	return ctx;
}

/* 1 when both sides are done. */
static int
shake(SSL_CTX *server, SSL_CTX *client)
{
	SSL *s = SSL_new(server), *c = SSL_new(client);
	BIO *sb, *cb;
	int done = 0;

	assert_int_equal(BIO_new_bio_pair(&sb, 0, &cb, 0), 1);
	SSL_set_bio(s, sb, sb);
	SSL_set_bio(c, cb, cb);
	SSL_set_accept_state(s);
	SSL_set_connect_state(c);
	for (int i = 0; i < 20 && !done; i++) {
		int a = SSL_do_handshake(c), b = SSL_do_handshake(s);

		done = a == 1 && b == 1;
		if ((a != 1 && SSL_get_error(c, a) == SSL_ERROR_SSL) ||
		    (b != 1 && SSL_get_error(s, b) == SSL_ERROR_SSL))
			break;
	}
	SSL_free(s);
	SSL_free(c);
	return done;
}

static void
shake_all_groups(int which, int version)
{
	/* In TLS 1.2 the certificate's curve has to be among them as well. */
	static const char *const groups[] = {"X25519:P-256:P-384",
					     "P-256:P-384", "P-384:P-256"};
	SSL_CTX *server = server_ctx(which, version);

	for (size_t i = 0; i < 3; i++) {
		SSL_CTX *client = client_ctx(which, groups[i]);

		if (!shake(server, client))
			fail_msg("key %d, version %x, group %s", which, version,
				 groups[i]);
		SSL_CTX_free(client);
	}
	SSL_CTX_free(server);
}

/* ---- is a private key in this process? ---- */

static int
is_key(const uint8_t *p, const struct pair *pair)
{
	size_t n = pair->masked_len;
	int forward = 1, backward = 1; /* octets; a BIGNUM's limbs */

	for (size_t i = 0; i < n && (forward || backward); i++) {
		uint8_t byte = (uint8_t)~pair->masked[i];

		forward = forward && p[i] == byte;
		backward = backward && p[n - 1 - i] == byte;
	}
	return forward || backward;
}

static int
find_in(int mem, uint64_t start, uint64_t end, const struct pair *pair)
{
	static uint8_t block[1 << 16];
	size_t keep = pair->masked_len;
	int found = 0;

	for (uint64_t at = start; at < end; at += sizeof(block) - keep) {
		ssize_t n = pread(mem, block, sizeof(block), (off_t)at);

		for (ssize_t i = 0; i + (ssize_t)keep <= n; i++)
			found += is_key(block + i, pair);
	}
	explicit_bzero(block, sizeof(block));
	return found;
}

static int
find_key_here(const struct pair *pair)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	int mem = open("/proc/self/mem", O_RDONLY), found = 0;
	unsigned long long start, end;
	char line[512], r;

	assert_non_null(maps);
	assert_int_not_equal(mem, -1);
	while (fgets(line, sizeof(line), maps) != NULL)
		if (sscanf(line, "%llx-%llx %c", &start, &end, &r) == 3 &&
		    r == 'r' && end - start < (64 << 20) &&
		    strstr(line, "[v") == NULL)
			found += find_in(mem, start, end, pair);
	close(mem);
	fclose(maps);
	return found;
}

/* ---- tests ---- */

static void
handshakes_of_every_kind(void **state)
{
	struct signer s;

	(void)state;
	ready_signer(&s, good, NGOOD, 1000);
	for (int i = 0; i < NGOOD; i++) {
		shake_all_groups(good[i], TLS1_3_VERSION);
		shake_all_groups(good[i], TLS1_2_VERSION);
	}
	done_signer(&s);
}

static int
shake_by(SSL_CTX *server, int which, const char *algorithm)
{
	SSL_CTX *client = client_ctx(which, "X25519:P-256:P-384");
	int done;

	assert_int_equal(SSL_CTX_set1_sigalgs_list(client, algorithm), 1);
	done = shake(server, client);
	SSL_CTX_free(client);
	return done;
}

/* What TLS 1.2 signs in more ways than 1.3 does. */
static void
each_way_to_sign(void **state)
{
	static const struct {
		int which, in_13;
		const char *algorithm;
	} cases[] = {{P256, 1, "ECDSA+SHA256"},
		     {P256, 0, "ECDSA+SHA384"},
		     {P256, 0, "ECDSA+SHA512"},
		     {P384, 0, "ECDSA+SHA256"},
		     {P384, 1, "ECDSA+SHA384"},
		     {P384, 0, "ECDSA+SHA512"},
		     {RSA2048, 1, "rsa_pss_rsae_sha256:ECDSA+SHA256"},
		     {RSA2048, 1, "rsa_pss_rsae_sha384:RSA+SHA256"},
		     {RSA2048, 1, "rsa_pss_rsae_sha512:RSA+SHA256"},
		     {RSA2048, 0, "RSA+SHA256"},
		     {RSA2048, 0, "RSA+SHA384"},
		     {RSA2048, 0, "RSA+SHA512"}};
	struct signer s;

	(void)state;
	ready_signer(&s, good, NGOOD, 1000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		SSL_CTX *old = server_ctx(cases[i].which, TLS1_2_VERSION);
		SSL_CTX *new = server_ctx(cases[i].which, TLS1_3_VERSION);

		if (!shake_by(old, cases[i].which, cases[i].algorithm) ||
		    shake_by(new, cases[i].which, cases[i].algorithm) !=
			cases[i].in_13)
			fail_msg("%s", cases[i].algorithm);
		SSL_CTX_free(old);
		SSL_CTX_free(new);
	}
	done_signer(&s);
}

/* One key, and another digest than the last time. */
static void
digests_may_alternate(void **state)
{
	static const int which[] = {P256};
	static const char *const digests[] = {
	    "ECDSA+SHA256:ECDSA+SHA384", "ECDSA+SHA384:ECDSA+SHA256",
	    "ECDSA+SHA384:ECDSA+SHA256", "ECDSA+SHA256:ECDSA+SHA384"};
	struct signer s;
	SSL_CTX *server;

	(void)state;
	ready_signer(&s, which, 1, 1000);
	server = server_ctx(P256, TLS1_2_VERSION);
	for (int i = 0; i < 4; i++) {
		SSL_CTX *client = client_ctx(P256, "X25519:P-256");

		assert_int_equal(SSL_CTX_set1_sigalgs_list(client, digests[i]),
				 1);
		assert_int_equal(shake(server, client), 1);
		SSL_CTX_free(client);
	}
	SSL_CTX_free(server);
	done_signer(&s);
}

/* Ephemeral keys are the default provider's, the key schedule is ours. */
static void
the_right_provider_is_chosen(void **state)
{
	static const int which[] = {P256};
	struct signer s;
	EVP_KEYMGMT *ec;
	EVP_KDF *kdf;

	(void)state;
	ready_signer(&s, which, 1, 1000);
	ec = EVP_KEYMGMT_fetch(NULL, "EC", NULL);
	kdf = EVP_KDF_fetch(NULL, "TLS13-KDF", NULL);
	assert_string_equal(
	    OSSL_PROVIDER_get0_name(EVP_KEYMGMT_get0_provider(ec)), "default");
	assert_string_equal(OSSL_PROVIDER_get0_name(EVP_KDF_get0_provider(kdf)),
			    "blogd");
	EVP_KEYMGMT_free(ec);
	EVP_KDF_free(kdf);
	done_signer(&s);
}

static void
no_key_in_serve(void **state)
{
	struct signer s;

	(void)state;
	ready_signer(&s, good, NGOOD, 1000);
	for (int i = 0; i < NGOOD; i++) {
		const struct pair *p = &pairs[good[i]];
		uint8_t *copy = malloc(p->masked_len);

		shake_all_groups(good[i], TLS1_3_VERSION);
		assert_int_equal(find_key_here(p), 0);
		/* The search does find a key that is there. */
		for (size_t k = 0; k < p->masked_len; k++)
			copy[k] = (uint8_t)~p->masked[k];
		assert_true(find_key_here(p) > 0);
		explicit_bzero(copy, p->masked_len);
		free(copy);
	}
	done_signer(&s);
}

static void
a_key_that_keys_does_not_hold(void **state)
{
	static const int which[] = {P256};
	X509 *other = certificate(OTHER), *p521 = certificate(P521);
	struct signer s;
	struct err err;

	(void)state;
	ready_signer(&s, which, 1, 1000);
	assert_null(keyprov_key(other, &err));
	assert_string_equal(
	    err.text, "the private key does not belong to the certificate");
	assert_null(keyprov_key(p521, &err));
	assert_non_null(strstr(err.text, "openssl ecparam"));
	X509_free(other);
	X509_free(p521);
	done_signer(&s);
}

/* Serve goes on with the same channel; what it asked in between is asked again,
 * and an answer that comes twice is not taken for the next one. */
static void
keys_may_be_started_again(void **state)
{
	static const int which[] = {P256};
	SSL_CTX *server, *client;
	struct signer s;
	char text[512];

	(void)state;
	ready_signer(&s, which, 1, 1000);
	server = server_ctx(P256, TLS1_3_VERSION);
	client = client_ctx(P256, "X25519");
	assert_true(shake(server, client));
	assert_int_equal(kill(s.pid, SIGKILL), 0);
	end_signer(&s);
	start_signer(&s, which, 1, 1000);
	for (int i = 0; i < 5; i++)
		assert_true(shake(server, client));
	assert_int_equal(first_message(&s, text, sizeof(text)), MSG_READY);
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	done_signer(&s);
}

static void
key_id(int which, uint8_t id[32])
{
	X509 *x = certificate(which);
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(X509_get0_pubkey(x), &der);

	assert_true(len > 0);
	EVP_Digest(der, (size_t)len, id, NULL, EVP_sha256(), NULL);
	OPENSSL_free(der);
	X509_free(x);
}

static uint32_t
ask_raw(struct signer *s, const struct msg_sign *m)
{
	const struct msg_signature *a;
	static struct ipc_msg in;

	ipc_send(&s->channel, MSG_SIGN, m, sizeof(*m), NULL, 0);
	assert_int_equal(ipc_recv(&s->channel, &in), 1);
	a = (const void *)in.data;
	assert_true(a->sequence == m->sequence);
	return a->len;
}

static void
nothing_but_handshakes_is_signed(void **state)
{
	static const int which[] = {P256};
	struct msg_sign m = {.sequence = 1, .scheme = SCHEME_ECDSA_SHA256};
	struct signer s;

	(void)state;
	ready_signer(&s, which, 1, 1000);
	key_id(P256, m.key);
	tbs_probe(m.tbs);
	m.len = TBS_PROBE_LEN;
	assert_true(ask_raw(&s, &m) > 0);
	m.len--;
	assert_int_equal(ask_raw(&s, &m), 0);
	m.len = 0;
	assert_int_equal(ask_raw(&s, &m), 0);
	m.len = UINT32_MAX;
	assert_int_equal(ask_raw(&s, &m), 0);
	m.len = TBS_PROBE_LEN;
	m.scheme = SCHEME_ECDSA_SHA384; /* TLS 1.3: not this curve's */
	assert_int_equal(ask_raw(&s, &m), 0);
	m.scheme = 0x0203; /* ecdsa_sha1 */
	assert_int_equal(ask_raw(&s, &m), 0);
	m.scheme = SCHEME_ECDSA_SHA256;
	m.tbs[64] ^= 1;
	assert_int_equal(ask_raw(&s, &m), 0);
	m.tbs[64] ^= 1;
	m.key[0] ^= 1;
	assert_int_equal(ask_raw(&s, &m), 0);
	m.key[0] ^= 1;
	assert_true(ask_raw(&s, &m) > 0);
	done_signer(&s);
}

/* No scheme but a key's own, and in TLS 1.3 fewer of them. */
static void
each_key_has_its_schemes(void **state)
{
	static const uint16_t schemes[] = {SCHEME_ECDSA_SHA256,
					   SCHEME_ECDSA_SHA384,
					   SCHEME_ECDSA_SHA512,
					   SCHEME_ED25519,
					   SCHEME_PSS_SHA256,
					   SCHEME_PSS_SHA384,
					   SCHEME_PSS_SHA512,
					   SCHEME_PKCS1_SHA256,
					   SCHEME_PKCS1_SHA384,
					   SCHEME_PKCS1_SHA512,
					   0x0201 /* rsa_pkcs1_sha1 */,
					   0x0203 /* ecdsa_sha1 */,
					   0x0809 /* rsa_pss_pss_sha256 */,
					   0};
	static const char *const signs[NGOOD][2] = {
	    /* a CertificateVerify, a ServerKeyExchange */
	    {"1..........", "111........"},
	    {".1.........", "111........"},
	    {"...1.......", "...1......."},
	    {"....111....", "....111111."}};
	struct msg_sign m = {.sequence = 1};
	struct signer s;

	(void)state;
	ready_signer(&s, good, NGOOD, 1000);
	for (int i = 0; i < 2 * NGOOD; i++) {
		const char *wanted = signs[i / 2][i % 2];

		key_id(good[i / 2], m.key);
		tbs_probe(m.tbs);
		m.len = TBS_PROBE_LEN;
		if (i % 2 == 1) { /* randoms, x25519, a point of 32 bytes */
			memcpy(m.tbs + 64, "\x03\x00\x1d\x20", 4);
			m.len = 64 + 4 + 32;
		}
		for (size_t k = 0; k < sizeof(schemes) / sizeof(*schemes);
		     k++) {
			int is = k < strlen(wanted) && wanted[k] == '1';

			m.scheme = schemes[k];
			m.sequence++;
			if ((ask_raw(&s, &m) > 0) != is)
				fail_msg("key %d, message %d, scheme %x",
					 good[i / 2], i % 2, m.scheme);
		}
	}
	done_signer(&s);
}

static void
send_nonsense(int fd, size_t len, int with_fd)
{
	char bytes[2048];
	struct iovec iov = {bytes, len};
	char space[CMSG_SPACE(sizeof(int))] = {0};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *cm;

	memset(bytes, 0x41, sizeof(bytes));
	if (with_fd) {
		mh.msg_control = space;
		mh.msg_controllen = sizeof(space);
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cm), &fd, sizeof(int));
	}
	assert_int_equal(sendmsg(fd, &mh, MSG_NOSIGNAL), (ssize_t)len);
}

static void
nonsense_does_not_stop_keys(void **state)
{
	static const int which[] = {P256};
	struct msg_sign m = {.sequence = 9, .scheme = SCHEME_ECDSA_SHA256};
	struct signer s;

	(void)state;
	ready_signer(&s, which, 1, 1000);
	key_id(P256, m.key);
	tbs_probe(m.tbs);
	m.len = TBS_PROBE_LEN;
	for (size_t len = 1; len < 2048; len = len * 2 + 1) {
		send_nonsense(s.channel.fd, len, 0);
		send_nonsense(s.channel.fd, len, 1);
	}
	assert_true(ask_raw(&s, &m) > 0);
	done_signer(&s);
}

static void
ask_too_often(int which, uint32_t scheme)
{
	struct msg_sign m = {.scheme = scheme};
	struct timespec begin, end;
	unsigned signatures = 0, most;
	struct signer s;

	ready_signer(&s, &which, 1, 5);
	key_id(which, m.key);
	tbs_probe(m.tbs);
	m.len = TBS_PROBE_LEN;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (int i = 0; i < 200; i++) {
		m.sequence++;
		signatures += ask_raw(&s, &m) > 0;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	/* A full bucket, and what came in since; on a slow machine more. */
	most = 5 + 5 * (unsigned)(end.tv_sec - begin.tv_sec + 1);
	assert_in_range(signatures, 5, most);
	done_signer(&s);
}

static void
the_rate_is_limited(void **state)
{
	(void)state;
	ask_too_often(P256, SCHEME_ECDSA_SHA256);
	ask_too_often(RSA2048, SCHEME_PSS_SHA256);
}

static int
pem_of(const char *text)
{
	int fd = new_fd();

	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return fd;
}

static void
expect_failure(int key_fd, int cert_fd, const char *words)
{
	static const int which[] = {OTHER};
	struct pair kept = pairs[OTHER];
	struct signer s;
	char text[512];

	pairs[OTHER].key_fd = key_fd;
	pairs[OTHER].cert_fd = cert_fd;
	make_channel(&s);
	start_signer(&s, which, 1, 10);
	pairs[OTHER] = kept;
	assert_int_equal(first_message(&s, text, sizeof(text)), MSG_FAILED);
	if (strstr(text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", text, words);
	assert_true(end_signer(&s) != 0);
	close(s.channel.fd);
	close(s.keys_end);
}

static void
bad_key_files_are_explained(void **state)
{
	int encrypted = pem_of("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
			       "MIHjME4GCSqGSIb3DQEFDTBBMCkGCSqGSIb3DQEFDDAcBAj"
			       "ZgAzoTLlYIAICCAAw\nDAYIKoZIhvcNAgkFADAUBggqhkiG"
			       "9w0DBwQIAAAAAAAAAAAEgZAAAAAAAAAAAAAA\n"
			       "-----END ENCRYPTED PRIVATE KEY-----\n");
	int empty = pem_of(""), junk = pem_of("no key\n");

	(void)state;
	expect_failure(pairs[P521].key_fd, pairs[P521].cert_fd,
		       "openssl ecparam");
	expect_failure(pairs[P256].key_fd, pairs[P384].cert_fd,
		       "does not belong");
	expect_failure(empty, pairs[P256].cert_fd, "not a private key");
	expect_failure(junk, pairs[P256].cert_fd, "not a private key");
	expect_failure(encrypted, pairs[P256].cert_fd, "private key 1: it is");
	close(encrypted);
	close(empty);
	close(junk);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(handshakes_of_every_kind),
	    cmocka_unit_test(each_way_to_sign),
	    cmocka_unit_test(digests_may_alternate),
	    cmocka_unit_test(the_right_provider_is_chosen),
	    cmocka_unit_test(no_key_in_serve),
	    cmocka_unit_test(a_key_that_keys_does_not_hold),
	    cmocka_unit_test(keys_may_be_started_again),
	    cmocka_unit_test(nothing_but_handshakes_is_signed),
	    cmocka_unit_test(each_key_has_its_schemes),
	    cmocka_unit_test(nonsense_does_not_stop_keys),
	    cmocka_unit_test(the_rate_is_limited),
	    cmocka_unit_test(bad_key_files_are_explained),
	};

	if (argc == 2 && strcmp(argv[1], "keys") == 0)
		keys_main();
	return cmocka_run_group_tests(tests, make_pairs, NULL);
}
