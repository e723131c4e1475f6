/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../daemon/http/accept.h"

#define ALL   ((1U << ENC__MAX) - 1)
#define PLAIN (1U << ENC_IDENTITY)
#define NO_BR (1U << ENC_GZIP | 1U << ENC_IDENTITY)

static enum encoding
chosen2(const char *first, const char *second, unsigned available)
{
	struct request r = {0};

	for (const char *v = first; v != NULL; v = v == first ? second : NULL) {
		r.kept[r.nkept].field = FIELD_ACCEPT_ENCODING;
		r.kept[r.nkept++].value = slice_of(v);
	}
	return accept_encoding(&r, available);
}

static enum encoding
chosen(const char *value)
{
	return chosen2(value, NULL, ALL);
}

static void
plain_lists(void **state)
{
	(void)state;
	assert_int_equal(chosen(NULL), ENC_IDENTITY);
	assert_int_equal(chosen(""), ENC_IDENTITY);
	assert_int_equal(chosen("gzip"), ENC_GZIP);
	assert_int_equal(chosen("x-gzip"), ENC_GZIP);
	assert_int_equal(chosen("GZip"), ENC_GZIP);
	assert_int_equal(chosen("br"), ENC_BROTLI);
	assert_int_equal(chosen("gzip, deflate, br, zstd"), ENC_BROTLI);
	assert_int_equal(chosen("identity, gzip"), ENC_GZIP);
	assert_int_equal(chosen("zstd"), ENC_ZSTD);
	assert_int_equal(chosen("gzip, zstd"), ENC_ZSTD);
	assert_int_equal(chosen("gzip, Zstd;q=0.9"), ENC_GZIP);
	assert_int_equal(chosen(" ,, gzip ,"), ENC_GZIP);
	assert_int_equal(chosen("deflate"), ENC_IDENTITY);
	assert_int_equal(chosen2("deflate", "gzip", ALL), ENC_GZIP);
	assert_int_equal(chosen2("br", NULL, NO_BR), ENC_IDENTITY);
	assert_int_equal(chosen2("br, gzip", NULL, NO_BR), ENC_GZIP);
}

static void
q_values(void **state)
{
	(void)state;
	assert_int_equal(chosen("br;q=0.5, gzip;q=0.8"), ENC_GZIP);
	assert_int_equal(chosen("br;q=0.5, gzip;q=0.500"), ENC_BROTLI);
	assert_int_equal(chosen("br;q=0.001, gzip;q=0.002"), ENC_GZIP);
	assert_int_equal(chosen("br ; Q=0, gzip;q=0.1"), ENC_GZIP);
	assert_int_equal(chosen("gzip;q=0.5, identity"), ENC_IDENTITY);
	assert_int_equal(chosen("gzip;q=0.001"), ENC_GZIP);
	assert_int_equal(chosen("gzip;q=0"), ENC_IDENTITY);
	assert_int_equal(chosen("gzip;q=1.000"), ENC_GZIP);
}

static void
stars(void **state)
{
	(void)state;
	assert_int_equal(chosen("*"), ENC_BROTLI);
	assert_int_equal(chosen("*;q=0.5, gzip"), ENC_GZIP);
	assert_int_equal(chosen("br;q=0, *"), ENC_ZSTD);
	assert_int_equal(chosen("br;q=0, zstd;q=0, *"), ENC_GZIP);
	assert_int_equal(chosen("identity;q=0, *;q=0.1"), ENC_BROTLI);
	assert_int_equal(chosen("identity, *;q=0"), ENC_IDENTITY);
	assert_int_equal(chosen("*;q=0"), ENC_IDENTITY);
	assert_int_equal(chosen("gzip, *;q=0"), ENC_GZIP);
	assert_int_equal(chosen("identity;q=0.7, *;q=0.5"), ENC_IDENTITY);
}

/* 406 never: something is always sent. */
static void
nothing_acceptable(void **state)
{
	(void)state;
	assert_int_equal(chosen2("identity;q=0", NULL, PLAIN), ENC_IDENTITY);
	assert_int_equal(chosen2("*;q=0", NULL, NO_BR), ENC_IDENTITY);
	assert_int_equal(chosen2(NULL, NULL, 1U << ENC_GZIP), ENC_GZIP);
	assert_int_equal(chosen("identity;q=0, gzip"), ENC_GZIP);
	assert_int_equal(chosen("identity;q=0"), ENC_IDENTITY);
}

/* A malformed element counts as not sent; the others hold. */
static void
malformed(void **state)
{
	(void)state;
	assert_int_equal(chosen("gzip;q=1.5"), ENC_IDENTITY);
	assert_int_equal(chosen("gzip;q=1.001"), ENC_IDENTITY);
	assert_int_equal(chosen("gzip;q=0.1234"), ENC_IDENTITY);
	assert_int_equal(chosen("gzip;q="), ENC_IDENTITY);
	assert_int_equal(chosen("gzip;q=-1"), ENC_IDENTITY);
	assert_int_equal(chosen("gzip;q=0x1"), ENC_IDENTITY);
	assert_int_equal(chosen("gzip;"), ENC_IDENTITY);
	assert_int_equal(chosen("gzip;level=9"), ENC_IDENTITY);
	assert_int_equal(chosen("gzip;q=2, br"), ENC_BROTLI);
	assert_int_equal(chosen("gzip br"), ENC_IDENTITY);
	assert_int_equal(chosen(";q=1"), ENC_IDENTITY);
	assert_int_equal(chosen("**"), ENC_IDENTITY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plain_lists), cmocka_unit_test(q_values),
	    cmocka_unit_test(stars),	   cmocka_unit_test(nothing_acceptable),
	    cmocka_unit_test(malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
