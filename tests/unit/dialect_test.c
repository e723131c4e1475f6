/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/site/date.h"
#include "daemon/site/frontmatter_keys.h"
#include "daemon/site/lang.h"

/* Headers in YAML and TOML, and what their keys may hold. */

static char said[8192];
static struct region memory;
static struct frontmatter f;

static void
report(void *ctx, enum severity severity, size_t line, size_t column,
       const char *message)
{
	size_t n = strlen(said);

	(void)ctx;
	snprintf(said + n, sizeof(said) - n, "%zu:%zu: %s%s\n", line, column,
		 severity == SEVERITY_ERROR ? "error: " : "", message);
}

static enum frontmatter_kind
parse_slice(struct slice text, int jekyll)
{
	const struct frontmatter_name name = {.title = {"", 0},
					      .jekyll = jekyll};

	said[0] = '\0';
	region_free(&memory);
	return frontmatter_parse(&memory, text, &name, &f, report, NULL);
}

static void
parse(const char *text)
{
	assert_int_equal(parse_slice(slice_of(text), 0), FRONTMATTER_ARTICLE);
}

/* A header with a title before the line in question. */
static void
yaml(const char *lines)
{
	char text[4096];

	snprintf(text, sizeof(text), "---\ntitle: \"T\"\n%s\n---\nBody\n",
		 lines);
	parse(text);
}

static void
toml(const char *lines)
{
	char text[4096];

	snprintf(text, sizeof(text), "+++\ntitle = \"T\"\n%s\n+++\nBody\n",
		 lines);
	parse(text);
}

#define assert_slice(s, text)                                        \
	do {                                                         \
		char shown[512];                                     \
		snprintf(shown, sizeof(shown), "%.*s", (int)(s).len, \
			 (s).data);                                  \
		assert_string_equal(shown, text);                    \
	} while (0)

/* ---- which grammar ---- */

static void
test_canopy_is_not_yaml(void **state)
{
	(void)state;
	parse("---\ntitle: \"Foo\" and \"bar\"\nauthor: [Han](/h) and [x]\n"
	      "abstract: 'tis: a --- #hash\ntags: @x, *y, !z\n---\n");
	assert_slice(f.title, "\"Foo\" and \"bar\"");
	assert_slice(f.authors, "[Han](/h) and [x]");
	assert_slice(f.abstract, "'tis: a --- #hash");
	assert_slice(f.tags, "@x\n*y\n!z");
	assert_string_equal(said, "");
	parse("---\n# comment\ntitle: a: b\ntags:\nauthor: ~\n---\n");
	assert_slice(f.title, "a: b");
	assert_slice(f.tags, "");
	assert_slice(f.authors, "");
	assert_string_equal(said, "");
	/* Without a fence it is never YAML. */
	parse("title: \"T\"\nauthor: x\n---\n");
	assert_slice(f.title, "\"T\"");
}

static void
test_needs_yaml(void **state)
{
	(void)state;
	yaml("tags: [a, 'b c', \"d, ]e\"] # some");
	assert_slice(f.tags, "a\nb c\nd, ]e");
	yaml("tags:\n- a\n-  b");
	assert_slice(f.tags, "a\nb");
	yaml("tags:\n  - a\n  - b # comment");
	assert_slice(f.tags, "a\nb");
	yaml("author: {name: Jo, url: /jo}");
	assert_slice(f.authors, "Jo");
	assert_slice(f.author_url, "/jo");
	yaml("description: >-\n  one\n  two");
	assert_slice(f.abstract, "one two");
	yaml("abstract: |\n  one\n\n  * two");
	assert_slice(f.abstract, "one\n\n* two");
	yaml("description: one\n  two");
	assert_slice(f.abstract, "one two");
	assert_string_equal(said, "");
	parse("---\n{title: T, author: x}\n---\n");
	assert_slice(f.title, "T");
	parse("---\n'title' : 'it''s'\n---\n");
	assert_slice(f.title, "it's");
	parse("---\ntitle : \"it's\"\ntags : [a]\n---\n");
	assert_slice(f.title, "it's");
	assert_slice(f.tags, "a");
	parse("---\ntitle : a: b\nslug : c\ntags : [a\n---\n");
	assert_slice(f.title, "a: b");
	assert_slice(f.slug, "c");
	parse("---\ntitle: T\n...\n---\nBody\n");
	assert_slice(f.body, "---\nBody\n");
	parse("---\ntitle: \"\\u00e4 \\x41\\n\"\n---\n");
	assert_slice(f.title, "\xc3\xa4 A");
}

