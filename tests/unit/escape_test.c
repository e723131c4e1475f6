/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/site/escape.h"
#include "daemon/site/url.h"

static struct buf out;

static const char *
escape(enum escape_mode mode, const char *s, size_t len)
{
	buf_clear(&out);
	escape_add(&out, mode, (struct slice){s, len});
	return buf_cstr(&out);
}

#define ESCAPED(mode, s) escape((mode), (s), strlen(s))

static void
test_text(void **state)
{
	(void)state;
	assert_string_equal(ESCAPED(ESCAPE_TEXT, "a<b>&\"c'"),
			    "a&lt;b&gt;&amp;&quot;c&#39;");
	assert_string_equal(ESCAPED(ESCAPE_TEXT, "\xc3\xa4\tx\ny\r"),
			    "\xc3\xa4\tx\ny");
	assert_string_equal(escape(ESCAPE_TEXT, "a\0b\x01\x0c", 5), "ab");
	assert_string_equal(ESCAPED(ESCAPE_TEXT, "a\xff"
						 "b"),
			    "a\xef\xbf\xbd"
			    "b");
	assert_string_equal(ESCAPED(ESCAPE_TEXT, "\xc0\xaf"),
			    "\xef\xbf\xbd\xef\xbf\xbd");
	assert_string_equal(ESCAPED(ESCAPE_TEXT, "\xef\xbf\xbe"),
			    "\xef\xbf\xbd");
	assert_string_equal(ESCAPED(ESCAPE_TEXT, "\xe2\x82"),
			    "\xef\xbf\xbd\xef\xbf\xbd");
	assert_string_equal(ESCAPED(ESCAPE_TEXT, "\xed\xa0\x80"),
			    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

static void
test_path(void **state)
{
	(void)state;
	assert_string_equal(ESCAPED(ESCAPE_PATH, "/Posts/A b"), "/Posts/A%20b");
	assert_string_equal(ESCAPED(ESCAPE_PATH, "/\xc3\xa4?#%&'\"<>[]"),
			    "/%C3%A4%3F%23%25%26%27%22%3C%3E%5B%5D");
	assert_string_equal(ESCAPED(ESCAPE_PATH, "/x\n\x7f"), "/x%0A%7F");
}

static void
test_json(void **state)
{
	(void)state;
	assert_string_equal(ESCAPED(ESCAPE_JSON, "a\"b\\c/<&'"),
			    "a\\\"b\\\\c/<&'");
	assert_string_equal(ESCAPED(ESCAPE_JSON, "\n\r\t\x01\x1f\x7f"),
			    "\\n\\r\\t\\u0001\\u001f\x7f");
	assert_string_equal(escape(ESCAPE_JSON, "a\0b", 3), "a\\u0000b");
	assert_string_equal(ESCAPED(ESCAPE_JSON, "\xc3\xa4\xff\xe2\x82"),
			    "\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

static void
test_url(void **state)
{
	(void)state;
	assert_string_equal(ESCAPED(ESCAPE_URL, "http://x/a b?c=d&e%20%zz"),
			    "http://x/a%20b?c=d&e%20%25zz");
	assert_string_equal(ESCAPED(ESCAPE_HREF, "/a&b'\"<\n>"),
			    "/a&amp;b%27%22%3C%3E");
	assert_string_equal(ESCAPED(ESCAPE_URL, "/a\r\nSet-Cookie: x"),
			    "/aSet-Cookie:%20x");
}

/* Whatever goes in: no byte of the output can end a tag, an attribute or a
 * header line. */
static void
test_all_bytes(void **state)
{
	static const char *const forbidden[] = {
	    [ESCAPE_TEXT] = "<>\"'\r",
	    [ESCAPE_PATH] = "<>\"'& \n\r\t?#",
	    [ESCAPE_URL] = "<>\"' \n\r\t",
	    [ESCAPE_HREF] = "<>\"' \n\r\t",
	};
	char bytes[256];
	int mode, i;

	(void)state;
	for (i = 0; i < 256; i++)
		bytes[i] = (char)i;
	for (mode = ESCAPE_TEXT; mode <= ESCAPE_HREF; mode++) {
		escape((enum escape_mode)mode, bytes, sizeof(bytes));
		assert_int_equal(strlen(out.data), out.len);
		assert_null(strpbrk(out.data, forbidden[mode]));
		assert_int_equal(utf8_check((struct slice){out.data, out.len}),
				 out.len);
	}
}

static void
test_allowed(void **state)
{
	static const char *const refused[] = {
	    "javascript:alert(1)",
	    "JaVaScRiPt:x",
	    " javascript:x",
	    "java\tscript:x",
	    "java\nscript:x",
	    "\x01javascript:x",
	    "data:text/html,x",
	    "vbscript:x",
	    "file:///etc/passwd",
	    ":x",
	    "foo:bar",
	    "telx:1",
	    "javascript\xc2\xa0:x",
	    "\xe2\x80\xa8javascript:x",
	    "blob:x",
	    "jjjjjjjjjjjjjjjjjjjjjjjjjjhttp:x"};
	static const char *const allowed[] = {"",
					      "/",
					      "x",
					      "#x",
					      "?a:b",
					      "http://x",
					      "HTTPS://x",
					      "//x/y",
					      "mailto:a@b",
					      "tel:+1",
					      "XMPP:a@b",
					      "ircs://x/#y",
					      "matrix:r/x",
					      "ftp://x",
					      "gemini://x",
					      "irc:x",
					      "./foo:bar",
					      "a/b:c",
					      "javascript%3Ax"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_false(url_allowed(slice_of(refused[i]), URL_LINK));
	for (i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		assert_true(url_allowed(slice_of(allowed[i]), URL_LINK));
	assert_false(url_allowed(slice_of("mailto:a@b"), URL_MEDIA));
	assert_false(url_allowed(slice_of("ftp://x"), URL_MEDIA));
}

static void
test_root(void **state)
{
	(void)state;
	assert_true(url_is_root(slice_of("https://a.example:8443/blog")));
	assert_true(url_is_root(slice_of("http://[::1]:80")));
	assert_false(url_is_root(slice_of("https://")));
	assert_false(url_is_root(slice_of("ftp://x")));
	assert_false(url_is_root(slice_of("https://x\"y")));
	assert_false(url_is_root(slice_of("https://u@x")));
	assert_false(url_is_root(slice_of("https://x?y")));
	assert_false(url_is_root(slice_of("https://\xc3\xa4")));
	assert_true(
	    slice_is(url_root_path(slice_of("https://x/blog")), "/blog"));
	assert_true(slice_is(url_root_path(slice_of("https://x")), ""));
}

static void
test_resolve(void **state)
{
	static const char *const cases[][2] = {
	    {"b", "https://x/Posts/b"},
	    {"../About", "https://x/About"},
	    {"../../../About", "https://x/About"},
	    {"./b/./c", "https://x/Posts/b/c"},
	    {"/About?q=../x#f", "https://x/About?q=../x#f"},
	    {"/a/../b", "https://x/b"},
	    {"#fn.1", "https://x/Posts/a#fn.1"},
	    {"?q", "https://x/Posts/a?q"},
	    {"", "https://x/Posts/a"},
	    {"//y/z", "https://y/z"},
	    {"http://y/z", "http://y/z"},
	    {"mailto:a@b", "mailto:a@b"},
	    {"..", "https://x/"},
	    {"b/", "https://x/Posts/b/"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&out);
		url_resolve(&out, slice_of("https://x"), slice_of("/Posts/a"),
			    slice_of(cases[i][0]));
		assert_string_equal(buf_cstr(&out), cases[i][1]);
	}
	buf_clear(&out);
	url_resolve(&out, slice_of("https://x/blog"), slice_of("/Posts/a"),
		    slice_of("b"));
	assert_string_equal(buf_cstr(&out), "https://x/blog/Posts/b");
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_text),    cmocka_unit_test(test_path),
	    cmocka_unit_test(test_url),	    cmocka_unit_test(test_all_bytes),
	    cmocka_unit_test(test_allowed), cmocka_unit_test(test_root),
	    cmocka_unit_test(test_resolve), cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
