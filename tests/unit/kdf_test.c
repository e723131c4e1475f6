/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rand.h>

#include <string.h>

#include "../../daemon/http/kdf.h"

/* Our function and the default provider's, side by side. */
static OSSL_PROVIDER *inner, *test;
static EVP_KDF *ours, *theirs;

static const OSSL_ALGORITHM kdfs[] = {
    {"TLS13-KDF", "provider=test", kdf_functions, NULL},
    {NULL, NULL, NULL, NULL}};

static const OSSL_ALGORITHM *
query(void *provider, int operation_id, int *no_store)
{
	(void)provider;
	*no_store = 0;
	return operation_id == OSSL_OP_KDF ? kdfs : NULL;
}

static const OSSL_DISPATCH functions[] = {
    {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query}, {0, NULL}};

static int
init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
     const OSSL_DISPATCH **out, void **provider)
{
	(void)in;
	*out = functions;
	*provider = (void *)(uintptr_t)handle;
	return 1;
}

static int
set_up(void **state)
{
	(void)state;
	inner = OSSL_PROVIDER_load(NULL, "default");
	if (inner == NULL ||
	    OSSL_PROVIDER_add_builtin(NULL, "test", init) != 1 || !kdf_init())
		return -1;
	test = OSSL_PROVIDER_load(NULL, "test");
	if (test == NULL)
		return -1;
	ours = EVP_KDF_fetch(NULL, "TLS13-KDF", "provider=test");
	theirs = EVP_KDF_fetch(NULL, "TLS13-KDF", "provider=default");
	return ours != NULL && theirs != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	EVP_KDF_free(ours);
	EVP_KDF_free(theirs);
	kdf_end();
	OSSL_PROVIDER_unload(test);
	OSSL_PROVIDER_unload(inner);
	return 0;
}

static int
derive(EVP_KDF *kdf, const OSSL_PARAM *params, uint8_t *out, size_t len)
{
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	int ok = EVP_KDF_derive(ctx, out, len, params) == 1;

	EVP_KDF_CTX_free(ctx);
	return ok;
}

/* ------------------------------------------------------- what is asked -- */

struct question {
	int mode;
	const char *digest;
	uint8_t key[66], salt[48], data[48]; /* 66: a secret of P-521 */
	size_t key_len, salt_len, data_len;  /* 0: not given */
	const char *label;
};

static OSSL_PARAM
octets(const char *name, const void *data, size_t len)
{
	return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)data,
						 len);
}

static void
fill(OSSL_PARAM p[8], struct question *q)
{
	*p++ = OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &q->mode);
	*p++ = OSSL_PARAM_construct_utf8_string(
	    OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)q->digest, 0);
	*p++ = octets(OSSL_KDF_PARAM_PREFIX, "tls13 ", 6);
	*p++ = octets(OSSL_KDF_PARAM_LABEL, q->label, strlen(q->label));
	if (q->key_len > 0)
		*p++ = octets(OSSL_KDF_PARAM_KEY, q->key, q->key_len);
	if (q->salt_len > 0)
		*p++ = octets(OSSL_KDF_PARAM_SALT, q->salt, q->salt_len);
	if (q->data_len > 0)
		*p++ = octets(OSSL_KDF_PARAM_DATA, q->data, q->data_len);
	*p = OSSL_PARAM_construct_end();
}

static void
compare(struct question *q, size_t len)
{
	OSSL_PARAM params[8];
	uint8_t a[48] = {0}, b[48] = {0};

	RAND_bytes(q->key, sizeof(q->key));
	RAND_bytes(q->salt, sizeof(q->salt));
	RAND_bytes(q->data, sizeof(q->data));
	fill(params, q);
	assert_true(derive(theirs, params, a, len));
	assert_true(derive(ours, params, b, len));
	assert_memory_equal(a, b, sizeof(a));
}

static const struct {
	const char *name;
	size_t size;
} digests[] = {
    {"SHA2-256", 32}, {"SHA256", 32}, {"SHA2-384", 48}, {"SHA384", 48}};