/* The same header in lines and in YAML, which one more line makes it. */
static void
test_lines_and_yaml_agree(void **state)
{
	static const char *const lines[] = {
	    "author: Jane Doe\ntags: a, b c\ndraft: false",
	    "author:   x\ndate: 2020-01-02\nupdated: 2020-01-03 10:00:00 +0100",
	    "abstract: it's (really) so; isn't it?\nweight: -3\ntoc: yes",
	    "tags: null\nauthor: ~\nlang: pt-BR\nslug: a-b",
	    "permalink: /x/y/\naliases: /old\nimage: /i.png\ntitle2: x"};
	struct frontmatter first;
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(text, sizeof(text), "---\ntitle: x\n%s\n---\n",
			 lines[i]);
		parse(text);
		first = f;
		assert_string_equal(said, "");
		snprintf(text, sizeof(text), "---\ntitle: x\n%s\nz: [1]\n---\n",
			 lines[i]);
		assert_int_equal(frontmatter_parse(&memory, slice_of(text),
						   &(struct frontmatter_name){
						       .title = {"", 0}},
						   &f, report, NULL),
				 FRONTMATTER_ARTICLE);
		assert_string_equal(said, "");
		assert_int_equal(slice_cmp(first.authors, f.authors), 0);
		assert_int_equal(slice_cmp(first.tags, f.tags), 0);
		assert_int_equal(slice_cmp(first.abstract, f.abstract), 0);
		assert_int_equal(slice_cmp(first.lang, f.lang), 0);
		assert_int_equal(slice_cmp(first.slug, f.slug), 0);
		assert_int_equal(slice_cmp(first.image, f.image), 0);
		assert_int_equal(slice_cmp(first.permalink, f.permalink), 0);
		assert_int_equal(slice_cmp(first.aliases, f.aliases), 0);
		assert_int_equal(first.created, f.created);
		assert_int_equal(first.updated, f.updated);
		assert_int_equal(first.weight, f.weight);
		assert_int_equal(first.draft, f.draft);
		assert_int_equal(first.toc, f.toc);
	}
}

/* ---- YAML ---- */

static void
test_yaml_faults(void **state)
{
	(void)state;
	yaml("summary: a: b\nauthor: 'Jo'\ntags: [x, y]");
	assert_string_equal(
	    said, "3:11: YAML: a value with \": \" in it belongs in quotes; "
		  "the header is read line by line\n");
	assert_slice(f.title, "T");
	assert_slice(f.abstract, "a: b");
	assert_slice(f.authors, "Jo");
	assert_slice(f.tags, "x\ny");
	yaml("tags: [a, b\nauthor: x");
	assert_non_null(strstr(said, "4:7: YAML: "));
	assert_slice(f.authors, "x");
	yaml("author: \xff");
	assert_string_equal(said, "3:9: YAML: invalid leading UTF-8 octet; the "
				  "header is read line by line\n");
	yaml("x: \xc3\xa4\nauthor: a\x01");
	assert_string_equal(said,
			    "4:10: YAML: control characters are not allowed; "
			    "the header is read line by line\n");
	parse("---\n- a\ntitle: T\n---\n");
	assert_non_null(strstr(said, "YAML: "));
	assert_slice(f.title, "T");
	parse("---\ntitle: T\n\"x\n---\n");
	assert_non_null(strstr(said, "YAML: "));
}

#define BY_LINE "; the header is read line by line\n"

/* One message, and what it says is true of the whole header. */
static void
test_yaml_faults_in_plain_words(void **state)
{
	static const struct {
		const char *lines, *message;
	} table[] = {
	    {"summary: [WIP] x\nslug: a",
	     "3:16: YAML: a value that begins with a bracket or a quote, but "
	     "does not end with it, belongs in quotes" BY_LINE},
	    {"summary: *x* y\nslug: a\ntags: [x]",
	     "3:12: YAML: a value that begins with \"*\" or \"&\" belongs in "
	     "quotes" BY_LINE},
	    {"summary: - x\nslug: a\ntags: [x]",
	     "3:10: YAML: a value that begins with \"- \" belongs in "
	     "quotes" BY_LINE},
	    {"summary: @x\nslug: a\ntags: [x]",
	     "3:10: YAML: a value that begins with \"@\", \"`\" or \"%\" "
	     "belongs in quotes" BY_LINE},
	    {"summary: x\nslug: a\ntags:\n\t- x",
	     "6:1: YAML: a tab cannot indent; use blanks" BY_LINE}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		yaml(table[i].lines);
		assert_string_equal(said, table[i].message);
		assert_slice(f.slug, "a");
		assert_true(f.abstract.len > 0);
	}
}

