/* SPDX-License-Identifier: ISC */
/* Keys of session tickets: their lives, and what OpenSSL does with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "../../daemon/http/ticketing.h"
#include "../../daemon/tickets.h"

#define LIFETIME    100	  /* s */
#define HALF	    50000 /* ms */
#define NO_SUCH_KEY UINT32_MAX

/* ------------------------------------------------------------- rotation -- */

static uint32_t
find(const struct tickets *t, const uint8_t name[16])
{
	for (uint32_t i = 0; i < t->keys.n; i++)
		if (memcmp(t->keys.key[i].name, name, 16) == 0)
			return i;
	return NO_SUCH_KEY;
}

static void
a_key_lives_for_one_and_a_half_lifetimes(void **state)
{
	struct tickets t = {0};
	uint8_t name[16];
	int64_t now = 1000000;

	(void)state;
	assert_int_equal(tickets_rotate(&t, LIFETIME, now), 1);
	assert_int_equal(t.keys.n, 1);
	memcpy(name, t.keys.key[0].name, sizeof(name));
	assert_int_equal(tickets_rotate(&t, LIFETIME, now + HALF - 1), 0);
	assert_int_equal(find(&t, name), 0);
	assert_int_equal(tickets_rotate(&t, LIFETIME, now + HALF), 1);
	assert_int_equal(find(&t, name), 1);
	assert_int_equal(tickets_rotate(&t, LIFETIME, now + 2 * HALF), 1);
	assert_int_equal(find(&t, name), 2);
	assert_int_equal(tickets_rotate(&t, LIFETIME, now + 3 * HALF - 1), 0);
	assert_int_equal(find(&t, name), 2);
	assert_int_equal(tickets_rotate(&t, LIFETIME, now + 3 * HALF), 1);
	assert_int_equal(find(&t, name), NO_SUCH_KEY);
}

/* Called when it says, it never has less than a lifetime's keys, nor more. */
static void
it_knows_when_to_be_called(void **state)
{
	struct tickets t = {0};
	int64_t now = 5;

	(void)state;
	tickets_rotate(&t, LIFETIME, now);
	for (int i = 0; i < 20; i++) {
		int64_t due = tickets_due(&t, LIFETIME, now);

		assert_true(due >= 1 && due <= HALF);
		now += due;
		assert_int_equal(tickets_rotate(&t, LIFETIME, now), 1);
		assert_true(t.keys.n == TICKET_KEYS_MAX || i < 1);
	}
}

static void
late_is_not_never(void **state)
{
	struct tickets t = {0};

	(void)state;
	tickets_rotate(&t, LIFETIME, 0);
	tickets_rotate(&t, LIFETIME, HALF);
	/* Nobody was there: all that was is forgotten. */
	assert_int_equal(tickets_rotate(&t, LIFETIME, 100 * HALF), 1);
	assert_int_equal(t.keys.n, 1);
	assert_true(tickets_due(&t, LIFETIME, 1000 * HALF) == 1);
}

static void
a_shorter_lifetime_holds_at_once(void **state)
{
	struct tickets t = {0};
	uint8_t name[16];

	(void)state;
	tickets_rotate(&t, LIFETIME, 0);
	memcpy(name, t.keys.key[0].name, sizeof(name));
	tickets_rotate(&t, LIFETIME, HALF);
	assert_int_equal(find(&t, name), 1);
	assert_int_equal(tickets_rotate(&t, 2, HALF + 2000), 1);
	assert_int_equal(find(&t, name), NO_SUCH_KEY);
}

static void
forgotten_keys_are_wiped(void **state)
{
	static const struct ticket_key zero;
	struct tickets t = {0};

	(void)state;
	for (int i = 0; i < 3; i++)
		tickets_rotate(&t, LIFETIME, i * HALF);
	assert_int_equal(t.keys.n, 3);
	tickets_rotate(&t, LIFETIME, 100 * HALF);
	assert_int_equal(t.keys.n, 1);
	for (uint32_t i = 1; i < TICKET_KEYS_MAX; i++)
		assert_memory_equal(&t.keys.key[i], &zero, sizeof(zero));
}