static void
test_expand_as_the_default_provider(void **state)
{
	static const char *const labels[] = {"key", "iv", "", "s hs traffic"};

	(void)state;
	for (int i = 0; i < 4; i++)
		for (int l = 0; l < 4; l++)
			for (size_t len = 1; len <= digests[i].size; len++) {
				struct question q = {
				    .mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY,
				    .digest = digests[i].name,
				    .label = labels[l],
				    .key_len = digests[i].size,
				    .data_len = len % 2 * digests[i].size};

				compare(&q, len);
			}
}

/* Each secret of the schedule: of nothing, of a shared secret, of a ticket. */
static void
test_extract_as_the_default_provider(void **state)
{
	static const size_t key_lens[] = {0, 32, 48, 66};

	(void)state;
	for (int i = 0; i < 4; i++)
		for (int k = 0; k < 4; k++)
			for (int salted = 0; salted < 2; salted++) {
				struct question q = {
				    .mode = EVP_KDF_HKDF_MODE_EXTRACT_ONLY,
				    .digest = digests[i].name,
				    .label = "derived",
				    .key_len = key_lens[k],
				    .salt_len = salted ? digests[i].size : 0};

				compare(&q, digests[i].size);
			}
}

/* RFC 8448 section 3: the early secret without a pre-shared key. */
static void
test_early_secret(void **state)
{
	static const uint8_t early[32] = {
	    0x33, 0xad, 0x0a, 0x1c, 0x60, 0x7e, 0xc0, 0x3b, 0x09, 0xe6, 0xcd,
	    0x98, 0x93, 0x68, 0x0c, 0xe2, 0x10, 0xad, 0xf3, 0x00, 0xaa, 0x1f,
	    0x26, 0x60, 0xe1, 0xb2, 0x2e, 0x10, 0xf1, 0x70, 0xf9, 0x2a};
	struct question q = {.mode = EVP_KDF_HKDF_MODE_EXTRACT_ONLY,
			     .digest = "SHA2-256",
			     .label = "derived"};
	OSSL_PARAM params[8];
	uint8_t out[32];

	(void)state;
	fill(params, &q);
	assert_true(derive(ours, params, out, sizeof(out)));
	assert_memory_equal(out, early, sizeof(early));
}

/* ------------------------------------------------ what is not answered -- */

static int
answers(struct question q, size_t len)
{
	OSSL_PARAM params[8];
	uint8_t out[64];

	fill(params, &q);
	return derive(ours, params, out, len);
}

static void
test_refusals(void **state)
{
	const struct question good = {.mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY,
				      .digest = "SHA2-256",
				      .label = "key",
				      .key_len = 32};
	struct question q = good;
	char label[300];

	(void)state;
	assert_true(answers(good, 32));
	assert_false(answers(good, 33));
	q.digest = "SHA2-512";
	assert_false(answers(q, 32));
	q = good;
	q.key_len = 0;
	assert_false(answers(q, 32));
	q = good;
	q.key_len = 65; /* more than a block */
	assert_false(answers(q, 32));
	q = good;
	q.mode = EVP_KDF_HKDF_MODE_EXTRACT_AND_EXPAND;
	assert_false(answers(q, 32));
	q.mode = EVP_KDF_HKDF_MODE_EXTRACT_ONLY;
	assert_false(answers(q, 31));
	memset(label, 'x', sizeof(label) - 1);
	label[sizeof(label) - 1] = '\0';
	q = good;
	q.label = label;
	assert_false(answers(q, 32));
	label[250] = '\0'; /* too long with the prefix */
	assert_false(answers(q, 32));
	label[249] = '\0';
	assert_true(answers(q, 32));
}

static void
test_unknown_and_missing_parameters(void **state)
{
	int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
	OSSL_PARAM unknown[] = {
	    OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
	    OSSL_PARAM_construct_int(OSSL_KDF_PARAM_ITER, &mode),
	    OSSL_PARAM_construct_end()};
	uint8_t out[32];

	(void)state;
	assert_false(derive(ours, unknown, out, sizeof(out)));
	unknown[1] = OSSL_PARAM_construct_end();
	assert_false(derive(ours, unknown, out, sizeof(out)));
	assert_false(derive(ours, NULL, out, sizeof(out)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_expand_as_the_default_provider),
	    cmocka_unit_test(test_extract_as_the_default_provider),
	    cmocka_unit_test(test_early_secret),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_unknown_and_missing_parameters),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