static void
test_yaml_refused(void **state)
{
	(void)state;
	yaml("author: &a Jo\ntags: [*a, x]\nlang: !x en\nsummary: *a\nslug: "
	     "!!str s");
	assert_string_equal(said,
			    "3:9: anchors of YAML are not taken; ignored\n"
			    "4:8: aliases of YAML are not taken; ignored\n"
			    "5:7: tags of YAML are not taken; ignored\n"
			    "6:10: aliases of YAML are not taken; ignored\n");
	assert_slice(f.authors, "Jo");
	assert_slice(f.tags, "x");
	assert_slice(f.lang, "en");
	assert_slice(f.slug, "s");
	assert_slice(f.abstract, "");
	yaml("<<: *a\nauthor: x\nAuthor: y\nauthors: [z]");
	assert_string_equal(said,
			    "3:5: aliases of YAML are not taken; ignored\n"
			    "5:1: this key comes twice; the first counts\n");
	assert_slice(f.authors, "x\nz");
}

static void
test_yaml_limits(void **state)
{
	struct buf b = {0};
	int i;

	(void)state;
	buf_str(&b, "---\ntitle: T\n");
	for (i = 0; i < 20; i++)
		buf_printf(&b, "%*sk:\n", i, "");
	buf_str(&b, "---\nBody\n");
	parse(buf_cstr(&b));
	assert_non_null(strstr(said, "YAML: nested deeper than 16 levels"));
	buf_clear(&b);
	buf_str(&b, "---\ntitle: T\nx: [");
	for (i = 0; i < 12000; i++)
		buf_str(&b, "a,");
	buf_str(&b, "]\n---\nBody\n");
	parse(buf_cstr(&b));
	assert_non_null(strstr(said, "YAML: more than 10000 elements"));
	assert_slice(f.title, "T");
	buf_clear(&b);
	buf_str(&b, "---\ntitle: T\n");
	for (i = 0; i < 7000; i++)
		buf_str(&b, "x: [abcd]\n");
	buf_str(&b, "---\nBody\n");
	assert_int_equal(parse_slice(slice_of(buf_cstr(&b)), 0),
			 FRONTMATTER_NONE);
	assert_string_equal(
	    said, "7003:1: error: left out: the header is longer than 64 kB\n");
	buf_free(&b);
}

/* Depth that is only there to be gone over, and much of it. */
static void
test_yaml_bombs(void **state)
{
	struct buf b = {0};
	int i;

	(void)state;
	buf_str(&b, "---\ntitle: T\nx: ");
	for (i = 0; i < 30000; i++)
		buf_char(&b, '[');
	for (i = 0; i < 30000; i++)
		buf_char(&b, ']');
	buf_str(&b, "\n---\nBody\n");
	parse(buf_cstr(&b));
	assert_non_null(strstr(said, "YAML: "));
	buf_free(&b);
}

static void
test_nested(void **state)
{
	(void)state;
	yaml("taxonomies:\n  tags: [a]\n  authors: [x, y]\nextra:\n"
	     "  image: /i.png\n  deep:\n    title: no\nmenu:\n  title: no\n"
	     "cover:\n  image: /c.png\nparams: {lang: fr}");
	assert_slice(f.tags, "a");
	assert_slice(f.authors, "x\ny");
	assert_slice(f.image, "/i.png");
	assert_slice(f.lang, "fr");
	assert_slice(f.title, "T");
	assert_string_equal(said, "");
	yaml("authors:\n- name: Jo\n  url: /x\n- Al\n- {url: /y, name: \"Z\"}\n"
	     "- [nested]\n- ~");
	assert_slice(f.authors, "Jo\nAl\nZ");
	yaml("? [a, b]\n: x\nauthor: y");
	assert_slice(f.authors, "y");
}

