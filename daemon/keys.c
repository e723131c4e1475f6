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
#include "keymem.h"
#include "keytype.h"
#include "log.h"
#include "proc.h"
#include "settings.h"

#define KEYS_MAX 16

struct key {
	EVP_PKEY *pkey;
	EVP_MD_CTX *ctx; /* one for all signatures */
	enum keytype type;
	const struct keytype_way *way; /* it is set up for; NULL: none */
	const EVP_MD *md;	       /* that way's */
	uint8_t id[32];		       /* SHA-256 of the SubjectPublicKeyInfo */
};

/* One serve process.  Its token bucket holds at most one second's worth. */
struct asker {
	struct ipc channel;
	int64_t tokens; /* thousandths of a signature */
	int64_t filled_ms;
	int64_t accused_ms;
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
	keymem_end(1);
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
	key->type = keytype_of(key->pkey);
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

/* A context that is not given the key again keeps what libcrypto has looked up
 * for it, as long as the digest stays the same: a tenth of a signature's time.
 */
static int
begin_signing(struct key *key, const struct keytype_way *way)
{
	EVP_PKEY *pkey = NULL;
	EVP_PKEY_CTX *padding;

	if (key->way != way) {
		EVP_MD_CTX_reset(key->ctx);
		pkey = key->pkey;
		key->md = way->digest == NULL
			      ? NULL
			      : EVP_get_digestbyname(way->digest);
	}
	key->way = way;
	return EVP_DigestSignInit(key->ctx, &padding, key->md, NULL, pkey) ==
		   1 &&
	       keytype_pad(way, padding);
}

/* The signature's length, or 0. */
static size_t
sign_with(struct key *key, const struct keytype_way *way,
	  const struct msg_sign *m, uint8_t *out)
{
	size_t len = SIGNATURE_MAX;

	if (begin_signing(key, way) &&
	    EVP_DigestSign(key->ctx, out, &len, m->tbs, m->len) == 1)
		return len;
	key->way = NULL;
	ERR_clear_error();
	return 0;
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
	const struct keytype_way *way;

	if (key == NULL) {
		complain("no such key");
		return;
	}
	if (m->len > SIGN_MAX) {
		complain("a message too long");
		return;
	}
	way = keytype_way(key->type, tbs_kind(m->tbs, m->len), m->scheme);
	if (way == NULL) {
		complain("not a handshake of this key");
		return;
	}
	out->len = (uint32_t)sign_with(key, way, m, out->signature);
	if (out->len == 0)
		complain("libcrypto cannot (out of memory?)");
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

/* A serve that breaks the protocol is not that serve any more.  Once a second:
 * what it has left in the channel is not its successor's. */
static void
accuse(struct asker *a)
{
	int64_t now = clock_ms();

	if (a->accused_ms != 0 && now - a->accused_ms < 1000)
		return;
	a->accused_ms = now;
	ipc_distrust(&k.start.parent, (uint32_t)(a - k.asker),
		     "keys cannot read its request");
}

/* One message, so that every asker has its turn.  What the protocol does not
 * allow is not worth an answer.  An empty packet looks like the end, but is one
 * only if the other side is gone: the next serve will use the channel. */
static void
serve_asker(struct asker *a, int hung_up)
{
	static struct ipc_msg m;
	const struct msg_sign *question = (const void *)m.data;
	struct msg_signature out;
	int n = ipc_recv_nowait(&a->channel, &m);

	if (n == -1 && errno == EAGAIN)
		return;
	if (n == 0 && hung_up) {
		a->channel.fd = -1; /* poll leaves it out */
		return;
	}
	if (n != 1)
		accuse(a);
	memset(&out, 0, sizeof(out));
	out.sequence = question->sequence;
	if (!may_ask(a))
		complain("too many requests in a second");
	else if (n != 1)
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

/* Each key signs in each of its ways: libcrypto looks up what it needs and
 * seeds itself. */
static int
warm_up(struct err *err)
{
	struct msg_sign m = {.len = TBS_PROBE_LEN};
	uint8_t out[SIGNATURE_MAX];

	tbs_probe(m.tbs);
	for (unsigned i = 0; i < k.nkeys; i++) {
		struct key *key = &k.key[i];
		const struct keytype_way *way = NULL;

		while ((way = keytype_next(way, key->type)) != NULL)
			if (sign_with(key, way, &m, out) == 0)
				return err_set(
				    err, "private key %u does not sign", i + 1);
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
			return;
		}
		/* The parent has nothing to say but its end. */
		if (p[0].revents != 0)
			keymem_end(0);
		for (unsigned i = 0; i < k.naskers; i++)
			if (p[1 + i].revents != 0)
				serve_asker(&k.asker[i],
					    p[1 + i].revents & POLLHUP);
	}
}

void
keys_main(void)
{
	struct err err;

	signal(SIGPIPE, SIG_IGN);
	keymem_init();
	start_recv(&k.start, ROLE_KEYS, &k.settings, sizeof(k.settings));
	keymem_end_on_sigterm();
	if (load_keys(&err) == -1 || warm_up(&err) == -1)
		failed(&err);
	keymem_wipe_stack();
	take_askers();
	sandbox_enter(ROLE_KEYS, VARIANT_PLAIN, -1);
	sandbox_filter(ROLE_KEYS, VARIANT_PLAIN);
	ipc_send_text(&k.start.parent, MSG_READY, sandbox_report());
	loop();
	log_err("ppoll: %s", strerror(errno));
	keymem_end(1);
}
