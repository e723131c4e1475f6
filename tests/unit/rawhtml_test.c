/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "daemon/site/rawhtml.h"

static struct arena arena;
static char room[65536];

static void
full(void)
{
	abort();
}

/* The text through the filter, inside one Markdown element. */
static const char *
filter(const char *html)
{
	struct htmlout o;

	arena_reset(&arena);
	html_start(&o, &arena, room, sizeof(room) - 1);
	html_barrier(&o);
	rawhtml_write(&o, slice_of(html));
	html_leave(&o);
	room[o.len] = '\0';
	return room;
}

struct example {
	const char *in, *out;
};

static void
check(const struct example *e, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		assert_string_equal(filter(e[i].in), e[i].out);
}

#define CHECK(examples) \
	check((examples), sizeof(examples) / sizeof(*(examples)))

static void
test_allowed(void **state)
{
	static const struct example examples[] = {
	    {"<img src=\"x.png\" alt='a \"b\"' width=20 height=\"5%\">",
	     "<img src=\"x.png\" alt=\"a &quot;b&quot;\" width=\"20\" "
	     "height=\"5%\">"},
	    {"<del>x</del> <SPAN class='a b-c' lang=en dir=RTL id=i>y</SPAN>",
	     "<del>x</del> <span class=\"a b-c\" lang=\"en\" id=\"i\">y"
	     "</span>"},
	    {"a<br/>b<hr />", "a<br>b<hr>"},
	    {"<a href=\"http://x/?a=1&amp;b=2\" title=t>l</a>",
	     "<a href=\"http://x/?a=1&amp;b=2\" title=\"t\">l</a>"},
	    {"<video src=v.mp4 controls autoplay onplay=x></video>",
	     "<video src=\"v.mp4\" controls></video>"},
	    {"<details open><summary>s</summary>t</details>",
	     "<details open><summary>s</summary>t</details>"},
	    {"x <!-- more --> y", "x  y"},
	    {"&amp; &nbsp; &#8212; & &; &bogus x",
	     "&amp; &nbsp; &#8212; &amp; &amp;; &amp;bogus x"},
	    {"<time datetime='2016'>x</time>",
	     "<time datetime=\"2016\">x</time>"},
	    {"<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"},
	    {"<dl><dt>a<dd>b</dl>", "<dl><dt>a</dt><dd>b</dd></dl>"},
	    {"<table><tr><th scope=col>a<td colspan=2>b<tr><td>c</table>",
	     "<table><tr><th scope=\"col\">a</th><td colspan=\"2\">b</td>"
	     "</tr><tr><td>c</td></tr></table>"},
	};

	(void)state;
	CHECK(examples);
}

/* What HTML no longer has, or a post should not. */
static void
test_aliases(void **state)
{
	static const struct example examples[] = {
	    {"<tt>a</tt> <STRIKE>b</STRIKE> <font color=red>c</font>",
	     "<code>a</code> <s>b</s> <span>c</span>"},
	    {"<center class=x id=i>a</center>",
	     "<div class=\"center\" id=\"i\">a</div>"},
	    {"<h1>a</h1>", "<h2>a</h2>"},
	    {"<aside>a<p>b</aside>", "<div class=\"aside\">a<p>b</p></div>"},
	    {"<p align=Center>a</p><p align=left>b<p align=right class=c>",
	     "<p class=\"center\">a</p><p>b<p class=\"c\"></p></p>"},
	    {"<center align=right>a</center><img src=a alt=b align=right>",
	     "<div class=\"center\">a</div><img src=\"a\" alt=\"b\">"},
	    {"<source src=a>", "&lt;source src=a&gt;"},
	    {"<video><source src=a type=b srcset=c></video>",
	     "<video><source src=\"a\" type=\"b\"></video>"},
	    {"<img src=a alt=b><img src=c alt>",
	     "<img src=\"a\" alt=\"b\"><img src=\"c\" alt=\"\" "
	     "loading=\"lazy\" decoding=\"async\">"},
	};

	(void)state;
	CHECK(examples);
}