/* ---- TOML ---- */

static void
test_toml(void **state)
{
	(void)state;
	toml("# comment\ndate = 2020-01-02T03:04:05+01:00 # here\n"
	     "authors = [\"Jo\", # one\n  'Al',\n]\n"
	     "draft = false\nweight = 12\nabstract = \"\"\"\nab\\\n   "
	     "c\n\"\"\"\n"
	     "\"slug\" = 'x-y'\nlastmod = 2020-02-03 04:05:06Z\n"
	     "[taxonomies]\ntags = [\"a b\", \"c\"]\n"
	     "[extra]\nimage = \"/i.png\"\nlang.x = 1\n[extra.deep]\n"
	     "title = 'no'\n[[authors2]]\nname = 'no'");
	assert_string_equal(said, "");
	assert_slice(f.title, "T");
	assert_slice(f.authors, "Jo\nAl");
	assert_slice(f.abstract, "abc");
	assert_slice(f.slug, "x-y");
	assert_slice(f.tags, "a b\nc");
	assert_slice(f.image, "/i.png");
	assert_int_equal(f.weight, 12);
	assert_int_equal(f.created, 1577930645);
	assert_int_equal(f.updated, 1580702706);
	assert_slice(f.body, "Body\n");
	toml("[[authors]]\nname = 'A'\n[[authors]]\nname = 'B'");
	assert_slice(f.authors, "A\nB");
	toml("authors = [{name = 'A', url = '/a'}, {url='b', name='B'}, 'C']");
	assert_slice(f.authors, "A\nB\nC");
	toml("author = {name = 'A', url = '/a'}\nx = {}\ny = []\nz=[[1,2],[]]");
	assert_slice(f.authors, "A");
	assert_slice(f.author_url, "/a");
	assert_string_equal(said, "");
	assert_int_equal(
	    parse_slice(slice_of("+++\r\ntitle = 'T'\r\n+++\r\nB\r\n"), 0),
	    FRONTMATTER_ARTICLE);
	assert_slice(f.body, "B\r\n");
	assert_string_equal(said, "");
}

static void
test_toml_values(void **state)
{
	static const char *const good[] = {
	    "1",
	    "+1",
	    "-17",
	    "1_000",
	    "0xDEAD_beef",
	    "0o755",
	    "0b1101",
	    "3.14",
	    "-0.01",
	    "5e+22",
	    "6.626e-34",
	    "inf",
	    "-nan",
	    "true",
	    "1979-05-27T07:32:00Z",
	    "1979-05-27",
	    "07:32:00",
	    "00:32:00.999999",
	    "1979-05-27 07:32:00.5-07:00",
	    "\"\"",
	    "''",
	    "\"\"\"\"\"\"",
	    "''''''",
	    "\"\"\"a\"\"b\"\"\"\"\"",
	    "'''it''s'''",
	    "\"\\b\\t\\n\\f\\r\\\"\\\\\\u00E9\\U0001F600\"",
	    "'C:\\x'",
	    "[ 1, 2, ]",
	    "[\n1 # x\n,\n2\n]",
	    "{ a = 1, b.c = 2 }"};
	static const char *const bad[] = {
	    "",		  "x",		 "01",	      "1__0",
	    "_1",	  "1_",		 "0x",	      "+0x1",
	    "1.",	  ".1",		 "1.e2",      "True",
	    "1979-13-01", "25:00:00",	 "\"",	      "'",
	    "\"\\x41\"",  "\"\\uD800\"", "\"\\u12\"", "[1 2]",
	    "[1",	  "{a}",	 "{a=1",      "1 2",
	    "\"a\" b",	  "\"\x01\"",	 "'\x7f'",    "\"\"\"a",
	    "[,]",	  "2020-01-02 x"};
	char line[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		snprintf(line, sizeof(line), "key = %s", good[i]);
		toml(line);
		if (said[0] != '\0')
			fail_msg("%s: %s", good[i], said);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), "key = %s", bad[i]);
		toml(line);
		if (strstr(said, ": TOML: ") == NULL)
			fail_msg("%s was taken", bad[i]);
		assert_slice(f.title, "T");
	}
}

