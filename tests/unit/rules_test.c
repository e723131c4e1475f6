/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/site/rules.h"
#include "site_fixture.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct buf said;

static void
report(void *ctx, enum severity severity, size_t line, size_t column,
       const char *message)
{
	(void)ctx;
	assert_int_equal(severity, SEVERITY_ERROR);
	buf_printf(&said, "%zu:%zu: %s\n", line, column, message);
}

/* The rules as one text. */
static const char *
redirects(const char *text)
{
	static struct buf out;
	struct redirect_rule *rules;
	struct region region = {NULL};
	size_t i, n;

	buf_clear(&said);
	buf_clear(&out);
	n = redirects_parse(&region, slice_of(text), &rules, report, NULL);
	for (i = 0; i < n; i++)
		buf_printf(&out, "%.*s%s>%.*s%s %u;", (int)rules[i].from.len,
			   rules[i].from.data, rules[i].below ? "*" : "",
			   (int)rules[i].to.len, rules[i].to.data,
			   rules[i].splat ? "*" : "", rules[i].status);
	region_free(&region);
	buf_cstr(&said);
	return buf_cstr(&out);
}

static void
test_redirects(void **state)
{
	static const char *const cases[][2] = {
	    {"/a /b", "/a>/b 301;"},
	    {"\xef\xbb\xbf# no rule\r\n\r\n /a\t/b  302 # why\r\n/c/ /d 308!",
	     "/a>/b 302;/c>/d 308;"},
	    {"/a%20b /c%20d?x=1#y 303", "/a b>/c%20d?x=1#y 303;"},
	    {"/a https://x.example/y?z=1 307",
	     "/a>https://x.example/y?z=1 307;"},
	    {"/a/* /b/:splat", "/a*>/b/* 301;"},
	    {"/a/* https://x.example/:splat", "/a*>https://x.example/* 301;"},
	    {"/a/* /b", "/a*>/b 301;"},
	    {"/a/* /\xc3\xa4\\/:splat", "/a*>/%C3%A4%5C/* 301;"},
	    {"/* /b", "/*>/b 301;"},
	    {"/* https://x.example/:splat", "/*>https://x.example/* 301;"},
	    {"/a/b /c\n/a/* /d", "/a/b>/c 301;/a*>/d 301;"},
	    {"/a /b\n/a/* /d", "/a>/b 301;/a*>/d 301;"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_string_equal(redirects(cases[i][0]), cases[i][1]);
		assert_string_equal(said.data, "");
	}
}

/* Each is refused alone: the rule behind it stays. */
static void
test_redirects_refused(void **state)
{
	static const char *const cases[][2] = {
	    {"/a", "1:1: a rule is two"},
	    {"/a /b 301 x", "1:1: a rule is two"},
	    {"a /b", "1:1: the first address"},
	    {"https://x.example/a /b", "1:1: the first address"},
	    {"/a*/c /b", "1:1: the first address"},
	    {"/a/:b /c", "1:1: the first address"},
	    {"/a//b /c", "1:1: nobody can ask"},
	    {"/a/../b /c", "1:1: nobody can ask"},
	    {"/a%zz /c", "1:1: nobody can ask"},
	    {"/a%00 /c", "1:1: nobody can ask"},
	    {"/a%ff /c", "1:1: nobody can ask"},
	    {"/a?b /c", "1:1: the first address is a path alone"},
	    {"/a#b /c", "1:1: the first address is a path alone"},
	    {"/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/* /b",
	     "1:1: more than 16"},
	    {"\xc3\xa4 x", "1:1: the first"},
	    {"/\xc3\xa4 x", "1:4: the second address"},
	    {"/a //x", "1:4: the second address"},
	    {"/a /\\x", "1:4: the second address"},
	    {"/a javascript:alert(1)", "1:4: the second address"},
	    {"/a ftp://x/", "1:4: the second address"},
	    {"/a/* https://:splat", "1:6: the second"},
	    {"/a/* https:///:splat", "1:6: the second"},
	    {"/a/* HTTPS://x/:splat", "1:6: the second"},
	    {"/a/* /:splat/x", "1:6: of placeholders"},
	    {"/a/* /x?:splat", "1:6: of placeholders"},
	    {"/a /b/:splat", "1:4: \":splat\" needs"},
	    {"/a/* /b?c/:splat", "1:6: \":splat\" needs"},
	    {"/a /b 200", "1:7: only redirects"},
	    {"/a /b 404", "1:7: only redirects"},
	    {"/a /b 3011", "1:7: only redirects"},
	    {"/a x=:x /b 301", "1:4: conditions"},
	    {"/a /b Language=de", "1:7: conditions"},
	    {"/a /b 301 Country=de", "1:11: conditions"},
	    {"/a /a", "1:4: it leads back"},
	    {"/a /%61/?x", "1:4: it leads back"},
	    {"/a/* /a/b/:splat", "1:6: it leads back"},
	    {"/* /:splat", "1:4: it leads back"},
	};
	char text[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text), "%s\n/good /y\n", cases[i][0]);
		assert_string_equal(redirects(text), "/good>/y 301;");
		if (strncmp(said.data, cases[i][1], strlen(cases[i][1])) != 0)
			print_error("%s: %s", text, said.data);
		assert_int_equal(
		    strncmp(said.data, cases[i][1], strlen(cases[i][1])), 0);
	}
}