/* The candidates of images in several sizes, as HTML parses them. */
static void
test_srcset(void **state)
{
#define IMG(list) "<img srcset=\"" list "\" alt=\"\">"
	static const struct example examples[] = {
	    {"<img srcset='a' alt>", IMG("a")},
	    {"<img srcset=' ,a  2x ,\n b 1.5x,c,' alt>",
	     IMG("a 2x, b 1.5x, c")},
	    {"<img srcset='a,b,c 640w' alt>", IMG("a,b,c 640w")},
	    {"<img srcset='a&#32;2x&#44; b&amp;c 3x' alt>",
	     IMG("a 2x, b&amp;c 3x")},
	    /* What is wrong goes, and only that. */
	    {"<img srcset='javascript:x 2x, b 3x, data:x 4x' alt>",
	     IMG("b 3x")},
	    {"<img srcset='a 0x, b 2, c x, d 2.5w, e .5x, f 1x 2w, g' alt>",
	     IMG("g")},
	    {"<img srcset='a (b, javascript:c), d' alt>", IMG("d")},
	    {"<img srcset='a 99999999999x' alt>", "<img alt=\"\">"},
	    {"<img srcset=', ,' alt><b srcset=a></b>", "<img alt=\"\"><b></b>"},
	    {"<img srcset='a 2x' srcset='b 3x' alt>", IMG("a 2x")},
	    {"<img srcset='a\"onerror=b 2x' sizes='(min-width: 9em) 50vw,"
	     " 9em' alt>",
	     "<img srcset=\"a%22onerror=b 2x\" sizes=\"(min-width: 9em) 50vw, "
	     "9em\" alt=\"\">"},
	    {"<img srcset='a 2x' sizes='url(\"x\")' alt>", IMG("a 2x")},
	    {"<picture><source srcset='a 2x' media='(color)' type=b src=c>"
	     "<source src=d><source srcset='e f'><img src=c></picture>",
	     "<picture><source srcset=\"a 2x\" media=\"(color)\" type=\"b\">"
	     "<img src=\"c\" alt=\"\"></picture>"},
	    {"<picture><p><source srcset=a></picture>",
	     "<picture><p>&lt;source srcset=a&gt;</p></picture>"},
	};
	size_t i;

	(void)state;
	/* Each is the first image of its text. */
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		assert_string_equal(filter(examples[i].in), examples[i].out);
}

/* What would make a browser end more than is written. */
static void
test_nesting_of_their_own(void **state)
{
	static const struct example examples[] = {
	    {"<table><div><table></table></div>",
	     "<table><div>&lt;table&gt;</div></table>&lt;/div&gt;"},
	    {"<table><tr><td><table><caption><table>",
	     "<table><tr><td><table><caption><table></table></caption></table>"
	     "</td></tr></table>"},
	    {"<h4><div><h2>a</div></h4><h3>",
	     "<h4><div>&lt;h2&gt;a</div></h4><h3></h3>"},
	    {"<ruby>a<rp>(<rt>b<rp>)</ruby>",
	     "<ruby>a<rp>(</rp><rt>b</rt><rp>)</rp></ruby>"},
	    {"<ruby><dl><dd><rt>a",
	     "<ruby><dl><dd>&lt;rt&gt;a</dd></dl></ruby>"},
	    {"<rt>", "&lt;rt&gt;"},
	};

	(void)state;
	CHECK(examples);
}

static void
test_text(void **state)
{
	static const struct example examples[] = {
	    {"<nick> hello", "&lt;nick&gt; hello"},
	    {"<hannes_> x </hannes_>", "&lt;hannes_&gt; x &lt;/hannes_&gt;"},
	    {"a < b > c", "a &lt; b &gt; c"},
	    {"<", "&lt;"},
	    {"<!-- open", "&lt;!-- open"},
	    {"<!DOCTYPE html>", "&lt;!DOCTYPE html&gt;"},
	    {"<?php x ?>", "&lt;?php x ?&gt;"},
	    {"<b", "&lt;b"},
	    {"<b x=\"", "&lt;b x=&quot;"},
	    {"<b\"x\">", "&lt;b&quot;x&quot;&gt;"},
	    {"<bb>", "&lt;bb&gt;"},
	    {"<iframe src=x></iframe>", "&lt;iframe src=x&gt;&lt;/iframe&gt;"},
	    {"<base href=x><meta x><link rel=stylesheet href=x>",
	     "&lt;base href=x&gt;&lt;meta x&gt;"
	     "&lt;link rel=stylesheet href=x&gt;"},
	};

	(void)state;
	CHECK(examples);
}