static void
keys_are_random(void **state)
{
	struct tickets a = {0}, b = {0};
	const struct ticket_key *x = &a.keys.key[0], *y = &b.keys.key[0];

	(void)state;
	tickets_rotate(&a, LIFETIME, 0);
	tickets_rotate(&b, LIFETIME, 0);
	assert_memory_not_equal(x->name, y->name, sizeof(x->name));
	assert_memory_not_equal(x->aes, y->aes, sizeof(x->aes));
	assert_memory_not_equal(x->hmac, y->hmac, sizeof(x->hmac));
	assert_memory_not_equal(x->aes, x->hmac, sizeof(x->aes));
}

/* ------------------------------------------------------------ handshakes -- */

struct server {
	SSL_CTX *ctx;
	struct ticketing *ticketing;
};

static EVP_PKEY *key;
static X509 *certificate;

static int
make_certificate(void **state)
{
	(void)state;
	key = EVP_EC_gen("P-256");
	certificate = X509_new();
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	X509_set_pubkey(certificate, key);
	return X509_sign(certificate, key, EVP_sha256()) > 0 ? 0 : -1;
}

static int
drop_certificate(void **state)
{
	(void)state;
	EVP_PKEY_free(key);
	X509_free(certificate);
	return 0;
}

/* A process: its own context, keys from elsewhere. */
static struct server
server_with(const struct msg_tickets *keys, int version)
{
	struct server s = {.ctx = SSL_CTX_new(TLS_server_method())};
	struct err err;

	s.ticketing = ticketing_new(keys, &err);
	assert_non_null(s.ticketing);
	assert_int_equal(SSL_CTX_use_certificate(s.ctx, certificate), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(s.ctx, key), 1);
	SSL_CTX_set_session_cache_mode(s.ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(s.ctx, 1);
	SSL_CTX_set_max_proto_version(s.ctx, version);
	SSL_CTX_set_timeout(s.ctx, LIFETIME);
	ticketing_use(s.ticketing, s.ctx);
	return s;
}

static void
server_free(struct server *s)
{
	SSL_CTX_free(s->ctx);
	ticketing_free(s->ticketing);
}

static void
shake_hands(SSL *client, SSL *server)
{
	BIO *c, *s;
	char byte;

	assert_int_equal(BIO_new_bio_pair(&c, 0, &s, 0), 1);
	SSL_set_bio(client, c, c);
	SSL_set_bio(server, s, s);
	SSL_set_connect_state(client);
	SSL_set_accept_state(server);
	for (int i = 0; i < 8; i++) {
		SSL_do_handshake(client);
		SSL_do_handshake(server);
	}
	assert_true(SSL_is_init_finished(client) &&
		    SSL_is_init_finished(server));
	assert_int_equal(SSL_read(client, &byte, 1), -1); /* takes the ticket */
}

/* A handshake with the session (NULL: none); *fresh is the session it leaves.
 * Whether it was resumed. */
static int
connect_to(const struct server *s, SSL_SESSION *session, SSL_SESSION **fresh)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *client = SSL_new(ctx), *server = SSL_new(s->ctx);
	int reused;

	if (session != NULL)
		assert_int_equal(SSL_set_session(client, session), 1);
	shake_hands(client, server);
	reused = SSL_session_reused(server);
	assert_int_equal(reused, SSL_session_reused(client));
	if (fresh != NULL)
		*fresh = SSL_get1_session(client);
	/* A session of a connection that broke is not resumable. */
	SSL_set_quiet_shutdown(client, 1);
	SSL_shutdown(client);
	SSL_free(client);
	SSL_free(server);
	SSL_CTX_free(ctx);
	return reused;
}

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

static void
another_process_resumes(void **state)
{
	struct tickets t = {0};

	(void)state;
	tickets_rotate(&t, LIFETIME, 0);
	for (int v = 0; v < 2; v++) {
		struct server a = server_with(&t.keys, versions[v]);
		struct server b = server_with(&t.keys, versions[v]);
		SSL_SESSION *session;

		assert_int_equal(connect_to(&a, NULL, &session), 0);
		assert_int_equal(connect_to(&b, session, NULL), 1);
		assert_int_equal(connect_to(&a, session, NULL), 1);
		SSL_SESSION_free(session);
		server_free(&a);
		server_free(&b);
	}
}