static void
test_toml_faults(void **state)
{
	(void)state;
	toml("author = Jo\ntags = ['a' 'b']\nweight = 3");
	assert_string_equal(
	    said, "3:10: TOML: a value was expected: a string in quotes, a "
		  "number, a date, true, false, a list or a table; ignored up "
		  "to the end of the line\n"
		  "4:13: TOML: \",\" or \"]\" was expected; ignored up to the "
		  "end of the line\n");
	assert_int_equal(f.weight, 3);
	toml("\xc3\xa4 = 1\nauthor 'x'\n[extra\n= 2\nauthor = 'y'");
	assert_string_equal(
	    said, "3:1: TOML: a key was expected; ignored up to the end of the "
		  "line\n"
		  "4:8: TOML: \"=\" was expected; ignored up to the end of the "
		  "line\n"
		  "5:7: TOML: \"]\" was expected; ignored up to the end of the "
		  "line\n");
	toml("author = \"\xc3\xa4\" x\n");
	assert_non_null(strstr(said, "3:14: TOML: the end of the line"));
	toml("a.b.c = 1\nauthor = 'x'\nauthor = 'y'");
	assert_string_equal(said,
			    "5:1: this key comes twice; the first counts\n");
	assert_slice(f.authors, "x");
	assert_int_equal(parse_slice(slice_of("+++\ntitle = 'x'\n---\n"), 0),
			 FRONTMATTER_NONE);
	assert_string_equal(
	    said, "3:1: error: left out: no line \"+++\" ends the header\n");
	toml("x = [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]");
	assert_non_null(strstr(said, "3:21: TOML: nested deeper than 16"));
}

/* ---- values ---- */

static void
test_dates(void **state)
{
	static const struct {
		const char *text;
		int64_t t;
	} good[] = {
	    {"1970-01-01", 0},
	    {"2020-02-29", 1582934400},
	    {"2000-02-29T00:00:00Z", 951782400},
	    {"2016-04-09T18:50:20Z", 1460227820},
	    {"2016-04-09T18:50:20-00:00", 1460227820},
	    {"2016-04-09 20:50:20 +0200", 1460227820},
	    {"2016-04-09 20:50:20+02:00", 1460227820},
	    {"2016-04-09t20:50:20.123+02", 1460227820},
	    {"2016-04-09 18:50", 1460227800},
	    {"2016-04-09 18:50 Z", 1460227800},
	    {"2016-4-9 8:50:20", 1460191820},
	    {"2016/4/9 8:50:20", 1460191820},
	    {"2016-04-09 18:50:20 UTC", 1460227820},
	    {"2016-04-09 18:50:20GMT", 1460227820},
	    {"2016-04-09  20:50:20  +2", 1460227820},
	    {"2016-04-10 00:20:20 +5:30", 1460227820},
	    {"0001-01-01", INT64_C(-62135596800)},
	    {"9999-12-31 23:59:60", INT64_C(253402300800)},
	};
	static const char *const bad[] = {"",
					  "2020",
					  "2020-01",
					  "2020-111-2",
					  "2020-00-01",
					  "2020-13-01",
					  "2019-02-29",
					  "1900-02-29",
					  "2020-04-31",
					  "0000-01-01",
					  "20200101",
					  "2020-01-01T",
					  "2020-01-01 24:00",
					  "2020-01-01 10",
					  "2020-01-01 10:60",
					  "2020-01-01 10:1",
					  "2020-01-01 10:00:61",
					  "2020-01-01 10:00:00.",
					  "2020-01-01 10:00 +24:00",
					  "2020-01-01 10:00 +01:60",
					  "2020-01-01 10:00 CET",
					  "2020-01-01 10:00Zx",
					  "2020-01-01 10:00 UTC+1",
					  "2020-01-01 10:00 +530",
					  "2020-01/01",
					  "2020/01-01",
					  "2020-01-01 T10:00",
					  " 2020-01-01",
					  "+020-01-01",
					  "January 1, 2020"};
	int64_t t, zone;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!date_parse(slice_of(good[i].text), &t))
			fail_msg("%s was refused", good[i].text);
		assert_int_equal(t, good[i].t);
	}
	assert_true(
	    date_parse_zoned(slice_of("2020-01-01 00:30 -03:30"), &t, &zone));
	assert_int_equal(t, 1577851200);
	assert_int_equal(zone, -12600);
	assert_true(date_parse_zoned(slice_of("2020-01-01"), &t, &zone));
	assert_int_equal(zone, 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (date_parse(slice_of(bad[i]), &t))
			fail_msg("%s was taken", bad[i]);
	/* Every day of 400 years, forwards and back. */
	for (t = 0; t < INT64_C(146097) * 86400; t += 86400) {
		char text[DATE_LEN + 1];
		int64_t again;

		date_rfc3339(t, text);
		assert_true(date_parse(slice_of(text), &again));
		assert_int_equal(again, t);
	}
}