static void
test_balance(void **state)
{
	static const struct example examples[] = {
	    {"<b><i>x", "<b><i>x</i></b>"},
	    {"<b><i>x</b>y</i>", "<b><i>x</i></b>y&lt;/i&gt;"},
	    {"</div></article></main>",
	     "&lt;/div&gt;&lt;/article&gt;&lt;/main&gt;"},
	    {"<div><div></div>", "<div><div></div></div>"},
	    {"<li>x</li>", "&lt;li&gt;x&lt;/li&gt;"},
	    {"<td>x", "&lt;td&gt;x"},
	    {"<tr><td>", "&lt;tr&gt;&lt;td&gt;"},
	    {"<table><li>", "<table>&lt;li&gt;</table>"},
	    {"<ul><b><li>", "<ul><b>&lt;li&gt;</b></ul>"},
	    {"<div/>x", "<div></div>x"},
	    {"</br>", "&lt;/br&gt;"},
	};

	(void)state;
	CHECK(examples);
}

/* The classics: whatever comes out, no tag or attribute of theirs is in it. */
static void
test_xss(void **state)
{
	static const char *const attacks[] = {
	    "<script>alert(1)</script>",
	    "<SCRIPT SRC=//x></SCRIPT>",
	    "<scr<script>ipt>alert(1)</scr</script>ipt>",
	    "<img src=x onerror=alert(1)>",
	    "<img src=x/onerror=alert(1)>",
	    "<img/src=x/onerror=alert(1)>",
	    "<img src=\"x\"onerror=alert(1)>",
	    "<img src='x' onerror\n=\nalert(1)>",
	    "<img src=`javascript:alert(1)`>",
	    "<img \"\"\"><script>alert(1)</script>\">",
	    "<img src=javascript:alert(1)>",
	    "<a href=javascript:alert(1)>x</a>",
	    "<a href=\"java\tscript:alert(1)\">x</a>",
	    "<a href=\"java\nscript:alert(1)\">x</a>",
	    "<a href=\"&#106;avascript:alert(1)\">x</a>",
	    "<a href=\"&#x6A;avascript:alert(1)\">x</a>",
	    "<a href=\"&#0000106avascript:alert(1)\">x</a>",
	    "<a href=\"&#x6Aavascript:alert(1)\">x</a>",
	    "<a href=\"java&#x09;script:alert(1)\">x</a>",
	    "<a href=\"&#1;javascript:alert(1)\">x</a>",
	    "<a href=\"javascript&#58;alert(1)\">x</a>",
	    "<a href=\" &#14;  javascript:alert(1);\">x</a>",
	    "<a href='vbscript:msgbox(1)'>x</a>",
	    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
	    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
	    "<video poster=javascript:alert(1)></video>",
	    "<q cite=javascript:alert(1)>x</q>",
	    "<svg onload=alert(1)>",
	    "<math><maction actiontype=statusline xlink:href=javascript:x>",
	    "<body onload=alert(1)>",
	    "<div style=\"background:url(javascript:alert(1))\">",
	    "<p onclick=alert(1)>x",
	    "<details open ontoggle=alert(1)>",
	    "<form action=javascript:alert(1)><input type=submit>",
	    "<object data=javascript:alert(1)>",
	    "<embed src=javascript:alert(1)>",
	    "<a title=\"<script>alert(1)</script>\">x</a>",
	    "<a title='\" onmouseover=\"alert(1)'>x</a>",
	    "<b title=\"&quot; onclick=alert(1) x=&quot;\">",
	    "<!--><img src=x onerror=alert(1)>-->",
	    "<!-- --!><img src=x onerror=alert(1)> -->",
	    "<b/onclick=alert(1)>x",
	    "<style>*{x:expression(alert(1))}</style>",
	    "<textarea><img title=\"</textarea><img src=x onerror=y>\">",
	    "<noscript><p title=\"</noscript><img src=x onerror=y>\">",
	    "<title><a title=\"</title><img src=x onerror=y>\">",
	    "<xmp><p title=\"</xmp><svg/onload=y>\">",
	};
	static const char *const bad[] = {
	    "<script", "<svg",	 "<math",  "<body",	  "<form",
	    "<object", "<embed", "<style", "<textarea",	  "<noscript",
	    "<title",  "<xmp",	 "<input", "javascript:", "vbscript:",
	    "data:",   " style="};
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
		char *p, *end, tag[4096];

		filter(attacks[i]);
		/* Only what is inside tags is markup. */
		for (p = strchr(room, '<'); p != NULL; p = strchr(end, '<')) {
			end = strchr(p, '>');
			assert_non_null(end);
			assert_true((size_t)(end - p) < sizeof(tag));
			memcpy(tag, p, (size_t)(end - p));
			tag[end - p] = '\0';
			for (j = 0; j < sizeof(bad) / sizeof(bad[0]); j++)
				assert_null(strcasestr(tag, bad[j]));
			/* Event handlers: " on...=" outside of a value. */
			while ((p = strstr(p, " on")) != NULL && p < end) {
				size_t quotes = 0;
				char *q;

				for (q = tag; *q != '\0' &&
					      q - tag < p - (end - strlen(tag));
				     q++)
					quotes += *q == '"';
				assert_int_equal(quotes % 2, 1);
				p++;
			}
		}
	}
}

