/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/snapshot/headers.h"

#define S(text) ((struct slice){text, sizeof(text) - 1})

static void
assert_buf(struct buf *b, const char *want)
{
	assert_string_equal(buf_cstr(b), want);
	buf_free(b);
}

static void
test_add(void **state)
{
	struct buf b = {NULL, 0, 0};

	(void)state;
	assert_int_equal(header_add(&b, "Location", S("/a%20b")), 0);
	assert_int_equal(header_add(&b, "X-Utf8", S("gr\xc3\xbc\xc3\x9f")), 0);
	assert_buf(&b, "Location: /a%20b\r\nX-Utf8: gr\xc3\xbc\xc3\x9f\r\n");
}

static void
test_hostile_values(void **state)
{
	static const struct slice bad[] = {S("/a\r\nSet-Cookie: x=y"),
					   S("/a\nb"),
					   S("/a\rb"),
					   S("/a\0b"),
					   S("a\tb"),
					   S("\x7f"),
					   S("\x1b[31m")};
	struct buf b = {NULL, 0, 0};
	char value[2] = "x";
	size_t i;
	int c;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(header_add(&b, "Location", bad[i]), -1);
	for (c = 0; c < 256; c++) {
		value[0] = (char)c;
		assert_int_equal(header_value_ok((struct slice){value, 1}),
				 c >= 0x20 && c != 0x7f);
	}
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

static void
test_hostile_names(void **state)
{
	static const char *const bad[] = {"",
					  "A B",
					  "A:",
					  "A\r\nB",
					  "\xc3\xa9",
					  "A(",
					  "Content-Length",
					  "content-length",
					  "TRANSFER-ENCODING",
					  "Connection",
					  "Date",
					  "te",
					  "Upgrade",
					  "Keep-Alive",
					  "Content-Range",
					  "Trailer",
					  "Proxy-Connection"};
	struct buf b = {NULL, 0, 0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(header_add(&b, bad[i], S("x")), -1);
	assert_int_equal(header_add(&b, "Content-Lengthy", S("x")), 0);
	assert_buf(&b, "Content-Lengthy: x\r\n");
}

static struct page_headers
sample(void)
{
	struct page_headers h = {
	    .content_type = S("text/html; charset=utf-8"),
	    .cache_control = S("no-cache"),
	    .csp = S("default-src 'none'"),
	    .modified = 784111777,
	    .vary = 1,
	};
	size_t i;

	for (i = 0; i < sizeof(h.etag); i++)
		h.etag[i] = (uint8_t)(i * 17);
	return h;
}

#define FIXED                                                  \
	"X-Content-Type-Options: nosniff\r\n"                  \
	"Content-Security-Policy: default-src 'none'\r\n"      \
	"Referrer-Policy: strict-origin-when-cross-origin\r\n" \
	"Cross-Origin-Opener-Policy: same-origin\r\n"

#define MODIFIED "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

static void
test_common(void **state)
{
	struct page_headers h = sample();
	struct buf b = {NULL, 0, 0};

	(void)state;
	headers_common(&b, &h, ENC_BROTLI);
	assert_buf(&b, "ETag: \"ABEiM0RVZneImaq7-br\"\r\n"
		       "Vary: Accept-Encoding\r\n"
		       "Cache-Control: no-cache\r\n" FIXED);
}

static void
test_common_without(void **state)
{
	struct page_headers h = sample();
	struct buf b = {NULL, 0, 0};

	(void)state;
	h.vary = 0;
	h.modified = 0;
	h.cache_control.len = 0;
	headers_common(&b, &h, ENC_IDENTITY);
	assert_buf(&b, "ETag: \"ABEiM0RVZneImaq7\"\r\n" FIXED);
}

static void
test_typed(void **state)
{
	struct page_headers h = sample();
	struct buf b = {NULL, 0, 0};

	(void)state;
	headers_typed(&b, &h, ENC_IDENTITY);
	assert_buf(&b, "Content-Type: text/html; charset=utf-8\r\n" MODIFIED);
	headers_typed(&b, &h, ENC_GZIP);
	assert_buf(&b, "Content-Type: text/html; charset=utf-8\r\n"
		       "Content-Encoding: gzip\r\n" MODIFIED);
	headers_typed(&b, &h, ENC_BROTLI);
	assert_buf(&b, "Content-Type: text/html; charset=utf-8\r\n"
		       "Content-Encoding: br\r\n" MODIFIED);
	h.ranges = 1;
	headers_typed(&b, &h, ENC_ZSTD);
	assert_buf(&b, "Content-Type: text/html; charset=utf-8\r\n"
		       "Content-Encoding: zstd\r\n" MODIFIED
		       "Accept-Ranges: bytes\r\n");
	h.ranges = 0;
	h.content_type.len = 0;
	h.location = S("https://example.org/");
	headers_typed(&b, &h, ENC_IDENTITY);
	assert_buf(&b, MODIFIED "Location: https://example.org/\r\n");
}

/* What cannot be said is left out; it never ends a line. */
static void
test_hostile_page(void **state)
{
	struct page_headers h = sample();
	struct buf b = {NULL, 0, 0};

	(void)state;
	h.content_type = S("text/html\r\nX: y");
	h.location = S("/\r\n\r\n<script>");
	h.csp = S("script-src *\nX: y");
	h.cache_control = S("a\r\nb");
	headers_typed(&b, &h, ENC_IDENTITY);
	assert_buf(&b, "Content-Type: application/octet-stream\r\n" MODIFIED);
	headers_common(&b, &h, ENC_IDENTITY);
	assert_null(strstr(buf_cstr(&b), "X: y"));
	assert_null(strstr(buf_cstr(&b), "Cache-Control"));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_add),
	    cmocka_unit_test(test_hostile_values),
	    cmocka_unit_test(test_hostile_names),
	    cmocka_unit_test(test_common),
	    cmocka_unit_test(test_common_without),
	    cmocka_unit_test(test_typed),
	    cmocka_unit_test(test_hostile_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