/* With the first match in the order of the file no rule is lost unnoticed. */
static void
test_covered(void **state)
{
	(void)state;
	assert_string_equal(redirects("/a/* /b\n/a/c /d\n/a /e\n/a/x/* /f\n"
				      "/ab /g\n/g /x\n/g /y\n"),
			    "/a*>/b 301;/ab>/g 301;/g>/x 301;");
	assert_string_equal(
	    said.data, "2:1: never used: the rule in line 1 comes first\n"
		       "3:1: never used: the rule in line 1 comes first\n"
		       "4:1: never used: the rule in line 1 comes first\n"
		       "7:1: never used: the rule in line 6 comes first\n");
}

static void
test_many_redirects(void **state)
{
	struct redirect_rule *rules;
	struct region region = {NULL};
	struct buf text = {0};
	size_t i;

	(void)state;
	for (i = 0; i < REDIRECTS_MAX + 5; i++)
		buf_printf(&text, "/a%zu /b\n", i);
	buf_clear(&said);
	assert_int_equal(redirects_parse(&region,
					 (struct slice){text.data, text.len},
					 &rules, report, NULL),
			 REDIRECTS_MAX);
	assert_non_null(strstr(buf_cstr(&said), "1001:1: more than 1000"));
	assert_null(strstr(said.data, "1002:"));
	region_free(&region);
	buf_free(&text);
}

static const char *
fields(const char *text)
{
	static struct buf out;
	struct region region = {NULL};
	struct field_rule *rules;
	size_t i, j, n;

	buf_clear(&said);
	buf_clear(&out);
	n = fields_parse(&region, slice_of(text), &rules, report, NULL);
	for (i = 0; i < n; i++) {
		buf_printf(&out, "%.*s{", (int)rules[i].pattern.len,
			   rules[i].pattern.data);
		for (j = 0; j < rules[i].nfields; j++)
			buf_printf(&out, "%s=%.*s;",
				   rules[i].fields[j].name->name,
				   (int)rules[i].fields[j].value.len,
				   rules[i].fields[j].value.data);
		buf_char(&out, '}');
	}
	region_free(&region);
	buf_cstr(&said);
	return buf_cstr(&out);
}

static void
test_fields(void **state)
{
	(void)state;
	assert_string_equal(
	    fields("# all\r\n/*\r\n  x-robots-tag: noindex\r\n"
		   "\tLink: </a>; rel=x\r\n\r\n/a%20b/*.pdf\n"
		   "  # no\n  Content-Disposition: attachment\n/c\n"),
	    "/*{X-Robots-Tag=noindex;Link=</a>; rel=x;}"
	    "/a b/*.pdf{Content-Disposition=attachment;}/c{}");
	assert_string_equal(said.data, "");
	assert_string_equal(fields("/\n X-Content-Type-Options: nosniff\n"),
			    "/{}");
	assert_string_equal(said.data, "");
}