static const unsigned char *
name_in(const SSL_SESSION *session)
{
	const unsigned char *ticket;
	size_t len;

	SSL_SESSION_get0_ticket(session, &ticket, &len);
	assert_true(len > 16);
	return ticket;
}

static void
an_older_key_resumes_and_is_replaced(void **state)
{
	(void)state;
	for (int v = 0; v < 2; v++) {
		struct tickets t = {0};
		struct server s;
		SSL_SESSION *old, *new;

		tickets_rotate(&t, LIFETIME, 0);
		s = server_with(&t.keys, versions[v]);
		connect_to(&s, NULL, &old);
		assert_memory_equal(name_in(old), t.keys.key[0].name, 16);
		tickets_rotate(&t, LIFETIME, HALF);
		ticketing_set(s.ticketing, &t.keys);
		assert_int_equal(connect_to(&s, old, &new), 1);
		assert_memory_equal(name_in(new), t.keys.key[0].name, 16);
		assert_int_equal(connect_to(&s, new, NULL), 1);
		SSL_SESSION_free(old);
		SSL_SESSION_free(new);
		server_free(&s);
	}
}

static void
unknown_keys_resume_nothing(void **state)
{
	(void)state;
	for (int v = 0; v < 2; v++) {
		struct tickets t = {0};
		struct server s;
		SSL_SESSION *session;

		tickets_rotate(&t, LIFETIME, 0);
		s = server_with(&t.keys, versions[v]);
		connect_to(&s, NULL, &session);
		tickets_rotate(&t, LIFETIME, 100 * HALF);
		ticketing_set(s.ticketing, &t.keys);
		assert_int_equal(connect_to(&s, session, NULL), 0);
		SSL_SESSION_free(session);
		server_free(&s);
	}
}

/* Its name alone opens nothing: somebody else's key of the same name. */
static void
a_forged_ticket_resumes_nothing(void **state)
{
	(void)state;
	for (int v = 0; v < 2; v++) {
		struct tickets t = {0}, forger = {0};
		struct server good, bad;
		SSL_SESSION *session;

		tickets_rotate(&t, LIFETIME, 0);
		tickets_rotate(&forger, LIFETIME, 0);
		memcpy(forger.keys.key[0].name, t.keys.key[0].name, 16);
		good = server_with(&t.keys, versions[v]);
		bad = server_with(&forger.keys, versions[v]);
		connect_to(&bad, NULL, &session);
		assert_int_equal(connect_to(&good, session, NULL), 0);
		SSL_SESSION_free(session);
		server_free(&good);
		server_free(&bad);
	}
}

/* The key is there, but the ticket is too old; the client offers it all the
 * same, as one would that has stolen it. */
static void
old_tickets_resume_nothing(void **state)
{
	struct tickets t = {0};
	struct server s[2];
	SSL_SESSION *session[2];

	(void)state;
	tickets_rotate(&t, LIFETIME, 0);
	for (int v = 0; v < 2; v++) {
		s[v] = server_with(&t.keys, versions[v]);
		SSL_CTX_set_timeout(s[v].ctx, 2);
		connect_to(&s[v], NULL, &session[v]);
		assert_int_equal(connect_to(&s[v], session[v], NULL), 1);
	}
	nanosleep(&(struct timespec){3, 100000000}, NULL);
	for (int v = 0; v < 2; v++) {
		SSL_SESSION_set_time(session[v], time(NULL));
		assert_int_equal(connect_to(&s[v], session[v], NULL), 0);
		SSL_SESSION_free(session[v]);
		server_free(&s[v]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_key_lives_for_one_and_a_half_lifetimes),
	    cmocka_unit_test(it_knows_when_to_be_called),
	    cmocka_unit_test(late_is_not_never),
	    cmocka_unit_test(a_shorter_lifetime_holds_at_once),
	    cmocka_unit_test(forgotten_keys_are_wiped),
	    cmocka_unit_test(keys_are_random),
	    cmocka_unit_test(another_process_resumes),
	    cmocka_unit_test(an_older_key_resumes_and_is_replaced),
	    cmocka_unit_test(unknown_keys_resume_nothing),
	    cmocka_unit_test(a_forged_ticket_resumes_nothing),
	    cmocka_unit_test(old_tickets_resume_nothing),
	};

	return cmocka_run_group_tests(tests, make_certificate,
				      drop_certificate);
}