/* A checker of its own: tags in random soup must come out nested. */
static void
check_nested(const char *html)
{
	static const char *const voids = " br hr img source col wbr ";
	char stack[256][16], name[20];
	size_t depth = 0, n;
	const char *p = html;

	while ((p = strchr(p, '<')) != NULL) {
		int closing = p[1] == '/';

		p += 1 + closing;
		n = strcspn(p, " >");
		assert_true(n > 0 && n < 12);
		snprintf(name, sizeof(name), " %.*s ", (int)n, p);
		if (closing) {
			assert_true(depth > 0);
			assert_string_equal(stack[--depth], name);
		} else if (strstr(voids, name) == NULL) {
			assert_true(depth < 256);
			memcpy(stack[depth++], name, 16);
		}
		p = strchr(p, '>');
		assert_non_null(p);
	}
	assert_int_equal(depth, 0);
}

static void
test_soup(void **state)
{
	static const char *const parts[] = {
	    "<b>",	"</b>",	      "<div class=x>",
	    "</div>",	"<ul>",	      "<li>",
	    "</li>",	"</ul>",      "<table>",
	    "<tr>",	"<td>",	      "</td>",
	    "</table>", "<",	      ">",
	    "\"",	"<img src='", "'>",
	    "<!--",	"-->",	      "&",
	    "text",	"<p>",	      "</p>",
	    "<tbody>",	"<dd>",	      "<a href=x ",
	    "/>",	"<nick>",     "<dl>",
	    "\xff"};
	const size_t nparts = sizeof(parts) / sizeof(parts[0]);
	uint32_t seed = 7;
	char soup[2048];
	int i, j;

	(void)state;
	for (i = 0; i < 5000; i++) {
		soup[0] = '\0';
		for (j = 0; j < 60; j++) {
			seed = seed * 1664525u + 1013904223u;
			strncat(soup, parts[(seed >> 16) % nparts],
				sizeof(soup) - strlen(soup) - 1);
		}
		check_nested(filter(soup));
	}
}

static void
test_depth(void **state)
{
	char deep[3001];
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		memcpy(deep + 3 * i, "<b>", 3);
	deep[3000] = '\0';
	filter(deep);
	assert_non_null(strstr(room, "&lt;b&gt;"));
	assert_null(strstr(room, "&lt;/b"));
}

static void
test_ids(void **state)
{
	(void)state;
	assert_string_equal(filter("<b id=a><b id=a><b id='page.main'>"),
			    "<b id=\"a\"><b><b></b></b></b>");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_allowed),
	    cmocka_unit_test(test_aliases),
	    cmocka_unit_test(test_srcset),
	    cmocka_unit_test(test_text),
	    cmocka_unit_test(test_nesting_of_their_own),
	    cmocka_unit_test(test_balance),
	    cmocka_unit_test(test_xss),
	    cmocka_unit_test(test_soup),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_ids),
	};

	if (arena_map(&arena, 1 << 20, full) == -1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