static void
test_fields_refused(void **state)
{
	static const char *const cases[][2] = {
	    {"Set-Cookie: a=b", "2:3: Set-Cookie is not"},
	    {"Strict-Transport-Security: max-age=0", "2:3: Strict-"},
	    {"Location: /x", "2:3: Location is not"},
	    {"Content-Length: 1", "2:3: Content-Length is not"},
	    {"Content-Encoding: gzip", "2:3: Content-Encoding is not"},
	    {"Transfer-Encoding: chunked", "2:3: Transfer-Encoding is not"},
	    {"X-Content-Type-Options: x",
	     "2:27: X-Content-Type-Options may not"},
	    {"Refresh: 0", "2:3: Refresh is not"},
	    {"Vary: *", "2:3: Vary is not"},
	    {"ETag: \"x\"", "2:3: ETag is not"},
	    {"Link", "2:3: a header is"},
	    {": x", "2:3:  is not"},
	    {"Link: ", "2:3: the value of Link"},
	    {"Link: a\x01", "2:3: the value of Link"},
	    {"Link: a\rSet-Cookie: b", "2:3: the value of Link"},
	    {"Referrer-Policy: unsafe-url", "2:20: Referrer-Policy may not"},
	    {"Referrer-Policy: origin", "2:20: Referrer-Policy may not"},
	    {"Cross-Origin-Opener-Policy: unsafe-none", "2:31: Cross-"},
	    {"X-Frame-Options: ALLOWALL", "2:20: X-Frame-Options may"},
	    {"Content-Type: html", "2:17: this is not a media"},
	    {"Content-Type: a/b/c", "2:17: this is not a media"},
	};
	char text[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text), "/a\n  %s\n  Link: <x>\n",
			 cases[i][0]);
		assert_string_equal(fields(text), "/a{Link=<x>;}");
		if (strncmp(said.data, cases[i][1], strlen(cases[i][1])) != 0)
			print_error("%s: %s", text, said.data);
		assert_int_equal(
		    strncmp(said.data, cases[i][1], strlen(cases[i][1])), 0);
	}
	/* A bad path takes its headers along. */
	assert_string_equal(fields("x\n  Link: a\n/b\n  Link: b\n"),
			    "/b{Link=b;}");
	assert_string_equal(fields("/:x\n  Link: a\n"), "");
	assert_string_equal(fields("  Link: a\n/b\n"), "/b{}");
	assert_non_null(strstr(said.data, "1:3: a header without a path"));
}

static void
test_match(void **state)
{
	static const struct {
		const char *pattern, *path;
		int matches;
	} cases[] = {{"/a", "/a", 1},
		     {"/a", "/ab", 0},
		     {"/ab", "/a", 0},
		     {"/*", "/", 1},
		     {"/*", "/a/b", 1},
		     {"/*", "", 0},
		     {"/a/*", "/a", 0},
		     {"/a/*", "/a/", 1},
		     {"/a/*.pdf", "/a/b/c.pdf", 1},
		     {"/a/*.pdf", "/a/b.pdf.x", 0},
		     {"/*a*b", "/xaxbxb", 1},
		     {"/*a*b", "/xaxbxbc", 0}};
	struct buf pattern = {0}, path = {0};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		assert_int_equal(fields_match(slice_of(cases[i].pattern),
					      slice_of(cases[i].path)),
				 cases[i].matches);
	/* No matter how many asterisks, it does not take for ever. */
	for (i = 0; i < 1000; i++) {
		buf_str(&pattern, "*a");
		buf_str(&path, "aa");
	}
	buf_char(&pattern, 'b');
	assert_false(fields_match((struct slice){pattern.data, pattern.len},
				  (struct slice){path.data, path.len}));
	buf_free(&pattern);
	buf_free(&path);
}

/* ---- in a site ---- */

static const char redirect_text[] =
    "/old /new\n/Posts/One /x\n/was/* /Posts/:splat 302\n"
    "/gone/* https://else.example/\n";
static const char header_text[] =
    "/*\n  X-Robots-Tag: all\n  Cache-Control: max-age=60\n"
    "/Posts/*\n  X-Robots-Tag: noindex\n  Referrer-Policy: no-referrer\n"
    "  Content-Security-Policy: img-src 'self'\n"
    "/static/x\n  Content-Type: text/plain\n/Posts/One\n"
    "  Content-Type: text/plain\n";
