/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/site/media.h"

static const char *
type(const char *path)
{
	return media_by_path(slice_of(path))->type;
}

/* Each of these must be found by bisection, so the table is in order. */
static void
test_known(void **state)
{
	static const char *const cases[][2] = {
	    {"a.7z", "application/x-7z-compressed"},
	    {"a.avif", "image/avif"},
	    {"a.css", "text/css; charset=utf-8"},
	    {"a.gif", "image/gif"},
	    {"a.html", "text/html; charset=utf-8"},
	    {"a.jpeg", "image/jpeg"},
	    {"a.jpg", "image/jpeg"},
	    {"a.js", "text/javascript; charset=utf-8"},
	    {"a.json", "application/json"},
	    {"a.mp4", "video/mp4"},
	    {"a.pdf", "application/pdf"},
	    {"a.png", "image/png"},
	    {"a.svg", "image/svg+xml"},
	    {"a.tar.gz", "application/gzip"},
	    {"a.txt", "text/plain; charset=utf-8"},
	    {"a.wasm", "application/wasm"},
	    {"a.webm", "video/webm"},
	    {"a.webp", "image/webp"},
	    {"a.woff", "font/woff"},
	    {"a.woff2", "font/woff2"},
	    {"a.xml", "application/xml"},
	    {"a.yml", "application/yaml"},
	    {"a.zip", "application/zip"},
	    {"a.zst", "application/zstd"},
	    {"static/A B.PNG", "image/png"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(type(cases[i][0]), cases[i][1]);
}

static void
test_unknown(void **state)
{
	(void)state;
	assert_string_equal(type("a"), "application/octet-stream");
	assert_string_equal(type(""), "application/octet-stream");
	assert_string_equal(type("a.png/b"), "application/octet-stream");
	assert_string_equal(type("a."), "application/octet-stream");
	assert_string_equal(type("a.thisistoolongtobeknown"),
			    "application/octet-stream");
}

static void
test_compress(void **state)
{
	(void)state;
	assert_true(media_by_path(slice_of("a.svg"))->compress);
	assert_false(media_by_path(slice_of("a.png"))->compress);
	assert_false(media_by_path(slice_of("a"))->compress);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_known),
	    cmocka_unit_test(test_unknown),
	    cmocka_unit_test(test_compress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
