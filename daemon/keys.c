/* SPDX-License-Identifier: ISC */
/*
 * keys: holds the private keys and signs handshakes with them for the serve
 * processes.  What it is asked to sign comes whole, and it signs nothing that
 * is not a TLS handshake's own.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../sandbox/sandbox.h"
#include "clock.h"
#include "err.h"
#include "http/tbs.h"
#include "ipc.h"
#include "keyid.h"
#include "keyload.h"
#include "log.h"
#include "proc.h"
#include "settings.h"

#define KEYS_MAX 16

struct key {
	EVP_PKEY *pkey;
	EVP_MD_CTX *ctx; /* one for all signatures */
	int begun;	 /* the context is set up, for md */
	const EVP_MD *md;
	uint8_t id[32]; /* SHA-256 of the SubjectPublicKeyInfo */
};

/* One serve process.  Its token bucket holds at most one second's worth. */
struct asker {
	struct ipc channel;
	int64_t tokens; /* thousandths of a signature */
	int64_t filled_ms;
};

static struct {
	struct keys_settings settings;
	struct start start;
	struct key key[KEYS_MAX];
	unsigned nkeys;
	struct asker asker[START_FDS_MAX];
	unsigned naskers;
	int64_t complained_ms;
	unsigned complaints; /* since then, not logged */
} k;

/* ---- loading ---- */

static void failed(const struct err *err) __attribute__((noreturn));

static void
failed(const struct err *err)
{
	ipc_send_text(&k.start.parent, MSG_FAILED, err->text);
	_exit(1);
}

static int
load_key(unsigned nth, struct err *err)
{
	struct key *key = &k.key[k.nkeys];
	int fd = start_fd(&k.start, SLOT_KEY, nth);
	int cert_fd = start_fd(&k.start, SLOT_CERTIFICATE, nth);

	if (fd == -1)
		return err_set(err, "it was not given");
	key->pkey = keyload(fd, cert_fd, err);
	close(fd);
	if (cert_fd != -1)
		close(cert_fd);
	if (key->pkey == NULL)
		return -1;
	key->ctx = EVP_MD_CTX_new();
	if (key->ctx == NULL || !keyid(key->pkey, key->id))
		return err_set(err, "out of memory");
	k.nkeys++;
	return 0;
}

static int
load_keys(struct err *err)
{
	if (k.settings.certificates > KEYS_MAX)
		return err_set(err, "more than %d certificates", KEYS_MAX);
	for (unsigned i = 0; i < k.settings.certificates; i++)
		if (load_key(i, err) == -1)
			return err_prefix(err, "private key %u", i + 1);
	return 0;
}

/* ---- signing ---- */

/* The digest for the scheme; -1 when this key does not sign that way.  In TLS
 * 1.3 the scheme names the curve as well. */
static int
digest_for(const EVP_PKEY *pkey, enum tbs_kind kind, uint32_t scheme,
	   const EVP_MD **md)
{
	int bits = EVP_PKEY_get_bits(pkey);

	*md = NULL;
	if (EVP_PKEY_is_a(pkey, "ED25519"))
		return scheme == SCHEME_ED25519 ? 0 : -1;
	if (kind == TBS_VERIFY &&
	    scheme != (bits == 256 ? SCHEME_ECDSA_SHA256 : SCHEME_ECDSA_SHA384))
		return -1;
	if (scheme == SCHEME_ECDSA_SHA256)
		*md = EVP_sha256();
	else if (scheme == SCHEME_ECDSA_SHA384)
		*md = EVP_sha384();
	else if (scheme == SCHEME_ECDSA_SHA512)
		*md = EVP_sha512();
	return *md == NULL ? -1 : 0;
}

/* A context that is not given the key again keeps what libcrypto has looked up
 * for it, as long as the digest stays the same: a tenth of a signature's time.
 */
static int
begin_signing(struct key *key, const EVP_MD *md)
{
	EVP_PKEY *pkey = NULL;

	if (!key->begun || key->md != md) {
		EVP_MD_CTX_reset(key->ctx);
		pkey = key->pkey;
	}
	key->md = md;
	key->begun = EVP_DigestSignInit(key->ctx, NULL, md, NULL, pkey) == 1;
	return key->begun;
}

/* The signature's length, or 0. */
static size_t
sign_with(struct key *key, const struct msg_sign *m, uint8_t *out)
{
	enum tbs_kind kind = tbs_kind(m->tbs, m->len);
	size_t len = SIGNATURE_MAX;
	const EVP_MD *md;

	if (kind == TBS_OTHER ||
	    digest_for(key->pkey, kind, m->scheme, &md) == -1)
		return 0;
	if (!begin_signing(key, md) ||
	    EVP_DigestSign(key->ctx, out, &len, m->tbs, m->len) != 1) {
		key->begun = 0;
		ERR_clear_error();
		return 0;
	}
	return len;
}

static struct key *
find_key(const uint8_t id[32])
{
	for (unsigned i = 0; i < k.nkeys; i++)
		if (memcmp(k.key[i].id, id, 32) == 0)
			return &k.key[i];
	return NULL;
}

