/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "daemon/site/markdown.h"

#define ARENA (16u << 20)
#define ROOM  (4u << 20)

static char *room;
static struct buf text;

static enum markdown_result
render_slice(struct slice s, uint32_t cpu_ms, uint64_t max_output)
{
	struct markdown_limits limits = {cpu_ms, max_output};
	enum markdown_result result;
	size_t lens[MARKDOWN_OUTPUTS] = {1}, len;

	result = markdown_render(&limits, s, room, ROOM - 1, lens);
	len = lens[MARKDOWN_HTML];
	assert_true(len < ROOM);
	if (result != MARKDOWN_OK)
		assert_int_equal(len, 0);
	room[len] = '\0';
	return result;
}

static const char *
html(const char *markdown)
{
	assert_int_equal(render_slice(slice_of(markdown), 2000, ROOM),
			 MARKDOWN_OK);
	return room;
}

static void
test_gfm(void **state)
{
	static const char *const cases[][2] = {
	    {"*a* **b** ~~c~~ `d<`\n", "<p><em>a</em> <strong>b</strong> "
				       "<del>c</del> <code>d&lt;</code></p>\n"},
	    {"> q\n", "<blockquote>\n<p>q</p>\n</blockquote>\n"},
	    {"- a\n- b\n", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"},
	    {"3. a\n\n4. b\n", "<ol start=\"3\">\n<li>\n<p>a</p>\n</li>\n<li>\n"
			       "<p>b</p>\n</li>\n</ol>\n"},
	    {"- [x] a\n", "<ul>\n<li><input type=\"checkbox\" disabled "
			  "checked> a</li>\n</ul>\n"},
	    {"```c x\na<b\n```\n",
	     "<pre><code class=\"language-c\">a&lt;b\n</code></pre>\n"},
	    {"```\nx\n```\n", "<pre><code>x\n</code></pre>\n"},
	    {"a  \nb\nc\n\n***\n", "<p>a<br>\nb\nc</p>\n<hr>\n"},
	    {"[a](/b 't\"')\n",
	     "<p><a href=\"/b\" title=\"t&quot;\">a</a></p>\n"},
	    {"![a *b*](c d)\n", "<p>![a <em>b</em>](c d)</p>\n"},
	    {"![a *b*](<c d> 't')\n",
	     "<p><img src=\"c%20d\" alt=\"a b\" title=\"t\"></p>\n"},
	    {"http://x.org/a&b\n", "<p><a href=\"http://x.org/a&amp;b\">"
				   "http://x.org/a&amp;b</a></p>\n"},
	    {"|a|b|\n|-|-:|\n|c|d|\n",
	     "<table>\n<thead>\n<tr>\n<th>a</th>\n<th class=\"right\">b"
	     "</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>c</td>\n"
	     "<td class=\"right\">d</td>\n</tr>\n</tbody>\n</table>\n"},
	    {"a\xff\n", "<p>a\xef\xbf\xbd</p>\n"},
	    {"", ""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(html(cases[i][0]), cases[i][1]);
}

static void
test_headings(void **state)
{
	(void)state;
	assert_string_equal(
	    html("# A *b* `C`!\n"),
	    "<h1 id=\"a-b-c\">A <em>b</em> <code>C</code>!</h1>\n");
	assert_string_equal(
	    html("# a\n# a\n# a-1\n# a\n"),
	    "<h1 id=\"a\">a</h1>\n<h1 id=\"a-1\">a</h1>\n"
	    "<h1 id=\"a-1-1\">a-1</h1>\n<h1 id=\"a-2\">a</h1>\n");
	assert_string_equal(html("## \xc3\x9c"
				 "ber \xe2\x80\x9cx\xe2\x80\x9d\n"),
			    "<h2 id=\"\xc3\x9c"
			    "ber-x\">\xc3\x9c"
			    "ber "
			    "\xe2\x80\x9cx\xe2\x80\x9d</h2>\n");
	assert_string_equal(
	    html("# !\n#\n"),
	    "<h1 id=\"section\">!</h1>\n<h1 id=\"section-1\"></h1>\n");
}

static void
test_footnotes(void **state)
{
	(void)state;
	html("a[^x] b[^x]\n\n[^x]: note\n");
	assert_non_null(strstr(room, "<a href=\"#fn.1\" id=\"fnref.1\">1</a>"));
	assert_non_null(strstr(room, " b<sup class=\"footnote-ref\">"
				     "<a href=\"#fn.1\">1</a>"));
	assert_non_null(strstr(room, "<li id=\"fn.1\">\n<p>note <a href=\""
				     "#fnref.1\""));
	assert_non_null(strstr(room, "</ol>\n</section>\n"));
}

static void
test_raw(void **state)
{
	(void)state;
	assert_string_equal(html("a <b>x *y</b> z*\n"),
			    "<p>a <b>x <em>y&lt;/b&gt; z</em></b></p>\n");
	assert_string_equal(html("<nick> hi\n<other> ho\n"),
			    "<p>&lt;nick&gt; hi\n&lt;other&gt; ho</p>\n");
	assert_string_equal(html("<nick>\nhi\n"), "<p>&lt;nick&gt;\nhi</p>\n");
	assert_string_equal(
	    html("> <div>\n\nout *x*\n"),
	    "<blockquote>\n<div>\n</div>\n</blockquote>\n<p>out <em>x</em></p>"
	    "\n");
	assert_string_equal(html("<div>\n\n*x*\n\n</div>\n"),
			    "<div>\n<p><em>x</em></p>\n</div>\n");
	assert_string_equal(html("</article></main>\n"),
			    "<p>&lt;/article&gt;&lt;/main&gt;</p>\n");
	assert_string_equal(html("a <!-- b --> c\n"), "<p>a  c</p>\n");
}

static void
test_links_refused(void **state)
{
	static const char *const attacks[] = {"[x](javascript:alert(1))",
					      "[x](JAVASCRIPT:y)",
					      "[x](<java\tscript:y>)",
					      "[x](&#106;avascript:y)",
					      "[x](javascript&colon;y)",
					      "[x](data:text/html,y)",
					      "<javascript:y>",
					      "<vbscript:y>",
					      "[x]: javascript:y\n\n[x]",
					      "![x](javascript:y)",
					      "![x](data:image/svg+xml,y)",
					      "[x](<\x01javascript:y>)"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
		html(attacks[i]);
		assert_true(strstr(room, "href=\"\"") != NULL ||
			    strstr(room, "src=\"\"") != NULL ||
			    strstr(room, "href=\"") == NULL);
	}
}

/* ---- bombs ---- */

static void
repeat(const char *s, size_t n)
{
	while (n-- > 0)
		buf_str(&text, s);
}

static const char small_post[] =
    "A *post*, ~~old~~, www.example.org, a|b\n\n|a|\n|-|\n|b|\n";
static char small_html[4096];

/* After whatever happened, a normal post comes out as it always does. */
static void
bomb_ends(enum markdown_result expected, const char *what)
{
	struct timespec start, end;
	enum markdown_result result;
	double seconds;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	result = render_slice((struct slice){text.data, text.len}, 120,
			      20 * text.len + 65536);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	seconds = (double)(end.tv_sec - start.tv_sec) +
		  (double)(end.tv_nsec - start.tv_nsec) / 1e9;
	if (expected != MARKDOWN__MAX && result == MARKDOWN_OK)
		print_error("%s came through\n", what);
	if (expected != MARKDOWN__MAX)
		assert_int_not_equal(result, MARKDOWN_OK);
	if (seconds > 0.6)
		print_error("%s took %.1f s\n", what, seconds);
	assert_true(seconds < 0.6);
	buf_clear(&text);
	assert_string_equal(html(small_post), small_html);
}

/* ANY: ends in time, finished or not, as the machine is fast or slow; BAD: no
 * machine is fast enough, or memory or output ends it. */
#define ANY MARKDOWN__MAX
#define BAD MARKDOWN_TIME

static void
table_of(size_t columns, size_t rows)
{
	size_t i;

	repeat("|x", columns);
	repeat("\n", 1);
	repeat("|-", columns);
	for (i = 0; i < rows; i++)
		repeat("\n|x", 1);
	repeat("\n", 1);
}

static void
test_bombs(void **state)
{
	static const struct {
		const char *unit;
		size_t n;
		const char *end;
		enum markdown_result expected;
	} bombs[] = {
	    {"![[]()", 80000, "", BAD},
	    {"<http://a", 50000, "", BAD},
	    {"http://a.b/)", 50000, "", ANY},
	    {"|a", 50000, "\n|-\n", ANY},
	    {"- ", 20000, "x\n\n\n\n", ANY},
	    {">", 20000, "\nx\nx\n", ANY},
	    {":-\n", 60000, "", ANY},
	    {"z_www.", 40000, "", ANY},
	    {"_www.", 40000, "", ANY},
	    {"a\n\n", 60000, "|a|\n|-|\n", ANY},
	    {"[", 100000, "", ANY},
	    {"(", 100000, "", ANY},
	    {"*", 100000, "", ANY},
	    {"*a ", 100000, "", ANY},
	    {"[a](", 50000, "", ANY},
	    {"![", 100000, "", ANY},
	    {"![l", 100000, "", ANY},
	    {"a**b", 100000, "c* ", ANY},
	    {"</<!--", 60000, "", ANY},
	    {"<!--", 60000, "", ANY},
	    {"<b>", 100000, "", ANY},
	    {"<div>\n\n", 30000, "", ANY},
	    {"<b></i>", 50000, "", ANY},
	    {"<a x=\"", 50000, "", ANY},
	    {"`", 100000, "a", ANY},
	    {"~", 100000, "", ANY},
	    {"&", 100000, "", ANY},
	    {"[^1]", 50000, "", ANY},
	    {"[^a]: x\n", 20000, "", ANY},
	    {"_", 200000, "", ANY},
	    {"# a\n", 50000, "", ANY},
	    {"> ", 100000, "x", ANY},
	    {"* ", 100000, "x", ANY},
	    {"1. ", 60000, "x", ANY},
	    {"***_", 50000, "a", ANY},
	    {"\n|-", 20000, "", ANY},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bombs) / sizeof(bombs[0]); i++) {
		repeat(bombs[i].unit, bombs[i].n);
		repeat(bombs[i].end, 1);
		bomb_ends(bombs[i].expected, bombs[i].unit);
	}
}

static void
test_table_bombs(void **state)
{
	(void)state;
	table_of(300, 300);
	bomb_ends(ANY, "table 300");
	table_of(1000, 1000);
	bomb_ends(BAD, "table 1000");
	table_of(3000, 3000);
	bomb_ends(BAD, "table 3000");
	table_of(65000, 1);
	bomb_ends(ANY, "table 65000");
	table_of(70000, 1);
	bomb_ends(ANY, "table 70000");
}

static void
test_reference_bomb(void **state)
{
	(void)state;
	repeat("[a]: /", 1);
	repeat("u", 60000);
	repeat("\n\n", 1);
	repeat("[a]", 15000);
	bomb_ends(BAD, "references");
}

static void
test_many_references(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 20000; i++)
		buf_printf(&text, "[r%zu]: /x\n", i);
	repeat("\n[r7] [r19999]\n", 1);
	assert_int_equal(
	    render_slice((struct slice){text.data, text.len}, 2000, ROOM),
	    MARKDOWN_OK);
	assert_string_equal(
	    room, "<p><a href=\"/x\">r7</a> <a href=\"/x\">r19999</a></p>\n");
	buf_clear(&text);
}

/* Deep nesting: the parser must not recurse its stack away. */
static void
test_depth(void **state)
{
	(void)state;
	repeat("> ", 100000);
	repeat("x\n", 1);
	assert_int_not_equal(
	    render_slice((struct slice){text.data, text.len}, 5000, ROOM),
	    MARKDOWN_CRASHED);
	buf_clear(&text);
	repeat("*a **a ", 50000);
	repeat("a** a*", 50000);
	assert_int_not_equal(
	    render_slice((struct slice){text.data, text.len}, 5000, ROOM),
	    MARKDOWN_CRASHED);
	buf_clear(&text);
	assert_string_equal(html(small_post), small_html);
}

static void
test_output(void **state)
{
	(void)state;
	assert_int_equal(render_slice(slice_of("hello\n"), 1000, 12),
			 MARKDOWN_OUTPUT);
	assert_int_equal(render_slice(slice_of("hello\n"), 1000, 13),
			 MARKDOWN_OK);
	assert_string_equal(room, "<p>hello</p>\n");
}

static void
test_memory(void **state)
{
	(void)state;
	repeat("*a* ", ARENA / 64);
	assert_int_equal(
	    render_slice((struct slice){text.data, text.len}, 20000, ROOM),
	    MARKDOWN_MEMORY);
	buf_clear(&text);
	assert_string_equal(html(small_post), small_html);
}

/* Random Markdown: no crash, and HTML whose tags close in order. */
static void
test_soup(void **state)
{
	static const char *const parts[] = {"*",	  "**",
					    "_",	  "[a]",
					    "(b)",	  "![",
					    "](",	  "\n",
					    "\n\n",	  "> ",
					    "- ",	  "1. ",
					    "```\n",	  "|a|b|\n|-|-|\n",
					    "<b>",	  "</b>",
					    "<div>\n",	  "</div>\n",
					    "<!-- x -->", "text ",
					    "# ",	  "~~",
					    "`",	  "&lt;",
					    "[^1]",	  "[^1]: x\n",
					    "- [x] ",	  "http://x.y ",
					    "\xff",	  "\xc3\xa4",
					    "    ",	  "<nick> "};
	const size_t nparts = sizeof(parts) / sizeof(parts[0]);
	uint32_t seed = 3;
	int i, j;

	(void)state;
	for (i = 0; i < 3000; i++) {
		int depth = 0;
		const char *p;

		for (j = 0; j < 50; j++) {
			seed = seed * 1664525u + 1013904223u;
			buf_str(&text, parts[(seed >> 16) % nparts]);
		}
		assert_int_equal(
		    render_slice((struct slice){text.data, text.len}, 2000,
				 ROOM),
		    MARKDOWN_OK);
		for (p = strchr(room, '<'); p != NULL; p = strchr(p + 1, '<')) {
			if (strncmp(p, "<br>", 4) == 0 ||
			    strncmp(p, "<hr>", 4) == 0 ||
			    strncmp(p, "<img ", 5) == 0 ||
			    strncmp(p, "<input ", 7) == 0)
				continue;
			depth += p[1] == '/' ? -1 : 1;
			assert_true(depth >= 0);
		}
		assert_int_equal(depth, 0);
		buf_clear(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_gfm),
	    cmocka_unit_test(test_headings),
	    cmocka_unit_test(test_footnotes),
	    cmocka_unit_test(test_raw),
	    cmocka_unit_test(test_links_refused),
	    cmocka_unit_test(test_bombs),
	    cmocka_unit_test(test_table_bombs),
	    cmocka_unit_test(test_reference_bomb),
	    cmocka_unit_test(test_many_references),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_output),
	    cmocka_unit_test(test_memory),
	    cmocka_unit_test(test_soup),
	};

	room = malloc(ROOM);
	markdown_init(ARENA);
	snprintf(small_html, sizeof(small_html), "%s", html(small_post));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
