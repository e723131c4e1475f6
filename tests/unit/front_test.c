/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/site/frontmatter.h"

static char said[8192];
static struct region memory;

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
parse_named(const char *text, const struct frontmatter_name *name,
	    struct frontmatter *f)
{
	said[0] = '\0';
	return frontmatter_parse(&memory, slice_of(text), name, f, report,
				 NULL);
}

static enum frontmatter_kind
parse(const char *text, struct frontmatter *f)
{
	const struct frontmatter_name name = {.title = {"", 0}};

	return parse_named(text, &name, f);
}

static void
lint(const char *text)
{
	struct frontmatter f;

	parse(text, &f);
	said[0] = '\0';
	frontmatter_lint(slice_of(text), &f, report, NULL);
}

#define assert_slice(s, text) assert_true(slice_is((s), (text)))

static void
test_canopy(void **state)
{
	struct frontmatter f;

	(void)state;
	assert_int_equal(parse("---\ntitle: Operating systems\n"
			       "author: hannes\ntags: a, b\n"
			       "abstract: What: an --- abstract\n"
			       "author_url: /About\nmood: fine\n---\nBody\n",
			       &f),
			 FRONTMATTER_ARTICLE);
	assert_slice(f.title, "Operating systems");
	assert_slice(f.authors, "hannes");
	assert_slice(f.tags, "a\nb");
	assert_slice(f.abstract, "What: an --- abstract");
	assert_slice(f.author_url, "/About");
	assert_slice(f.body, "Body\n");
	assert_int_equal(f.body_line, 9);
	assert_string_equal(said, "");
}

static void
test_forms(void **state)
{
	struct frontmatter f;

	(void)state;
	assert_int_equal(parse("title: x\nauthor: y\n---\nBody", &f),
			 FRONTMATTER_ARTICLE);
	assert_slice(f.body, "Body");
	assert_int_equal(parse("\xef\xbb\xbf---\r\ntitle:  x \r\n\r\n"
			       "author:\ty\r\n---\r\nBody\r\n",
			       &f),
			 FRONTMATTER_ARTICLE);
	assert_slice(f.title, "x");
	assert_slice(f.authors, "y");
	assert_slice(f.body, "Body\r\n");
	assert_int_equal(parse("\n---\ntitle: x\ntitle: z\nauthor: y\n"
			       "content: markdown\n---",
			       &f),
			 FRONTMATTER_ARTICLE);
	assert_slice(f.title, "x");
	assert_slice(f.body, "");
}

static void
test_redirect(void **state)
{
	struct frontmatter f;

	(void)state;
	assert_int_equal(parse("redirect: /About\n", &f), FRONTMATTER_REDIRECT);
	assert_slice(f.redirect, "/About");
	assert_int_equal(f.redirect_line, 1);
	assert_int_equal(parse("---\nredirect: /About\n---\n", &f),
			 FRONTMATTER_REDIRECT);
	assert_int_equal(parse("title: x\nauthor: y\nredirect: /z\n---\n", &f),
			 FRONTMATTER_ARTICLE);
	assert_int_equal(parse("text\nredirect: /About\n", &f),
			 FRONTMATTER_NONE);
}

#define NO_ARTICLE                                                          \
	"1:1: left out: not an article (no header with title and author), " \
	"nor below static/\n"

static void
test_left_out(void **state)
{
	struct frontmatter f;

	(void)state;
	assert_int_equal(parse("# Readme\n", &f), FRONTMATTER_NONE);
	assert_non_null(strstr(said, "1:1: left out: not an article"));
	assert_int_equal(parse("", &f), FRONTMATTER_NONE);
	assert_non_null(strstr(said, "1:1: left out"));
	assert_int_equal(parse("---\nauthor: y\n---\nBody", &f),
			 FRONTMATTER_NONE);
	assert_string_equal(said, "3:1: error: left out: the header has no "
				  "\"title: \"\n");
	assert_int_equal(parse("---\ntitle: \nauthor: y\n---\n", &f),
			 FRONTMATTER_NONE);
	/* These only look as if they had a header. */
	assert_int_equal(parse("all: blogd\n\tcc\n", &f), FRONTMATTER_NONE);
	assert_string_equal(said, NO_ARTICLE);
	assert_int_equal(parse("Note: x\n---\ntext\n", &f), FRONTMATTER_NONE);
	assert_string_equal(said, NO_ARTICLE);
	assert_int_equal(parse("#+TITLE: x\n", &f), FRONTMATTER_NONE);
	assert_string_equal(said, NO_ARTICLE);
	assert_int_equal(parse("title: x\n---\nBody", &f), FRONTMATTER_NONE);
	assert_non_null(strstr(said, "no \"author: \""));
	assert_int_equal(parse("---\ntitle: x\nauthor: y\nBody", &f),
			 FRONTMATTER_NONE);
	assert_string_equal(said,
			    "4:1: error: left out: no line \"---\" ends the "
			    "header\n");
	assert_int_equal(parse("title: x\nauthor: y\ncontent: html\n---\n", &f),
			 FRONTMATTER_NONE);
	assert_non_null(strstr(said, "another type than markdown"));
}