static const struct fx_file blog[] = {
    {".well-known/security.txt", "Contact: x\n", 0, 5, 5, 0},
    {"Posts/One", "title: One\nauthor: x\n---\n", 0, 10, 10, 0},
    {"_headers", header_text, 0, 5, 5, 0},
    {"_redirects", redirect_text, 0, 5, 5, 0},
    {"static/x", "x", 0, 5, 5, 0},
};

/* The header of the page at path. */
static const char *
head(struct fx *fx, const char *path)
{
	const struct snapshot_entry *e =
	    snapshot_find(fx->snapshot, path, strlen(path));
	struct snapshot_run run;

	assert_non_null(e);
	assert_true(snapshot_run(fx->snapshot, e, ENC_IDENTITY, &run));
	buf_clear(&fx->body);
	buf_add(&fx->body, run.start, run.head);
	return buf_cstr(&fx->body);
}

static void
test_site(void **state)
{
	struct fx_file again[COUNT(blog)];
	const struct snapshot_entry *e;
	struct slice rest;
	struct fx fx, second;
	size_t i;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, blog, COUNT(blog), NULL);
	assert_true(fx_location_is(&fx, "/old", "/new"));
	assert_non_null(strstr(head(&fx, "/gone"), "Location: https://else"));
	assert_int_equal(fx_page(&fx, "/was")->status, 302);
	assert_non_null(strstr(head(&fx, "/was"), "Location: /Posts\r\n"));
	assert_int_equal(fx_page(&fx, "/Posts/One")->status, 200);
	assert_true(fx_said(&fx, "_redirects:2:1: not used: there is a page"));
	assert_true(fx_said(&fx, "_redirects:1:1: it leads to /new, where"));
	assert_false(fx_said(&fx, "_redirects:3:1:"));
	assert_false(fx_said(&fx, "_redirects:4:1:"));
	assert_string_equal(fx_body(&fx, "*/was/"), "/Posts/");
	e = snapshot_find_below(fx.snapshot, slice_of("/was/a b/c"), &rest);
	assert_non_null(e);
	assert_int_equal(e->status, 302);
	assert_true(slice_is(rest, "a b/c"));
	assert_null(
	    snapshot_find_below(fx.snapshot, slice_of("/wasa/b"), &rest));
	assert_null(snapshot_find_below(fx.snapshot, slice_of("/was"), &rest));
	assert_string_equal(fx_body(&fx, "*/gone/"), "");
	assert_non_null(strstr(head(&fx, "*/gone/"),
			       "Location: https://else.example/\r\n"));
	assert_string_equal(fx_body(&fx, "/.well-known/security.txt"),
			    "Contact: x\n");
	assert_null(fx_page(&fx, "/_headers"));
	assert_null(fx_page(&fx, "/_redirects"));

	head(&fx, "/Posts/One");
	assert_non_null(strstr(fx.body.data, "X-Robots-Tag: all, noindex\r\n"));
	assert_non_null(strstr(fx.body.data, "Cache-Control: max-age=60\r\n"));
	assert_non_null(
	    strstr(fx.body.data, "Referrer-Policy: no-referrer\r\n"));
	assert_null(strstr(fx.body.data, "strict-origin"));
	assert_non_null(strstr(fx.body.data, "Content-Security-Policy: img-"));
	assert_non_null(strstr(fx.body.data, "Content-Type: text/html"));
	head(&fx, "/static/x");
	assert_non_null(strstr(fx.body.data, "Content-Type: text/plain\r\n"));
	assert_null(strstr(fx.body.data, "noindex"));

	/* The same with what is known of the files. */
	memcpy(again, blog, sizeof(blog));
	for (i = 0; i < COUNT(blog); i++)
		again[i].same = 1;
	fx_defaults(&second);
	fx_build(&second, again, COUNT(blog), &fx);
	assert_non_null(second.site);
	assert_int_equal(second.composed, 0);
	assert_string_equal(second.problems.data, fx.problems.data);
	fx_free(&second);
	fx_free(&fx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_redirects),
	    cmocka_unit_test(test_redirects_refused),
	    cmocka_unit_test(test_covered),
	    cmocka_unit_test(test_many_redirects),
	    cmocka_unit_test(test_fields),
	    cmocka_unit_test(test_fields_refused),
	    cmocka_unit_test(test_match),
	    cmocka_unit_test(test_site),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