/* One line a second at most, however much nonsense comes. */
static void
complain(const char *what)
{
	int64_t now = clock_ms();

	if (k.complained_ms != 0 && now - k.complained_ms < 1000) {
		k.complaints++;
		return;
	}
	log_warn("refused to sign: %s (%u more since the last line)", what,
		 k.complaints);
	k.complained_ms = now;
	k.complaints = 0;
}

static void
answer(const struct msg_sign *m, struct msg_signature *out)
{
	struct key *key = find_key(m->key);

	if (key == NULL)
		complain("no such key");
	else if (m->len > SIGN_MAX)
		complain("a message too long");
	else {
		out->len = (uint32_t)sign_with(key, m, out->signature);
		if (out->len == 0)
			complain("not a handshake of this key");
	}
}

static int
may_ask(struct asker *a)
{
	int64_t now = clock_ms(), rate = k.settings.max_per_second;
	int64_t passed = now - a->filled_ms;

	if (passed > 1000)
		passed = 1000;
	a->tokens += passed * rate;
	a->filled_ms = now;
	if (a->tokens > rate * 1000)
		a->tokens = rate * 1000;
	if (a->tokens < 1000)
		return 0;
	a->tokens -= 1000;
	return 1;
}

/* One message, so that every asker has its turn.  What the protocol does not
 * allow is not worth an answer. */
static void
serve_asker(struct asker *a)
{
	static struct ipc_msg m;
	const struct msg_sign *question = (const void *)m.data;
	struct msg_signature out;
	int n = ipc_recv_nowait(&a->channel, &m);

	if (n == -1 && errno == EAGAIN)
		return;
	if (n == 0) {
		a->channel.fd = -1; /* poll leaves it out */
		return;
	}
	memset(&out, 0, sizeof(out));
	out.sequence = question->sequence;
	if (!may_ask(a))
		complain("too many requests in a second");
	else if (n == -1)
		complain("a broken request");
	else
		answer(question, &out);
	if (n == 1)
		ipc_send(&a->channel, MSG_SIGNATURE, &out, sizeof(out), NULL,
			 0);
}

/* ---- the process ---- */

static void
take_askers(void)
{
	int fd;

	while ((fd = start_fd(&k.start, SLOT_KEYS, k.naskers)) != -1) {
		struct asker *a = &k.asker[k.naskers++];

		a->channel = (struct ipc){fd, ROLE_KEYS, ROLE_SERVE};
		a->filled_ms = clock_ms();
		a->tokens = (int64_t)k.settings.max_per_second * 1000;
		/* An asker that does not take its answers holds nobody up. */
		if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
			fatal("channel to serve");
	}
}

/* Each key signs once: libcrypto looks up what it needs and seeds itself. */
static int
warm_up(struct err *err)
{
	static const uint32_t schemes[] = {SCHEME_ECDSA_SHA256,
					   SCHEME_ECDSA_SHA384, SCHEME_ED25519};
	struct msg_sign m = {.len = TBS_PROBE_LEN};
	uint8_t out[SIGNATURE_MAX];

	tbs_probe(m.tbs);
	for (unsigned i = 0; i < k.nkeys; i++) {
		size_t len = 0;

		for (int s = 0; s < 3; s++) {
			m.scheme = schemes[s];
			len += sign_with(&k.key[i], &m, out);
		}
		if (len == 0)
			return err_set(err, "private key %u does not sign",
				       i + 1);
	}
	return 0;
}

static void
loop(void)
{
	struct pollfd p[1 + START_FDS_MAX];

	for (;;) {
		p[0] = (struct pollfd){.fd = CONTROL_FD, .events = POLLIN};
		for (unsigned i = 0; i < k.naskers; i++)
			p[1 + i] = (struct pollfd){.fd = k.asker[i].channel.fd,
						   .events = POLLIN};
		/* ppoll goes on by itself after SIGCONT; poll would want
		 * another system call for that. */
		if (ppoll(p, 1 + k.naskers, NULL, NULL) == -1) {
			if (errno == EINTR)
				continue;
			fatal("ppoll");
		}
		/* The parent has nothing to say but its end. */
		if (p[0].revents != 0)
			_exit(0);
		for (unsigned i = 0; i < k.naskers; i++)
			if (p[1 + i].revents != 0)
				serve_asker(&k.asker[i]);
	}
}

void
keys_main(void)
{
	struct err err;

	signal(SIGPIPE, SIG_IGN);
	keyload_memory();
	start_recv(&k.start, ROLE_KEYS, &k.settings, sizeof(k.settings));
	if (load_keys(&err) == -1 || warm_up(&err) == -1)
		failed(&err);
	take_askers();
	sandbox_enter(ROLE_KEYS, VARIANT_PLAIN, -1);
	sandbox_filter(ROLE_KEYS, VARIANT_PLAIN);
	ipc_send_text(&k.start.parent, MSG_READY, sandbox_report());
	loop();
	abort();
}
