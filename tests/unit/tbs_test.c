/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../daemon/http/tbs.h"

static const char context[] = "TLS 1.3, server CertificateVerify";

/* The exact bytes in a block of their own, so that ASan sees any read beyond.
 */
static enum tbs_kind
kind(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	enum tbs_kind k;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	k = tbs_kind(copy, len);
	free(copy);
	return k;
}

static size_t
make_verify(uint8_t *out, size_t hash_len)
{
	memset(out, 0x20, 64);
	memcpy(out + 64, context, sizeof(context));
	memset(out + 64 + sizeof(context), 0xa5, hash_len);
	return 64 + sizeof(context) + hash_len;
}

static size_t
make_exchange(uint8_t *out, unsigned curve, size_t point_len)
{
	memset(out, 0x5a, 64);
	out[64] = 3;
	out[65] = (uint8_t)(curve >> 8);
	out[66] = (uint8_t)curve;
	out[67] = (uint8_t)point_len;
	memset(out + 68, 4, point_len);
	return 68 + point_len;
}

static void
verify_is_known(void **state)
{
	uint8_t b[512];

	(void)state;
	assert_int_equal(kind(b, make_verify(b, 32)), TBS_VERIFY);
	assert_int_equal(kind(b, make_verify(b, 48)), TBS_VERIFY);
}

static void
verify_of_other_lengths_is_not(void **state)
{
	uint8_t b[512];

	(void)state;
	for (size_t hash = 0; hash < 300; hash++)
		if (hash != 32 && hash != 48)
			assert_int_equal(kind(b, make_verify(b, hash)),
					 TBS_OTHER);
}

static void
every_byte_of_the_head_counts(void **state)
{
	uint8_t b[512];
	size_t len = make_verify(b, 32);

	(void)state;
	for (size_t i = 0; i < 64 + sizeof(context); i++) {
		b[i] ^= 1;
		assert_int_equal(kind(b, len), TBS_OTHER);
		b[i] ^= 1;
	}
}

static void
a_client_verify_is_not_signed(void **state)
{
	uint8_t b[512];
	size_t len = make_verify(b, 32);

	(void)state;
	memcpy(b + 64, "TLS 1.3, client CertificateVerify", sizeof(context));
	assert_int_equal(kind(b, len), TBS_OTHER);
}

static void
key_exchange_is_known(void **state)
{
	uint8_t b[512];

	(void)state;
	assert_int_equal(kind(b, make_exchange(b, 23, 65)), TBS_KEY_EXCHANGE);
	assert_int_equal(kind(b, make_exchange(b, 24, 97)), TBS_KEY_EXCHANGE);
	assert_int_equal(kind(b, make_exchange(b, 29, 32)), TBS_KEY_EXCHANGE);
}

static void
key_exchange_of_other_shape_is_not(void **state)
{
	uint8_t b[512];
	size_t len;

	(void)state;
	for (unsigned curve = 0; curve < 0x200; curve++)
		for (size_t point = 0; point < 256; point++) {
			if ((curve == 23 && point == 65) ||
			    (curve == 24 && point == 97) ||
			    (curve == 29 && point == 32))
				continue;
			len = make_exchange(b, curve, point);
			assert_int_equal(tbs_kind(b, len), TBS_OTHER);
		}
	len = make_exchange(b, 23, 65);
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(kind(b, cut), TBS_OTHER);
	assert_int_equal(kind(b, len + 1), TBS_OTHER);
	b[68] = 2; /* a compressed point */
	assert_int_equal(kind(b, len), TBS_OTHER);
	len = make_exchange(b, 29, 32);
	b[64] = 1; /* explicit_prime */
	assert_int_equal(kind(b, len), TBS_OTHER);
}

static void
the_probe_is_a_verify(void **state)
{
	uint8_t b[TBS_PROBE_LEN];

	(void)state;
	tbs_probe(b);
	assert_int_equal(kind(b, sizeof(b)), TBS_VERIFY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verify_is_known),
	    cmocka_unit_test(verify_of_other_lengths_is_not),
	    cmocka_unit_test(every_byte_of_the_head_counts),
	    cmocka_unit_test(a_client_verify_is_not_signed),
	    cmocka_unit_test(key_exchange_is_known),
	    cmocka_unit_test(key_exchange_of_other_shape_is_not),
	    cmocka_unit_test(the_probe_is_a_verify),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
