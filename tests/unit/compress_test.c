/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <brotli/decode.h>
#include <libdeflate.h>
#include <zstd.h>

#include <cmocka.h>

#include "../../daemon/compress.h"

#define LARGE ((size_t)8 << 20)

static int
set_up(void **state)
{
	*state = compressor_new();
	return 0;
}

static int
tear_down(void **state)
{
	compressor_free(*state);
	return 0;
}

/* Bytes that no compressor makes smaller, the same each time. */
static void
add_noise(struct buf *b, size_t n)
{
	uint64_t x = 88172645463325252u;

	buf_reserve(b, n);
	while (n-- > 0) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		b->data[b->len++] = (char)(x >> 24);
	}
}

static void
add_html(struct buf *b, size_t n)
{
	unsigned i = 0;

	while (b->len < n) {
		buf_printf(b, "<p>Paragraph %u of <em>%u</em></p>\n", i,
			   i * 7919 % 1000);
		i++;
	}
	b->len = n;
}

static struct slice
whole(const struct buf *b)
{
	return (struct slice){b->data, b->len};
}

static void
assert_gunzips(const char *data, size_t len, struct slice want)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	char *out = test_malloc(want.len + 1);
	size_t n;

	assert_int_equal(
	    libdeflate_gzip_decompress(d, data, len, out, want.len + 1, &n),
	    LIBDEFLATE_SUCCESS);
	assert_int_equal(n, want.len);
	assert_memory_equal(out, want.data, n);
	libdeflate_free_decompressor(d);
	test_free(out);
}

static void
assert_unbrotlis(const char *data, size_t len, struct slice want)
{
	uint8_t *out = test_malloc(want.len + 1);
	size_t n = want.len + 1;

	assert_int_equal(
	    BrotliDecoderDecompress(len, (const uint8_t *)data, &n, out),
	    BROTLI_DECODER_RESULT_SUCCESS);
	assert_int_equal(n, want.len);
	assert_memory_equal(out, want.data, n);
	test_free(out);
}

static void
assert_unzstds(const char *data, size_t len, struct slice want)
{
	char *out = test_malloc(want.len + 1);

	/* Readers need no more than this (RFC 9659). */
	assert_true(ZSTD_getFrameContentSize(data, len) == want.len);
	assert_int_equal(ZSTD_decompress(out, want.len + 1, data, len),
			 want.len);
	assert_memory_equal(out, want.data, want.len);
	test_free(out);
}

static void
assert_round_trip(struct compressor *c, struct slice in)
{
	char *out = test_malloc(in.len);
	size_t n = compress_gzip(c, in, out, in.len);

	assert_true(n > 0 && n <= in.len - in.len / 20);
	assert_gunzips(out, n, in);
	n = compress_brotli(c, in, out, in.len);
	assert_true(n > 0 && n <= in.len - in.len / 20);
	assert_unbrotlis(out, n, in);
	n = compress_zstd(c, in, out, in.len);
	assert_true(n > 0 && n <= in.len - in.len / 20);
	assert_unzstds(out, n, in);
	test_free(out);
}

static void
test_round_trip(void **state)
{
	static const size_t sizes[] = {200, 1000, 20000, 300000, LARGE};
	struct buf b = {NULL, 0, 0};
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		buf_clear(&b);
		add_html(&b, sizes[i]);
		assert_round_trip(*state, whole(&b));
	}
	buf_free(&b);
}

/* Half of it noise: the hardest that is still worth it. */
static void
test_round_trip_mixed(void **state)
{
	struct buf b = {NULL, 0, 0};

	add_noise(&b, LARGE / 2);
	add_html(&b, LARGE);
	assert_round_trip(*state, whole(&b));
	buf_free(&b);
}

static void
test_not_worth_it(void **state)
{
	static const size_t sizes[] = {0, 1, 63, 64, 65, 5000, LARGE};
	struct buf b = {NULL, 0, 0};
	char *out = test_malloc(LARGE * 2);
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		buf_clear(&b);
		add_noise(&b, sizes[i]);
		assert_int_equal(
		    compress_gzip(*state, whole(&b), out, LARGE * 2), 0);
		assert_int_equal(
		    compress_brotli(*state, whole(&b), out, LARGE * 2), 0);
		assert_int_equal(
		    compress_zstd(*state, whole(&b), out, LARGE * 2), 0);
	}
	/* shorter, but not by 64 bytes */
	buf_clear(&b);
	add_html(&b, 100);
	assert_int_equal(compress_gzip(*state, whole(&b), out, 100), 0);
	assert_int_equal(compress_brotli(*state, whole(&b), out, 100), 0);
	assert_int_equal(compress_zstd(*state, whole(&b), out, 100), 0);
	buf_free(&b);
	test_free(out);
}

/* Nothing is written beyond the room (the sanitizer sees it). */
static void
test_small_room(void **state)
{
	struct buf b = {NULL, 0, 0};
	size_t room, full;
	char *out;

	add_html(&b, 3000);
	out = test_malloc(3000);
	full = compress_gzip(*state, whole(&b), out, 3000);
	test_free(out);
	for (room = 1; room < full; room += 7) {
		out = test_malloc(room);
		assert_int_equal(compress_gzip(*state, whole(&b), out, room),
				 0);
		assert_true(compress_brotli(*state, whole(&b), out, room) <=
			    room);
		assert_true(compress_zstd(*state, whole(&b), out, room) <=
			    room);
		test_free(out);
	}
	assert_int_equal(compress_gzip(*state, whole(&b), NULL, 0), 0);
	assert_int_equal(compress_brotli(*state, whole(&b), NULL, 0), 0);
	assert_int_equal(compress_zstd(*state, whole(&b), NULL, 0), 0);
	buf_free(&b);
}

/* Also after other work in between; and the header holds no time. */
static void
test_deterministic(void **state)
{
	struct buf b = {NULL, 0, 0}, other = {NULL, 0, 0};
	char *out = test_malloc(20000), *again = test_malloc(20000);
	size_t n;

	add_html(&b, 20000);
	add_noise(&other, 10000);
	add_html(&other, 20000);
	n = compress_gzip(*state, whole(&b), out, 20000);
	assert_memory_equal(out + 4, "\0\0\0\0", 4); /* RFC 1952: MTIME */
	assert_int_equal(out[3], 0);		     /* no name */
	assert_true(compress_gzip(*state, whole(&other), again, 20000) > 0);
	assert_int_equal(compress_gzip(*state, whole(&b), again, 20000), n);
	assert_memory_equal(out, again, n);
	n = compress_brotli(*state, whole(&b), out, 20000);
	assert_true(compress_brotli(*state, whole(&other), again, 20000) > 0);
	assert_int_equal(compress_brotli(*state, whole(&b), again, 20000), n);
	assert_memory_equal(out, again, n);
	n = compress_zstd(*state, whole(&b), out, 20000);
	assert_true(compress_zstd(*state, whole(&other), again, 20000) > 0);
	assert_int_equal(compress_zstd(*state, whole(&b), again, 20000), n);
	assert_memory_equal(out, again, n);
	buf_free(&b);
	buf_free(&other);
	test_free(out);
	test_free(again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_round_trip_mixed),
	    cmocka_unit_test(test_not_worth_it),
	    cmocka_unit_test(test_small_room),
	    cmocka_unit_test(test_deterministic),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
