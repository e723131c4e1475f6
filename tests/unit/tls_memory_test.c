/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <openssl/crypto.h>

#include "../../daemon/http/tls_memory.h"

#define RECORD (16384 + 200)

/* All of it can be written to, and none of it belongs to another. */
static void
buffers_are_distinct(void **state)
{
	char *p[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		p[i] = OPENSSL_malloc(RECORD);
		assert_non_null(p[i]);
		memset(p[i], 'a' + i, RECORD);
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(p[i][0], 'a' + i);
		assert_int_equal(p[i][RECORD - 1], 'a' + i);
		OPENSSL_free(p[i]);
	}
}

static void
buffers_come_again(void **state)
{
	void *first = OPENSSL_malloc(RECORD), *second = OPENSSL_malloc(RECORD);

	(void)state;
	OPENSSL_free(first);
	assert_ptr_equal(OPENSSL_malloc(RECORD + 1), first);
	OPENSSL_free(second);
	assert_ptr_equal(OPENSSL_malloc(RECORD), second);
	OPENSSL_free(second);
	OPENSSL_free(first);
}

static void
others_are_malloc_s(void **state)
{
	static const size_t sizes[] = {1, 16384, 16384 + 1025, 100000};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *p = OPENSSL_malloc(sizes[i]);

		memset(p, 'x', sizes[i]);
		p = OPENSSL_realloc(p, 2 * sizes[i]);
		assert_int_equal(p[sizes[i] - 1], 'x');
		OPENSSL_free(p);
	}
	OPENSSL_free(NULL);
	assert_null(OPENSSL_malloc(0));
}

static void
buffers_that_grow_move_out(void **state)
{
	char *p = OPENSSL_malloc(RECORD), *q;

	(void)state;
	memset(p, 'x', RECORD);
	assert_ptr_equal(OPENSSL_realloc(p, 100), p);
	q = OPENSSL_realloc(p, 100000);
	assert_ptr_not_equal(q, p);
	assert_int_equal(q[RECORD - 1], 'x');
	memset(q, 'y', 100000);
	assert_ptr_equal(OPENSSL_malloc(RECORD), p);
	assert_null(OPENSSL_realloc(p, 0));
	assert_ptr_equal(OPENSSL_malloc(RECORD), p);
	OPENSSL_free(p);
	OPENSSL_free(q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(buffers_are_distinct),
	    cmocka_unit_test(buffers_come_again),
	    cmocka_unit_test(others_are_malloc_s),
	    cmocka_unit_test(buffers_that_grow_move_out)};

	if (tls_memory_init() == -1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