static void
test_languages(void **state)
{
	static const char *const good[] = {
	    "en",	    "de-AT",	      "zh-Hans-CN",	   "sr-Latn",
	    "es-419",	    "sl-rozaj-biske", "de-CH-1996",	   "zh-yue-HK",
	    "en-a-bbb-x-a", "x-whatever",     "de-DE-u-co-phonebk"};
	static const char *const bad[] = {"",
					  "e",
					  "english language",
					  "en_US",
					  "en-",
					  "-en",
					  "en--US",
					  "en-x",
					  "123",
					  "toolonglanguage",
					  "de-DE-DE",
					  "\xc3\xa4\xc3\xb6",
					  "x",
					  "en-u"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!lang_is_tag(slice_of(good[i])))
			fail_msg("%s was refused", good[i]);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (lang_is_tag(slice_of(bad[i])))
			fail_msg("%s was taken", bad[i]);
}

static void
test_wrong_values(void **state)
{
	static const struct {
		const char *line, *message;
	} table[] = {
	    {"title2: [x]", ""},
	    {"description: [x]",
	     "3:14: description: a list where one value is wanted; ignored\n"},
	    {"date: yesterday",
	     "3:7: error: date: not a date (YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS "
	     "+HH:MM); ignored\n"},
	    {"expires: [2020-01-01]", "3:10: error: expires: not a date "
				      "(YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS "
				      "+HH:MM); ignored\n"},
	    {"draft: ture", "3:8: error: draft: neither true nor false, so the "
			    "article is left out\n"},
	    {"published: maybe",
	     "3:12: error: published: neither true, false nor a date, so the "
	     "article is left out\n"},
	    {"publishDate: soon",
	     "3:14: error: publishdate: not a date (YYYY-MM-DD, or YYYY-MM-DD "
	     "HH:MM:SS +HH:MM), so the article is left out\n"},
	    {"toc: 2", "3:6: toc: neither true nor false; ignored\n"},
	    {"weight: heavy", "3:9: weight: not a whole number; ignored\n"},
	    {"weight: 1.5", "3:9: weight: not a whole number; ignored\n"},
	    {"lang: english language",
	     "3:7: lang: not a language tag such as \"en\" or \"pt-BR\"; "
	     "ignored\n"},
	    {"slug: a/b",
	     "3:7: slug: not one element of an address; ignored\n"},
	    {"url: https://x.example/y",
	     "3:6: url: not a path on this site; ignored\n"},
	    {"permalink: /:year/x",
	     "3:12: permalink: placeholders such as \":year\" are not filled "
	     "in; ignored\n"},
	    {"permalink: /", "3:12: permalink: the first page is chosen by "
			     ".config/index_page; ignored\n"},
	    {"aliases: [/ok, /a/../b]",
	     "3:10: aliases: elements that begin with a dot, control "
	     "characters and bytes that are not UTF-8 are not possible in an "
	     "address; ignored\n"},
	    {"redirect_from: /?p=1",
	     "3:16: redirect_from: not a path on this site; ignored\n"},
	    {"image: javascript:x", "3:8: image: neither a path nor an http or "
				    "https address; ignored\n"},
	    {"author_url: javascript:x",
	     "3:13: author_url: neither a path nor an address that links may "
	     "have; ignored\n"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		yaml(table[i].line);
		assert_string_equal(said, table[i].message);
		assert_int_equal(f.draft,
				 strstr(said, "article is left out") != NULL);
	}
}

static void
test_right_values(void **state)
{
	(void)state;
	yaml("draft: Yes # not yet\nweight: -3\nlang: pt_BR\ntoc: off\n"
	     "aliases: [/a/, b//c, '/caf%C3%A9']\npermalink: x/y/\n"
	     "publish_date: 2030-01-01\nexpiryDate: 2031-01-01\n"
	     "last_modified_at: 2020-01-01\nimage: a b.png");
	assert_string_equal(said, "");
	assert_int_equal(f.draft, 1);
	assert_int_equal(f.weight, -3);
	assert_int_equal(f.toc, 0);
	assert_slice(f.aliases, "/a\n/b/c\n/caf\xc3\xa9");
	assert_slice(f.permalink, "/x/y");
	assert_int_equal(f.publish, 1893456000);
	assert_int_equal(f.expires, 1924992000);
	assert_int_equal(f.updated, 1577836800);
	yaml("published: false");
	assert_int_equal(f.draft, 1);
	yaml("published: true");
	assert_int_equal(f.draft, 0);
	yaml("published: 2020-01-01");
	assert_int_equal(f.draft, 0);
	assert_int_equal(f.created, 1577836800);
	yaml("categories: [A, b]\ncategory: C\ntags: x\ntag: y z\nkeywords: w");
	assert_slice(f.categories, "A\nb\nC");
	assert_slice(f.tags, "x\ny z\nw");
	assert_int_equal(
	    parse_slice(slice_of("---\ntitle: x\ntags: a b\ncategories: c, d "
				 "e\n---\n"),
			1),
	    FRONTMATTER_ARTICLE);
	assert_slice(f.tags, "a\nb");
	assert_slice(f.categories, "c\nd e");
	yaml("aliases: [/a]\npermalink: /zz/index.html");
	assert_slice(f.permalink, "/zz");
	assert_slice(f.aliases, "/a\n/zz/index.html");
	yaml("permalink: '/index.html'");
	assert_slice(f.permalink, "/index.html");
	assert_string_equal(said, "");
}

static void
test_titles(void **state)
{
	const struct frontmatter_name name = {.title = {"From Name", 9},
					      .jekyll = 1};

	(void)state;
	parse("---\ndate: 2020-01-01\n---\n\n# The *title* ##\n\nBody\n");
	assert_slice(f.title, "The *title*");
	assert_slice(f.body, "\nBody\n");
	assert_int_equal(f.body_line, 6);
	assert_int_equal(parse_slice(slice_of("---\nx: y\n---\n## No\n"), 0),
			 FRONTMATTER_NONE);
	assert_string_equal(
	    said, "3:1: error: left out: the header has no \"title: \"\n");
	assert_int_equal(frontmatter_parse(&memory,
					   slice_of("---\n---\n# Head\n"),
					   &name, &f, report, NULL),
			 FRONTMATTER_ARTICLE);
	assert_slice(f.title, "From Name");
	assert_slice(f.body, "# Head\n");
	parse("---\ntitle: x\n---\n"); /* its author is the blog's */
	assert_slice(f.authors, "");
	assert_string_equal(said, "");
	assert_int_equal(
	    parse_slice(slice_of("---\ntitle: x\nredirect_to: /y\n---\n"), 0),
	    FRONTMATTER_REDIRECT);
	assert_slice(f.redirect, "/y");
	assert_int_equal(f.redirect_line, 3);
}

static void
test_lists_are_bounded(void **state)
{
	struct buf b = {0};
	int i;

	(void)state;
	buf_str(&b, "---\ntitle: T\ntags: x");
	for (i = 0; i < 200; i++)
		buf_printf(&b, ", t%d", i);
	buf_str(&b, "\n---\n");
	parse(buf_cstr(&b));
	assert_int_equal(items_count(f.tags), ITEMS_MAX);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_canopy_is_not_yaml),
	    cmocka_unit_test(test_needs_yaml),
	    cmocka_unit_test(test_lines_and_yaml_agree),
	    cmocka_unit_test(test_yaml_faults),
	    cmocka_unit_test(test_yaml_faults_in_plain_words),
	    cmocka_unit_test(test_yaml_refused),
	    cmocka_unit_test(test_yaml_limits),
	    cmocka_unit_test(test_yaml_bombs),
	    cmocka_unit_test(test_nested),
	    cmocka_unit_test(test_toml),
	    cmocka_unit_test(test_toml_values),
	    cmocka_unit_test(test_toml_faults),
	    cmocka_unit_test(test_dates),
	    cmocka_unit_test(test_languages),
	    cmocka_unit_test(test_wrong_values),
	    cmocka_unit_test(test_right_values),
	    cmocka_unit_test(test_titles),
	    cmocka_unit_test(test_lists_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
