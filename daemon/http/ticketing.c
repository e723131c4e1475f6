/* SPDX-License-Identifier: ISC */
#include "ticketing.h"

#include <sys/mman.h>

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "../buf.h"

/* What the callback tells OpenSSL, SSL_CTX_set_tlsext_ticket_key_evp_cb(3). */
enum { FAILED = -1, UNKNOWN = 0, GOOD = 1, GOOD_BUT_RENEW = 2 };

struct ticketing {
	EVP_CIPHER *cipher; /* fetched once, not for each ticket */
	struct msg_tickets keys;
};

/* AES-256-CBC and HMAC with SHA-256, as RFC 5077 section 4 recommends. */
static int
set_mac(EVP_MAC_CTX *mac, struct ticket_key *key)
{
	static char digest[] = "SHA256";
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key->hmac,
					      sizeof(key->hmac)),
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
	    OSSL_PARAM_construct_end()};

	return EVP_MAC_CTX_set_params(mac, params);
}

static int
make_ticket(struct ticketing *t, unsigned char *name, unsigned char *iv,
	    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
	struct ticket_key *key = &t->keys.key[0];

	memcpy(name, key->name, sizeof(key->name));
	if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(t->cipher)) != 1 ||
	    EVP_EncryptInit_ex2(cipher, t->cipher, key->aes, iv, NULL) != 1 ||
	    set_mac(mac, key) != 1)
		return FAILED;
	return GOOD;
}

static int
open_ticket(struct ticketing *t, const unsigned char *name,
	    const unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
	uint32_t i = 0;

	while (i < t->keys.n && memcmp(name, t->keys.key[i].name,
				       sizeof(t->keys.key[i].name)) != 0)
		i++;
	if (i == t->keys.n)
		return UNKNOWN;
	if (EVP_DecryptInit_ex2(cipher, t->cipher, t->keys.key[i].aes, iv,
				NULL) != 1 ||
	    set_mac(mac, &t->keys.key[i]) != 1)
		return FAILED;
	/* A new ticket costs as much as half of a resumption: only when the old
	 * one will soon be worth nothing. */
	return i == 0 ? GOOD : GOOD_BUT_RENEW;
}

static int
on_ticket(SSL *s, unsigned char *name, unsigned char *iv,
	  EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int making)
{
	struct ticketing *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(s));

	return making ? make_ticket(t, name, iv, cipher, mac)
		      : open_ticket(t, name, iv, cipher, mac);
}

struct ticketing *
ticketing_new(const struct msg_tickets *keys, struct err *err)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
	struct ticketing *t;

	if (cipher == NULL) {
		err_set(err, "libcrypto has no AES-256-CBC");
		return NULL;
	}
	t = xcalloc(1, sizeof(*t));
	mlock(t, sizeof(*t)); /* there is little, but there may be no right */
	t->cipher = cipher;
	ticketing_set(t, keys);
	return t;
}

void
ticketing_free(struct ticketing *t)
{
	if (t == NULL)
		return;
	EVP_CIPHER_free(t->cipher);
	explicit_bzero(t, sizeof(*t));
	free(t);
}

void
ticketing_set(struct ticketing *t, const struct msg_tickets *keys)
{
	t->keys = *keys;
	if (t->keys.n > TICKET_KEYS_MAX)
		t->keys.n = TICKET_KEYS_MAX;
}

void
ticketing_use(struct ticketing *t, struct ssl_ctx_st *ctx)
{
	SSL_CTX_set_app_data(ctx, t);
	SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, on_ticket);
}
