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
#include "daemon/site/notes.h"

#define ARENA (16u << 20)
#define ROOM  (4u << 20)

static char *room;
static struct slice notes; /* of the last text */
static char *notes_bytes;
static struct buf text;

static enum markdown_result
render_slice(struct slice s, uint32_t cpu_ms, uint64_t max_output)
{
	struct markdown_limits limits = {cpu_ms, max_output};
	enum markdown_result result;
	size_t lens[MARKDOWN_OUTPUTS] = {1}, len;

	result = markdown_render(&limits, s, room, ROOM - 1, lens);
	len = lens[MARKDOWN_HTML];
	assert_true(lens[MARKDOWN_NOTES] <= ROOM - 1 - len);
	memcpy(notes_bytes, room + len, lens[MARKDOWN_NOTES]);
	notes = (struct slice){notes_bytes, lens[MARKDOWN_NOTES]};
	assert_true(notes_check(notes, (struct slice){room, len}));
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
	    {"- [x] a\n- [ ] # b\n",
	     "<ul>\n<li class=\"task\"><label><input type=\"checkbox\" "
	     "disabled checked> a</label></li>\n<li "
	     "class=\"task\"><label><input "
	     "type=\"checkbox\" disabled> # b</label></li>\n</ul>\n"},
	    {"- [ ] a\n\n  b\n",
	     "<ul>\n<li class=\"task\">\n<p><label><input "
	     "type=\"checkbox\" disabled> a</label></p>\n<p>b</p>\n</li>\n"
	     "</ul>\n"},
	    {"0. a\n", "<ol start=\"0\">\n<li>a</li>\n</ol>\n"},
	    {"```c x\na<b\n```\n",
	     "<pre><code class=\"language-c\">a&lt;b\n</code></pre>\n"},
	    {"```{.C}\nint a;\n```\n",
	     "<pre><code class=\"language-C\"><span class=\"t\">int</span> "
	     "a;\n</code></pre>\n"},
	    {"```\nx\n```\n", "<pre><code>x\n</code></pre>\n"},
	    {"a  \nb\nc\n\n***\n", "<p>a<br>\nb\nc</p>\n<hr>\n"},
	    {"[a](/b 't\"')\n",
	     "<p><a href=\"/b\" title=\"t&quot;\">a</a></p>\n"},
	    {"![a *b*](c d)\n", "<p>![a <em>b</em>](c d)</p>\n"},
	    {"![a *b*](<c d> 't')\n",
	     "<figure><img src=\"c%20d\" alt=\"a b\"><figcaption>t</figcaption>"
	     "</figure>\n"},
	    {"x ![a *b*](c 't') ![d](e)\n",
	     "<p>x <img src=\"c\" alt=\"a b\" title=\"t\"> <img src=\"e\" "
	     "alt=\"d\" loading=\"lazy\" decoding=\"async\"></p>\n"},
	    {"[![a](b)](c)\n", "<figure><a href=\"c\"><img src=\"b\" "
			       "alt=\"a\"></a></figure>\n"},
	    {"- ![a](b)\n", "<ul>\n<li><img src=\"b\" alt=\"a\"></li>\n"
			    "</ul>\n"},
	    {"```\nthis line is longer than any small screen\n```\n",
	     "<pre tabindex=\"0\" role=\"group\" aria-label=\"Code\"><code>"
	     "this line is longer than any small screen\n</code></pre>\n"},
	    {"http://x.org/a&b\n", "<p><a href=\"http://x.org/a&amp;b\">"
				   "http://x.org/a&amp;b</a></p>\n"},
	    {"|a|b|\n|-|-:|\n|c|d|\n",
	     "<div class=\"table\" role=\"group\" aria-label=\"Table\" "
	     "tabindex=\"0\">\n<table>\n<thead>\n<tr>\n<th>a</th>\n<th "
	     "class=\"right\">b"
	     "</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>c</td>\n"
	     "<td class=\"right\">d</td>\n</tr>\n</tbody>\n</table>\n</div>\n"},
	    {"a\xff\n", "<p>a\xef\xbf\xbd</p>\n"},
	    {"", ""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(html(cases[i][0]), cases[i][1]);
}

/* The headings of what came out, as "LEVEL ID TEXT" lines. */
static const char *
headings(const char *markdown)
{
	static struct buf out;
	const char *p = html(markdown);

	buf_clear(&out);
	while ((p = strstr(p, "<div class=\"heading\"><h")) != NULL) {
		const char *id = p + 29, *end = strchr(id, '"'), *close;

		p += 23;
		close = strstr(end, "</h");
		buf_printf(&out, "%c %.*s %.*s\n", *p, (int)(end - id), id,
			   (int)(close - end - 2), end + 2);
		assert_int_equal(close[3], *p);
		buf_printf(&text, "</h%c><a class=\"anchor\" href=\"#", *p);
		assert_int_equal(
		    strncmp(close, buf_cstr(&text), strlen(text.data)), 0);
		buf_clear(&text);
		p = end;
	}
	return buf_cstr(&out);
}

static void
test_headings(void **state)
{
	(void)state;
	assert_string_equal(
	    html("# A *b* `C`!\n"),
	    "<div class=\"heading\"><h2 id=\"a-b-c\">A <em>b</em> "
	    "<code>C</code>!</h2><a class=\"anchor\" href=\"#a-b-c\" "
	    "aria-labelledby=\"a-b-c\"></a></div>\n");
	assert_string_equal(headings("# a\n# a\n# a-1\n# a\n"),
			    "2 a a\n2 a-1 a\n2 a-1-1 a-1\n2 a-2 a\n");
	assert_string_equal(headings("# !\n#\n"),
			    "2 section !\n2 section-1 \n");
}

/* Ids that an author gives. */
static void
test_own_ids(void **state)
{
	(void)state;
	assert_string_equal(
	    html("# A *b*  {#c_d-E_f} #\n"),
	    "<div class=\"heading\"><h2 id=\"c_d-E_f\">A <em>b</em></h2><a "
	    "class=\"anchor\" href=\"#c_d-E_f\" "
	    "aria-labelledby=\"c_d-E_f\"></a></div>\n");
	assert_string_equal(headings("# a {#b}\n# b\n# c{#\xc3\xa4}\n"),
			    "2 b a\n2 b-1 b\n2 \xc3\xa4 c\n");
	/* Each id is there once, and the page's own have a dot. */
	assert_string_equal(headings("# a {#b}\n# c {#b}\n# {#d}\n# e {#}\n"
				     "# f {#fn.1}\n# g {#h} i\n# `j {#k}`\n"),
			    "2 b a\n2 b-1 c\n2 d {#d}\n2 e- e {#}\n"
			    "2 f-fn1 f {#fn.1}\n2 g-h-i g {#h} i\n"
			    "2 j-k <code>j {#k}</code>\n");
}

/* The highest is the second, as the title is the first; none is below the
 * sixth. */
static void
test_outline(void **state)
{
	(void)state;
	assert_string_equal(headings("## a\n\n> ### b\n"), "2 a a\n3 b b\n");
	assert_string_equal(headings("### a\n#### b\n"), "2 a a\n3 b b\n");
	assert_string_equal(headings("## a\n\n- # b\n"), "3 a a\n2 b b\n");
	assert_string_equal(headings("# a\n###### b\n"), "2 a a\n6 b b\n");
}

static void
test_slugs(void **state)
{
	static const char *const cases[][2] = {
	    {"\xc3\x9c"
	     "ber \xe2\x80\x9cx\xe2\x80\x9d",
	     "\xc3\xbc"
	     "ber-x"},
	    {"\xd0\x9f\xd1\x80\xd0\x98", "\xd0\xbf\xd1\x80\xd0\xb8"},
	    {"\xe6\x97\xa5\xe6\x9c\xac \xe8\xaa\x9e",
	     "\xe6\x97\xa5\xe6\x9c\xac-\xe8\xaa\x9e"},
	    {"e\xcc\x81t\xc3\xa9", "e\xcc\x81t\xc3\xa9"},
	    {"a\xe2\x80\x94"
	     "b c_d-e",
	     "ab-c_d-e"},
	    {"\xe2\x9c\x85 ok \xf0\x9f\x98\x80", "-ok-"},
	    {"What's new in 1.0?", "whats-new-in-10"},
	    {"a $x^2$ b", "a-x2-b"},
	    {"\xd9\xa1\xc2\xb2", "\xd9\xa1"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf in = {0}, out = {0};

		buf_printf(&in, "# %s\n", cases[i][0]);
		buf_printf(&out, "2 %s ", cases[i][1]);
		headings(buf_cstr(&in));
		assert_int_equal(
		    strncmp(headings(buf_cstr(&in)), buf_cstr(&out), out.len),
		    0);
		buf_free(&in);
		buf_free(&out);
	}
}

/* Raw HTML around and within what Markdown makes, as browsers read it. */
static void
test_raw_nesting(void **state)
{
	(void)state;
	assert_string_equal(html("<table>\n\na\n\n<tr>\n\n</table>\n"),
			    "<table>\n</table>\n<p>a</p>\n&lt;tr&gt;\n"
			    "&lt;/table&gt;\n");
	assert_string_equal(
	    html("<table>\n\n<tr><td>\n\n*a*\n\n</td></tr></table>\n"),
	    "<table>\n<tr><td>\n<p><em>a</em></p>\n</td></tr></table>\n");
	html("# a <h3>b</h3>\n\n<h3>c</h3>\n");
	assert_non_null(strstr(room, ">a &lt;h3&gt;b&lt;/h3&gt;</h2>"));
	assert_non_null(strstr(room, "\n<h3>c</h3>"));
}

static void
test_footnotes(void **state)
{
	(void)state;
	html("a[^x] b[^x] c[^y]\n\n[^x]: note\n[^y]: > other\n");
	assert_non_null(strstr(room, "<a href=\"#fn.1\" id=\"fnref.1\">1</a>"));
	assert_non_null(strstr(room, " b<sup class=\"footnote-ref\">"
				     "<a href=\"#fn.1\" id=\"fnref.1.2\">1"));
	assert_non_null(strstr(room, "aria-labelledby=\"footnotes.label\">"));
	assert_non_null(strstr(
	    room,
	    "<li id=\"fn.1\">\n<p>note <a href=\"#fnref.1\" "
	    "class=\"footnote-backref\" aria-label=\"Back to reference 1\">"
	    "\xe2\x86\xa9\xef\xb8\x8e</a> <a href=\"#fnref.1.2\" "
	    "class=\"footnote-backref\" aria-label=\"Back to reference 1-2\">"
	    "\xe2\x86\xa9\xef\xb8\x8e<sup>2</sup></a></p>"));
	assert_non_null(strstr(room, "</blockquote>\n<a href=\"#fnref.2\""));
	assert_non_null(strstr(room, "</ol>\n</section>\n"));
}

static void
test_alerts(void **state)
{
	(void)state;
	assert_string_equal(html("> [!NOTE]\n> a *b*\n>\n> c\n"),
			    "<div class=\"alert note\" role=\"note\">\n<p "
			    "class=\"alert-title\">Note</p>\n<p>a <em>b</em>"
			    "</p>\n<p>c</p>\n</div>\n");
	assert_string_equal(html("> [!caution]\n>\n> c\n"),
			    "<div class=\"alert caution\" role=\"note\">\n<p "
			    "class=\"alert-title\">Caution</p>\n<p>c</p>\n"
			    "</div>\n");
	assert_string_equal(html("> [!TIP] a\n"),
			    "<blockquote>\n<p>[!TIP] a</p>\n</blockquote>\n");
	assert_string_equal(
	    html("> [!OTHER]\n> a\n"),
	    "<blockquote>\n<p>[!OTHER]\na</p>\n</blockquote>\n");
}

#define SOURCE(tex)                                       \
	"<annotation encoding=\"application/x-tex\">" tex \
	"</annotation></semantics></math>"

static void
test_math_shown(void **state)
{
	static const char *const cases[][2] = {
	    {"a $x$ b", "a <math><semantics><mi>x</mi>" SOURCE("x") " b"},
	    {"$$\nx\n$$",
	     "<math display=\"block\"><semantics><mi>x</mi>" SOURCE("x")},
	    /* 24 bytes, and one more */
	    {"$$\\text{abcdefghijklmnopq}$$",
	     "<math display=\"block\"><semantics>"
	     "<mtext>abcdefghijklmnopq</mtext>" SOURCE(
		 "\\text{abcdefghijklmnopq}")},
	    {"$$\\text{abcdefghijklmnopqr}$$",
	     "<span class=\"math\" role=\"group\" aria-label=\"Formula\" "
	     "tabindex=\"0\"><math display=\"block\"><semantics>"
	     "<mtext>abcdefghijklmnopqr</mtext>" SOURCE(
		 "\\text{abcdefghijklmnopqr}") "</span>"},
	    {"$$\\q{abcdefghijklmnopqrstuvwxyz}$$",
	     "<code class=\"math\">\\q{abcdefghijklmnopqrstuvwxyz}</code>"},
	};
	char expected[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(expected, sizeof(expected), "<p>%s</p>\n",
			 cases[i][1]);
		assert_string_equal(html(cases[i][0]), expected);
	}
	assert_string_equal(
	    html("``` math\nx\n```"),
	    "<p><math display=\"block\"><semantics><mi>x</mi>" SOURCE(
		"x") "</p>\n");
}

/* \\q is no TeX, so that the source is shown. */
static void
test_math(void **state)
{
	static const char *const cases[][2] = {
	    {"a $\\q x_1$ b", "a <code class=\"math\">\\q x_1</code> b"},
	    {"$\\q a*b*c$", "<code class=\"math\">\\q a*b*c</code>"},
	    {"$$\n\\q a\\\\\nb\n$$",
	     "<code class=\"math\">\n\\q a\\\\\nb\n</code>"},
	    {"$`\\q a$b`$ c", "<code class=\"math\">\\q a$b</code> c"},
	    {"*a $\\q x*y$ b*",
	     "<em>a <code class=\"math\">\\q x*y</code> b</em>"},
	    {"[a $\\q ]$ b](c)",
	     "<a href=\"c\">a <code class=\"math\">\\q ]</code> b</a>"},
	    {"$\\q a\\$b$", "<code class=\"math\">\\q a\\$b</code>"},
	    {"($\\q x$)", "(<code class=\"math\">\\q x</code>)"},
	    /* none of these */
	    {"$5 and $6", "$5 and $6"},
	    {"$ a$", "$ a$"},
	    {"$a $", "$a $"},
	    {"\\$a$", "$a$"},
	    {"a$b$", "a$b$"},
	    {"$a$b", "$a$b"},
	    {"$5/$6", "$5/$6"},
	    {"`$a$`", "<code>$a$</code>"},
	    {"$a `x$`", "$a <code>x$</code>"},
	    {"$$", "$$"},
	    {"$$$$", "$$$$"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = {0};

		buf_printf(&out, "<p>%s</p>\n", cases[i][1]);
		assert_string_equal(html(cases[i][0]), buf_cstr(&out));
		buf_free(&out);
	}
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

/* ---- notes ---- */

/* The notes of a text, one a line: "TYPE LINE:COLUMN TEXT". */
static const char *
noted(const char *markdown)
{
	static const char *const names[] = {"head",    "link",	  "image",
					    "media",   "source",  "id",
					    "heading", "problem", "word"};
	static struct buf out;
	struct notes n;
	struct note note;

	html(markdown);
	buf_clear(&out);
	notes_start(&n, notes);
	while (notes_next(&n, &note)) {
		buf_printf(&out, "%s %u:%u ", names[note.type], note.line,
			   note.column);
		buf_add(&out, note.text.data, note.text.len);
		buf_char(&out, '\n');
	}
	return buf_cstr(&out);
}

static void
test_noted_references(void **state)
{
	static const char *const cases[][2] = {
	    {"a [b](c \"t\") [d](http://x.y) [e](//x) [f](#g)\n",
	     "link 1:3 c\nlink 1:39 #g\n"},
	    {"a\n\nb \xc3\xa4 [c](d?e&f#g)\n", "link 3:5 d?e&amp;f#g\n"},
	    {"> - x\n>   [c](a%20b)\n>\n>   ![d](<e f>)\n",
	     "link 2:5 a%20b\nimage 4:5 e%20f\n"},
	    {"|a|b|\n|-|-|\n|\xc3\xa4|[c](d)|\n",
	     "word 0:0 Table\nlink 3:4 d\n"},
	    {"[a]\n\n[a]: /b\n", "link 1:1 /b\n"},
	    {"a[^1] [b](c)\n\n[^1]: [d](e)\n",
	     "link 1:7 c\nword 1:7 Footnotes\nlink 3:7 e\nword 3:7 Back to "
	     "reference\n"},
	    {"x <img src=a alt=b> <a\nhref='c&amp;d' id=i>e</a>\n",
	     "image 1:3 a\nlink 1:21 c&amp;d\nid 1:21 i\n"},
	    {"<div>\n\xc3\xa4<video src=v poster=\"p\"></video>\n"
	     "<img width=1 src=w alt>\n</div>\n",
	     "media 2:2 v\nmedia 2:2 p\nmedia 3:1 w\n"},
	    {"![a](http://x/y)\n", "image 1:1 http://x/y\n"},
	    {"# A *b* & c\n\n### D\n", "heading 1:1 A b & c\n"
				       "heading 3:1 D\n"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(noted(cases[i][0]), cases[i][1]);
}

static void
test_noted_problems(void **state)
{
	static const char *const cases[][2] = {
	    {"a\n\n \xc3\xa4 ![](http://b)\n",
	     "image 3:4 http://b\nproblem 3:4 the image has no alternative "
	     "text\n"},
	    {"[](b) [c]() [![d](e)](f)\n",
	     "link 1:1 b\nproblem 1:1 the link has no text\n"
	     "problem 1:7 the link leads nowhere\nlink 1:13 f\nimage 1:14 e\n"},
	    {"[a](javascript:b)\n",
	     "problem 1:1 an address of this kind is not allowed; it is left "
	     "out\n"},
	    {"a <a href=data:x>b</a>\n",
	     "problem 1:3 an address of this kind is not allowed; it is left "
	     "out\n"},
	    {"a\n<iframe src=x></iframe> <nick> hi\n",
	     "problem 2:1 <iframe> is not allowed and shows as text\n"},
	    {"a\nb <img alt=x src=\"http://b\" SrcSet=\"c 2x,data:d, //e, f\">"
	     "\n",
	     "image 2:3 http://b\nsource 2:3 c\nproblem 2:3 an address of "
	     "this kind is not allowed in srcset; it is left out\n"
	     "source 2:3 f\n"},
	    {"<picture>\n<source srcset=a><img src=b alt=c srcset='d 2y'>\n"
	     "</picture>\n",
	     "source 2:1 a\nimage 2:18 b\nproblem 2:18 srcset: behind an "
	     "address there may be a width (640w) or a density (2x); it is "
	     "left out\n"},
	    {"<picture>\n<source src=a></picture>\n",
	     "problem 2:1 a source of a picture needs a srcset; it is left "
	     "out\n"},
	    {"<b style=x>a</b>\n<i Style=y onclick=z>b</i>\n",
	     "problem 1:1 style is left out: name a class, and say in "
	     "static/css/style.css how that looks\n"},
	    {"<p>\n  <img src=\"http://b\">\n",
	     "image 2:3 http://b\nproblem 2:3 the image has no alternative "
	     "text\n"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(noted(cases[i][0]), cases[i][1]);
}

#define NO_NOTE	   " shows as text: there is no such footnote\n"
#define NO_ADDRESS " shows as text: its address is not defined\n"
#define UNSHOWN(n)                                                            \
	"the footnote [^" n "] is not shown: nothing refers to it, or there " \
	"is another of this name before it\n"

/* Those of its notes that are problems. */
static const char *
problems(const char *markdown)
{
	static const char problem[] = "problem ";
	static struct buf out;
	const char *p = noted(markdown), *end;

	buf_clear(&out);
	for (; *p != '\0'; p = end) {
		end = strchr(p, '\n') + 1;
		if (strncmp(p, problem, sizeof(problem) - 1) == 0)
			buf_add(&out, p, (size_t)(end - p));
	}
	return buf_cstr(&out);
}

/* What cmark leaves out, or takes for text, without a word. */
static void
test_noted_losses(void **state)
{
	static const char *const cases[][2] = {
	    {"a[^b] c[^D]\n\n[^b]: e\n[^d]:\n    f\n", ""},
	    {"a[^b]\n\n[^b]: c\n\n  [^d]: e\n[^B]: f\n",
	     "problem 5:1 " UNSHOWN("d") "problem 6:1 " UNSHOWN("B")},
	    /* These are none. */
	    {"```\n[^a]: b\n```\n\n<!--\n[^a]: b\n-->\n\n    [^a]: b\n\n"
	     "`[^c]` \\[^d\\] [ ^e] [^f g] [^]\n",
	     ""},
	    {"a\n\xc3\xa4 *b* [^c], \n[^c] ![d [^e]](/f)\n",
	     "problem 2:7 [^c]" NO_NOTE "problem 3:1 [^c]" NO_NOTE
	     "problem 3:10 [^e]" NO_NOTE},
	    {"> ![a b][c] [d][] **[e][f]**\n\n[g][h]\n\n[h]: http://i\n",
	     "problem 1:4 [a b][c]" NO_ADDRESS "problem 1:13 [d][]" NO_ADDRESS
	     "problem 1:21 [e][f]" NO_ADDRESS},
	    {"[^a\x01]\n\n[^\x7f]: b\n",
	     "problem 3:1 " UNSHOWN("?") "problem 1:1 [^a?]" NO_NOTE},
	    {"a[i][j] [b] [c] [d]: [[e]] \\[f\\]\\[g\\] `[h][i]`\n", ""},
	    {"a \\[^d] \\[f][g]\n", ""},
	    {"a \\[^d] [^d]\n", "problem 1:9 [^d]" NO_NOTE},
	    {"a \\\\[^d]\n", "problem 1:5 [^d]" NO_NOTE},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(problems(cases[i][0]), cases[i][1]);
}

/* Twenty of a text are told of. */
static void
test_many_losses(void **state)
{
	struct buf full = {0};
	const char *p;
	size_t i, told = 0;

	(void)state;
	for (i = 0; i < 30; i++)
		buf_str(&full, "[^a] ");
	for (p = problems(buf_cstr(&full)); *p != '\0'; p++)
		told += *p == '\n';
	assert_int_equal(told, 20);
	buf_free(&full);
}

#define REFUSED "the formula is shown as its source: "
#define SEE	"see MATHEMATICS in blogd-content(5)\n"
#define NO_TEX	REFUSED "it is none of the TeX that is known, " SEE

static void
test_noted_formulas(void **state)
{
	static const char *const cases[][2] = {
	    {"$x^2$ $$\\frac12$$\n", ""},
	    {"a\n\xc3\xa4 $\\foo x$ b $`\\label{a}`$\n",
	     "problem 2:3 " REFUSED "\\foo is not known, " SEE
	     "problem 2:14 " REFUSED "\\label is not known, " SEE},
	    {"- $$\\alpha\\bar{x\\verylongnameofnothingthatiscutsomewhere}$$\n",
	     "problem 1:3 " REFUSED
	     "\\verylongnameofnothingthatiscutso is not known, " SEE},
	    {"```math\nx^{y\n```\n", "problem 1:1 " NO_TEX},
	    {"a $x_{y$ $\\%$ $a\\\x01$ `$\\foo$` \\$\\foo$\n",
	     "problem 1:3 " NO_TEX "problem 1:15 " NO_TEX},
	    {"$\\begin{nothing}x\\end{nothing}$\n", "problem 1:1 " NO_TEX},
	};
	size_t i, lines = 0;
	const char *p;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(noted(cases[i][0]), cases[i][1]);
	for (i = 0; i < 30; i++)
		buf_str(&text, "$\\foo$\n");
	buf_str(&text, "[a]()\n");
	for (p = noted(buf_cstr(&text)); *p != '\0'; p++)
		lines += *p == '\n';
	assert_int_equal(lines, 20 + 1);
	buf_clear(&text);
}

static void
test_words(void **state)
{
	struct notes n;

	(void)state;
	html("One *two* three,\nfour `five`.\n\n    six seven\n\n![x](y)\n");
	notes_start(&n, notes);
	assert_int_equal(n.words, 9); /* the stop and an image's text, too */
	assert_int_equal(n.flags, NOTES_FIGURE | NOTES_TEXT);
	html("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5\n");
	notes_start(&n, notes);
	assert_int_equal(n.words, 3);
	assert_int_equal(n.flags, 0);
}

/* Not more problems than anybody reads. */
static void
test_many_problems(void **state)
{
	size_t i, lines = 0;
	const char *p;

	(void)state;
	for (i = 0; i < NOTES_PROBLEMS_MAX + 10; i++)
		buf_str(&text, "[a]()\n");
	for (p = noted(buf_cstr(&text)); *p != '\0'; p++)
		lines += *p == '\n';
	assert_int_equal(lines, NOTES_PROBLEMS_MAX);
	buf_clear(&text);
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
	    {"$a ", 100000, "", ANY},
	    {"$$ ", 100000, "", ANY},
	    {"$`", 100000, "", ANY},
	    {"$a\\", 100000, "", ANY},
	    {"$\\q$ ", 50000, "", ANY},
	    {"![](a)\n\n", 20000, "", ANY},
	    {"> [!NOTE]\n\n", 20000, "", ANY},
	    {"<p><img src=a>\n", 20000, "", ANY},
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
	    cmocka_unit_test(test_own_ids),
	    cmocka_unit_test(test_outline),
	    cmocka_unit_test(test_slugs),
	    cmocka_unit_test(test_raw_nesting),
	    cmocka_unit_test(test_footnotes),
	    cmocka_unit_test(test_alerts),
	    cmocka_unit_test(test_math),
	    cmocka_unit_test(test_math_shown),
	    cmocka_unit_test(test_noted_references),
	    cmocka_unit_test(test_noted_problems),
	    cmocka_unit_test(test_noted_losses),
	    cmocka_unit_test(test_many_losses),
	    cmocka_unit_test(test_noted_formulas),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_many_problems),
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
	notes_bytes = malloc(ROOM);
	markdown_init(ARENA);
	snprintf(small_html, sizeof(small_html), "%s", html(small_post));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