/* What kind of file it is decides what is said when there is no header. */
static void
test_no_header(void **state)
{
	const struct frontmatter_name markdown = {.title = {"", 0},
						  .markdown = 1};
	const struct frontmatter_name readme = {
	    .title = {"", 0}, .markdown = 1, .furniture = 1};
	struct frontmatter f;

	(void)state;
	assert_int_equal(parse_named("# x\n", &markdown, &f), FRONTMATTER_NONE);
	assert_string_equal(said, NO_ARTICLE);
	assert_int_equal(parse_named("# x\n", &readme, &f), FRONTMATTER_NONE);
	assert_string_equal(said, "");
	assert_int_equal(parse_named("---\ntitle: x\n---\n", &readme, &f),
			 FRONTMATTER_ARTICLE);
	assert_int_equal(parse_named("---\ntitle: x\n", &readme, &f),
			 FRONTMATTER_NONE);
	assert_non_null(strstr(said, "no line \"---\" ends the header"));
	assert_int_equal(parse_named("{\n\"title\": \"x\"\n}\n", &markdown, &f),
			 FRONTMATTER_NONE);
	assert_non_null(strstr(said, "error: left out: a header in JSON"));
	assert_int_equal(parse("{\n\"title\": \"x\"\n}\n", &f),
			 FRONTMATTER_NONE);
	assert_string_equal(said, NO_ARTICLE);
	assert_int_equal(parse("\xff\xfe-", &f), FRONTMATTER_NONE);
	assert_non_null(strstr(said, "error: left out: the text is in UTF-16"));
}

static void
test_bad_lines(void **state)
{
	struct frontmatter f;

	(void)state;
	assert_int_equal(parse("---\ntitle: x\nnonsense\nauthor: y\n"
			       "http://x\n---\n",
			       &f),
			 FRONTMATTER_ARTICLE);
	assert_non_null(strstr(said, "3:1: header line without"));
	assert_non_null(strstr(said, "5:1: header line without"));
	assert_int_equal(
	    parse("---\ntitle:x\ntitle: y\nslug:\xc2\xa0z\n---\n", &f),
	    FRONTMATTER_ARTICLE);
	assert_string_equal(said, "2:1: header line without a blank behind its "
				  "\":\" ignored\n"
				  "4:1: header line without a blank behind its "
				  "\":\" ignored\n");
}

static void
test_lint(void **state)
{
	(void)state;
	lint("title: x\nauthor: y\n---\n#Heading\n##two\n# fine\n#include\n"
	     "#12\n```\n##code\n```\n    ##code\n###\n####### seven\n");
	assert_string_equal(
	    said, "4:2: \"#\" without a blank behind it makes no heading\n"
		  "5:3: \"#\" without a blank behind it makes no heading\n");
	lint("title: x\nauthor: y\n---\nfine\n\xc3\xa4"
	     "b\xff\n");
	assert_string_equal(
	    said, "5:3: bytes that are not UTF-8 are shown as U+FFFD\n");
	lint("title: x\nauthor: y\n---\n\xc3\xa4\n");
	assert_string_equal(said, "");
}

#define TEXT	"title: x\nauthor: y\n---\n"
#define HUGO(n) "the shortcode {{< " n " >}} is Hugo's and shows as text\n"
#define HUGO_MARKDOWN(n) \
	"the shortcode {{% " n " %}} is Hugo's and shows as text\n"
#define ZOLA(n) "the shortcode {{ " n "() }} is Zola's and shows as text\n"
#define LIQUID(n)                                                          \
	"the tag {% " n " %} is Liquid's (Jekyll) or Zola's and shows as " \
	"text\n"
#define KRAMDOWN(n)                                                            \
	"the list of attributes {:" n "} is kramdown's (Jekyll) and shows as " \
	"text\n"

static void
test_tags_of_others(void **state)
{
	(void)state;
	lint(TEXT "a\n\xc3\xa4 {{< figure src=\"a\" >}} {{<figure>}}\n"
		  "{{% notice tip %}}\nb\n{{% /notice %}} {{< ref x >}}\n");
	assert_string_equal(said, "5:3: " HUGO("figure") "6:1: " HUGO_MARKDOWN(
				      "notice") "8:17: " HUGO("ref"));
	lint(TEXT "{% raw %}{%- post_url 2020 -%} {%raw%} {{ a(b=\"c\") }}\n"
		  "{{ d(e={{) }} {{ f() -}} {{ site.url }} {% endraw %}\n");
	assert_string_equal(
	    said,
	    "4:1: " LIQUID("raw") "4:10: " LIQUID("post_url") "4:40: " ZOLA(
		"a") "5:1: " ZOLA("d") "5:41: " LIQUID("endraw"));
	lint(TEXT "{{< a\n  b=c\n>}}\n\n{{< d\n\n>}} {% e\n");
	assert_string_equal(said, "4:1: " HUGO("a"));
	lint(TEXT "a {:b}\n{:toc} {:c}\n{: .d #e f=\"g\"}\n{:h\n");
	assert_string_equal(said,
			    "5:1: " KRAMDOWN("toc") "6:1: " KRAMDOWN(".d"));
	lint(TEXT "{{< / a >}} {{</* b */>}} {% 5d %} {%} {{<>}} {{ x }}\n"
		  "\\{{ y() }} {\\% z %} {{<\n");
	assert_string_equal(said, "4:1: " HUGO("a"));
}

static void
test_tags_in_code(void **state)
{
	static const char *const code[] = {
	    "`{{< a >}}` `` ` {{< b >}} ``\n{% c\n%`}\n",
	    "x `{% a %}\n{% b %}` y\n",
	    "```\n{{< a >}}\n```\n~~~~\n~~~\n{% b %}\n~~~~~\n",
	    "    {{< a >}}\n\t{{< b >}}\n",
	    "> ```\n> {{< a >}}\n> ```\n",
	    "- ```\n  {{< a >}}\n  ```\n1. ~~~\n   {% b %}\n   ~~~\n",
	    "<!-- {{< a >}} --> <!-- `\n\n{{< b >}} {% c %} -->\n",
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(code) / sizeof(code[0]); i++) {
		snprintf(text, sizeof(text), TEXT "%s", code[i]);
		lint(text);
		assert_string_equal(said, "");
		/* And what is behind it is text again. */
		snprintf(text, sizeof(text), TEXT "%s\n{{< z >}}\n", code[i]);
		lint(text);
		assert_non_null(strstr(said, HUGO("z")));
	}
	lint(TEXT "` {{< a >}}\n\n` `` {{< b >}} ```\n");
	assert_string_equal(said, "4:3: " HUGO("a") "6:6: " HUGO("b"));
}

static size_t
count_lines(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

/* A file full of them, or of what looks like one, takes no time. */
static void
test_many_tags(void **state)
{
	static const char *const parts[] = {
	    "{{<a ", "{% a ", "{{ a(", "{{ a() ", "`", "<!--", "``{{%a%}} `"};
	size_t n = 2 << 20;
	char *text = test_malloc(n + 64);

	(void)state;
	strcpy(text, TEXT);
	for (unsigned i = 0; i < 40; i++)
		snprintf(text + strlen(text), 32, "{{< n%u >}}\n", i);
	lint(text);
	assert_int_equal(count_lines(said), 20);
	alarm(20);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t at = strlen(TEXT), len = strlen(parts[i]);

		for (memcpy(text, TEXT, at); at + len < n; at += len)
			memcpy(text + at, parts[i], len);
		text[at] = '\0';
		lint(text);
	}
	for (size_t at = strlen(TEXT), run = 1; at + run + 1 < n; run++) {
		memset(text + at, '`', run); /* `` ``` ```` and so on */
		at += run;
		text[at++] = ' ';
		text[at] = '\0';
	}
	lint(text);
	alarm(0);
	test_free(text);
}

/* Nothing here may read beyond the text. */
static void
test_hostile(void **state)
{
	static const char *const parts[] = {
	    "---",	 "\n",	 "\r",	  ":",	    " ",	  "title: ",
	    "author: x", "\xff", "#",	  "```",    "redirect: ", "[",
	    "]",	 "\"",	 "'",	  "tags:",  "- ",	  "{",
	    "+++",	 "=",	 "\\u12", "\"\"\"", ",",	  "2020",
	    "-01-01",	 "| ",	 "&a ",	  "*a",	    "draft",	  "\n---\n",
	    "\n+++\n",	 "{{< ", "{% ",	  "%}",	    "{{ a(",	  ")}}",
	    "`",	 "<!--"};
	const struct frontmatter_name name = {.title = {"", 0}};
	struct frontmatter f;
	uint32_t seed = 1;
	char text[256];
	int i, j;

	(void)state;
	for (i = 0; i < 20000; i++) {
		size_t n = 0;
		char *copy;

		for (j = 0; j < 20; j++) {
			const char *part;

			seed = seed * 1664525u + 1013904223u;
			part = parts[(seed >> 16) % 38];
			memcpy(text + n, part, strlen(part));
			n += strlen(part);
		}
		copy = test_malloc(n);
		memcpy(copy, text, n);
		said[0] = '\0';
		if (frontmatter_parse(&memory, (struct slice){copy, n}, &name,
				      &f, report, NULL) == FRONTMATTER_ARTICLE)
			frontmatter_lint((struct slice){copy, n}, &f, report,
					 NULL);
		test_free(copy);
	}
	region_free(&memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_canopy),
	    cmocka_unit_test(test_forms),
	    cmocka_unit_test(test_redirect),
	    cmocka_unit_test(test_left_out),
	    cmocka_unit_test(test_no_header),
	    cmocka_unit_test(test_bad_lines),
	    cmocka_unit_test(test_lint),
	    cmocka_unit_test(test_tags_of_others),
	    cmocka_unit_test(test_tags_in_code),
	    cmocka_unit_test(test_many_tags),
	    cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
