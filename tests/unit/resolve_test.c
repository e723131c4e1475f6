/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "daemon/site/model.h"
#include "daemon/site/resolve.h"
#include "site_fixture.h"

#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))
#define POST(text) "---\ntitle: T\nauthor: a\n---\n" text

static const char svg[] = "<svg xmlns=\"http://www.w3.org/2000/svg\" "
			  "width=\"30\" height=\"20\"/>";

#define OTHERS                                                                 \
	{"Notes/Plain", POST("x\n"), 0, 2, 2, 0},                              \
	    {"Posts/2020/old.md",                                              \
	     POST("# A b\n\n<p id=own>x</p>\n"),                               \
	     0,                                                                \
	     3,                                                                \
	     3,                                                                \
	     0},                                                               \
	    {"Posts/a b.md", POST("## Part 1\n\n## Part 1\n"), 0, 4, 4, 0},    \
	    {"static/p.svg", svg, 0, 5, 5, 0}, {"static/a,", "x", 0, 5, 5, 0}, \
	{                                                                      \
		"static/v.mp4", "x", 0, 5, 5, 0                                \
	}

/* A post at Posts/x.md among others; its page. */
static const char *
page_of(struct fx *fx, const char *text)
{
	struct fx_file files[] = {
	    OTHERS,
	    {"Posts/x.md", NULL, 0, 6, 6, 0},
	};
	struct buf post = {0};
	const char *body;

	buf_str(&post, POST(""));
	buf_str(&post, text);
	files[COUNT(files) - 1].text = buf_cstr(&post);
	fx_defaults(fx);
	fx_build(fx, files, COUNT(files), NULL);
	assert_non_null(fx->site);
	body = fx_body(fx, "/Posts/x");
	assert_non_null(body);
	buf_free(&post);
	return body;
}

static void
test_links(void **state)
{
	static const struct {
		const char *reference, *html;
	} cases[] = {
	    {"2020/old.md", "href=\"/Posts/2020/old\""},
	    {"./2020/../2020/old.md?q=1&r#a-b",
	     "href=\"/Posts/2020/old?q=1&amp;r#a-b\""},
	    {"2020/old", "href=\"/Posts/2020/old\""},
	    {"/Posts/2020/old.md#own", "href=\"/Posts/2020/old#own\""},
	    {"<a b.md>", "href=\"/Posts/a%20b\""},
	    {"a%20b#part-1-1", "href=\"/Posts/a%20b#part-1-1\""},
	    {"../Notes/Plain", "href=\"/Notes/Plain\""},
	    {"../Notes/", "href=\"/Notes\""},
	    {"/", "href=\"/\""},
	    {"../../../Notes", "href=\"/Notes\""},
	    {"/atom", "href=\"/atom\""},
	    {"../static/p.svg", "href=\"/static/p.svg\""},
	    {"x.md", "href=\"/Posts/x\""},
	    {"x#top", "href=\"/Posts/x#top\""},
	    {"#", "href=\"#\""},
	    {"http://x.org/y.md", "href=\"http://x.org/y.md\""},
	    {"//x.org/y.md", "href=\"//x.org/y.md\""},
	    {"mailto:a@b.c", "href=\"mailto:a@b.c\""},
	};
	struct fx fx;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct buf text = {0};

		buf_printf(&text, "[l](%s)\n", cases[i].reference);
		if (strstr(page_of(&fx, buf_cstr(&text)), cases[i].html) ==
		    NULL)
			fail_msg("%s", cases[i].reference);
		if (strstr(buf_cstr(&fx.problems), "Posts/x.md") != NULL)
			fail_msg("%s", fx.problems.data);
		buf_free(&text);
		fx_free(&fx);
	}
}

static void
test_broken(void **state)
{
	static const struct {
		const char *text, *html, *problem;
	} cases[] = {
	    {"a\n\n\xc3\xa4 [l](none.md)\n", "href=\"none.md\"",
	     "Posts/x.md:7:3: the link to \"none.md\" leads nowhere\n"},
	    {"[l](/none)\n", "href=\"/none\"",
	     "Posts/x.md:5:1: the link to \"/none\" leads nowhere\n"},
	    {"![i](none.png)\n", "src=\"none.png\"",
	     "Posts/x.md:5:1: there is no file \"none.png\" to show\n"},
	    {"[l](a%20b.md#Part-1)\n", "href=\"/Posts/a%20b#Part-1\"",
	     "Posts/x.md:5:1: \"a%20b.md#Part-1\": there is nothing of this "
	     "name in the text it leads to\n"},
	    {"[l](#none)\n", "href=\"#none\"",
	     "Posts/x.md:5:1: \"#none\": there is nothing of this name in the "
	     "text it leads to\n"},
	    {"<div>\n\n<a href=none.md>l</a>\n", "href=\"none.md\"",
	     "Posts/x.md:7:1: the link to \"none.md\" leads nowhere\n"},
	    {"![](../static/p.svg)\n", "alt=\"\"",
	     "Posts/x.md:5:1: the image has no alternative text\n"},
	};
	struct fx fx;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_non_null(
		    strstr(page_of(&fx, cases[i].text), cases[i].html));
		assert_non_null(
		    strstr(buf_cstr(&fx.problems), cases[i].problem));
		fx_free(&fx);
	}
}

static void
test_images(void **state)
{
	struct fx fx;
	const char *body;

	(void)state;
	body = page_of(&fx, "a ![i](../static/p.svg \"t\") b\n\n"
			    "<img src=/static/p.svg alt=k>\n\n"
			    "<img src=/static/p.svg alt=l width=10>\n\n"
			    "<video src=../static/v.mp4 "
			    "poster=../static/p.svg></video>\n\n"
			    "<picture><source srcset='../static/p.svg 2x, "
			    "//h/i, /static/a%2C, /static/p.svg'>"
			    "</picture>\n");
	assert_non_null(strstr(body, "<img src=\"/static/p.svg\" width=\"30\" "
				     "height=\"20\" alt=\"i\" title=\"t\">"));
	assert_non_null(strstr(body, "<img src=\"/static/p.svg\" width=\"30\" "
				     "height=\"20\" alt=\"k\" loading"));
	assert_non_null(strstr(body, "<img src=\"/static/p.svg\" alt=\"l\" "
				     "width=\"10\" loading"));
	assert_non_null(strstr(body, "<video src=\"/static/v.mp4\" "
				     "poster=\"/static/p.svg\">"));
	assert_non_null(strstr(body,
			       "<source srcset=\"/static/p.svg 2x, //h/i, "
			       "/static/a%2C, /static/p.svg\">"));
	assert_null(strstr(buf_cstr(&fx.problems), "Posts/x.md"));
	/* In feeds they are absolute, and nothing is quoted wrongly. */
	assert_non_null(strstr(fx_body(&fx, "/atom"),
			       "src=&quot;http://localhost/static/p.svg&quot; "
			       "width=&quot;30&quot; height=&quot;20&quot;"));
	fx_free(&fx);
}

/* The site is below a path of its host. */
static void
test_prefix(void **state)
{
	static const struct fx_file files[] = {
	    {".config/root", "https://h.example/blog", 0, 1, 1, 0},
	    {"a.md",
	     POST("[1](b.md) [2](/b) [3](/blog/b#x) [4](/other) "
		  "[5](/blog) [6](/blog/none)\n"),
	     0, 2, 2, 0},
	    {"b.md", POST("# x\n"), 0, 3, 3, 0},
	};
	struct fx fx;
	const char *body;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, files, COUNT(files), NULL);
	body = fx_body(&fx, "/a");
	assert_non_null(strstr(
	    body, "<a href=\"/blog/b\">1</a> <a href=\"/blog/b\">2</a> "
		  "<a href=\"/blog/b#x\">3</a> <a href=\"/other\">4</a> "
		  "<a href=\"/blog/\">5</a> <a href=\"/blog/none\">6</a>"));
	assert_true(fx_said(&fx, "\"/blog/none\" leads nowhere"));
	assert_false(fx_said(&fx, "/other"));
	fx_free(&fx);
}

static void
test_hidden_target(void **state)
{
	static const struct fx_file files[] = {
	    {"a.md", POST("[1](b.md)\n"), 0, 2, 2, 0},
	    {"b.md", "no header\n", 0, 3, 3, 0},
	};
	struct fx fx;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, files, COUNT(files), NULL);
	assert_true(fx_has(&fx, "/a", "<a href=\"b.md\">1</a>"));
	assert_true(fx_said(
	    &fx, "a.md:5:1: \"b.md\" leads to a file that is not shown"));
	fx_free(&fx);
}

/* ---- later runs ---- */

#define LINKS                                                          \
	POST("# One\n\n[1](b.md) text ![i](static/p.svg) [2](c.md#x) " \
	     "[3](none) end\n")

static const struct fx_file before[] = {
    {"Index", POST("[1](a.md)\n"), 0, 1, 1, 0},
    {"a.md", LINKS, 0, 2, 2, 0},
    {"b.md", POST("x\n"), 0, 3, 3, 0},
    {"c.md", POST("## x\n"), 0, 4, 4, 0},
    {"static/p.svg", svg, 0, 5, 5, 0},
};

/* b.md is gone, "none" is there, c.md lost its heading; the rest has no bytes.
 */
static const struct fx_file after[] = {
    {"Index", POST("[1](a.md)\n"), 0, 1, 1, 1},
    {"a.md", LINKS, 0, 2, 2, 1},
    {"c.md", POST("y\n"), 0, 4, 7, 0},
    {"none", POST("x\n"), 0, 6, 6, 0},
    {"static/p.svg", svg, 0, 5, 5, 1},
};

static void
same_pages(struct fx *a, struct fx *b)
{
	size_t i;

	assert_int_equal(site_npages(a->site), site_npages(b->site));
	for (i = 0; i < site_npages(a->site); i++) {
		struct buf path = {0};
		struct slice name = site_page(a->site, i)->path;

		buf_add(&path, name.data, name.len);
		if (site_page(a->site, i)->status == 200)
			assert_string_equal(fx_body(a, buf_cstr(&path)),
					    fx_body(b, buf_cstr(&path)));
		buf_free(&path);
	}
}

static void
test_again(void **state)
{
	struct fx first, second, third;

	(void)state;
	fx_defaults(&first);
	fx_build(&first, before, COUNT(before), NULL);
	assert_true(
	    fx_has(&first, "/a",
		   "<a href=\"/b\">1</a> text <img src=\"/static/p.svg\""
		   " width=\"30\" height=\"20\" alt=\"i\"> <a "
		   "href=\"/c#x\">2</a> <a href=\"none\">3</a> end"));
	fx_defaults(&second);
	fx_build(&second, after, COUNT(after), &first);
	assert_int_equal(second.rendered, 2);
	assert_true(fx_has(&second, "/a",
			   "<a href=\"b.md\">1</a> text <img "
			   "src=\"/static/p.svg\" width=\"30\" height=\"20\" "
			   "alt=\"i\"> <a href=\"/c#x\">2</a> <a "
			   "href=\"/none\">3</a> end"));
	assert_false(fx_said(&first, "a.md:7:1:"));
	assert_true(fx_said(&first, "a.md:7:47: the link to \"none\" leads"));
	assert_true(fx_said(&second, "a.md:7:1: the link to \"b.md\" leads"));
	assert_true(fx_said(&second, "a.md:7:35: \"c.md#x\": there is"));
	assert_false(fx_said(&second, "\"none\" leads"));
	/* Nothing changes, so nothing is made. */
	fx_defaults(&third);
	fx_build(&third, after, COUNT(after), &second);
	assert_int_equal(third.composed, 0);
	same_pages(&second, &third);
	fx_free(&third);
	fx_free(&second);
	fx_free(&first);
}

/* A site that came to be by steps is the same as one from nothing. */
static void
test_steps(void **state)
{
	struct fx_file full[COUNT(after)];
	struct fx first, second, fresh;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(after); i++) {
		full[i] = after[i];
		full[i].same = 0;
	}
	fx_defaults(&first);
	fx_build(&first, before, COUNT(before), NULL);
	fx_defaults(&second);
	fx_build(&second, after, COUNT(after), &first);
	fx_defaults(&fresh);
	fx_build(&fresh, full, COUNT(full), NULL);
	same_pages(&second, &fresh);
	assert_string_equal(buf_cstr(&second.problems),
			    buf_cstr(&fresh.problems));
	fx_free(&fresh);
	fx_free(&second);
	fx_free(&first);
}

/* 10,000 articles of five references: a small part of what they may take. */
static void
test_time(void **state)
{
	enum { N = 10000 };
	struct fx_file *files = calloc(N, sizeof(*files));
	char(*paths)[32] = calloc(N, sizeof(*paths));
	char(*texts)[256] = calloc(N, sizeof(*texts));
	struct timespec start, end;
	struct fx fx;
	double seconds;
	size_t i;

	(void)state;
	for (i = 0; i < N; i++) {
		snprintf(paths[i], sizeof(paths[i]), "Posts/%05zu.md", i);
		snprintf(texts[i], sizeof(texts[i]),
			 POST("[1](%05zu.md) [2](%05zu.md#x) [3](/Posts) "
			      "[4](../Posts/%05zu#y) [5](http://x.org/)\n\n# "
			      "x\n"),
			 (i + 1) % N, (i * 7) % N, (i * 13) % N);
		files[i].path = paths[i];
		files[i].text = texts[i];
		files[i].created = (int64_t)i + 1;
	}
	fx_defaults(&fx);
	fx_source(&fx, files, N, (const uint8_t[OID_MAX]){1}, 1700000000);
	fx.site = site_new(&fx.set, &fx.source, NULL, slice_of(""), fx_report,
			   &fx, &fx.err);
	assert_non_null(fx.site);
	fx_texts(&fx);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	assert_int_equal(site_link(fx.site, &fx.err), 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	seconds = (double)(end.tv_sec - start.tv_sec) +
		  (double)(end.tv_nsec - start.tv_nsec) / 1e9;
	printf("linking 10,000 articles with references: %.3f s\n", seconds);
	/* One each, and one of the settings. */
	assert_int_equal(site_nproblems(fx.site), N + 1);
	assert_true(seconds < 2);
	fx_free(&fx);
	free(files);
	free(paths);
	free(texts);
}

/* ---- abstracts: on other pages than the article's ---- */

#define ABSTRACT(text) \
	"---\ntitle: T\nauthor: a\nabstract: " text "\n---\n# Part\n"

static void
test_abstracts(void **state)
{
	static const struct {
		const char *post, *html, *problem;
	} cases[] = {
	    {ABSTRACT("*see* [l](2020/old.md#own) there"),
	     "<p><em>see</em> <a href=\"/Posts/2020/old#own\">l</a> "
	     "there</p>",
	     NULL},
	    {ABSTRACT("[a](old.md) ![p](../static/p.svg) [b](a%20b.md)"),
	     "<img src=\"/static/p.svg\" width=\"30\" height=\"20\" "
	     "alt=\"p\"> <a href=\"/Posts/a%20b\">b</a></p>",
	     "Posts/x.md:1:1: in the abstract: the link to \"old.md\" leads "
	     "nowhere\n"},
	    {ABSTRACT("[l](#part)"), "href=\"/Posts/x#part\"", NULL},
	    {ABSTRACT("[l](#none)"), "href=\"/Posts/x#none\"",
	     "Posts/x.md:1:1: in the abstract: \"#none\": there is nothing"},
	    {ABSTRACT("[l](https://x.org/y)"), "href=\"https://x.org/y\"",
	     NULL},
	    {ABSTRACT("<b onclick=x>a</b> ![](../static/p.svg)"), "<b>a</b>",
	     "Posts/x.md:1:1: in the abstract: the image has no alternative"},
	};
	struct fx fx, next;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct fx_file files[] = {
		    OTHERS,
		    {"Posts/x.md", cases[i].post, 0, 6, 6, 0},
		};

		fx_defaults(&fx);
		fx_build(&fx, files, COUNT(files), NULL);
		if (!fx_has(&fx, "/Posts", cases[i].html))
			fail_msg("%s", cases[i].post);
		if (cases[i].problem != NULL ? !fx_said(&fx, cases[i].problem)
					     : fx_said(&fx, "Posts/x.md"))
			fail_msg("%s: %s", cases[i].post,
				 buf_cstr(&fx.problems));
		/* Known from the last run, and at another address. */
		fx_defaults(&next);
		strcpy(next.set.url, "https://x.example/blog");
		fx_build(&next, files, COUNT(files), &fx);
		if (i == 2)
			assert_true(fx_has(&next, "/Posts",
					   "href=\"/blog/Posts/x#part\""));
		if (cases[i].problem != NULL)
			assert_true(fx_said(&next, cases[i].problem));
		fx_free(&next);
		fx_free(&fx);
	}
}

/* A list shows where the target is now. */
static void
test_abstract_moves(void **state)
{
	struct fx_file files[] = {
	    OTHERS,
	    {"Posts/x.md", ABSTRACT("[l](new.md)"), 0, 6, 6, 0},
	    {"Posts/new.md", POST("x\n"), 0, 7, 7, 0},
	};
	struct fx fx, next;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, files, COUNT(files) - 1, NULL);
	assert_true(fx_has(&fx, "/Posts", "<a href=\"new.md\">l</a>"));
	fx_defaults(&next);
	fx_build(&next, files, COUNT(files), &fx);
	assert_true(fx_has(&next, "/Posts", "<a href=\"/Posts/new\">l</a>"));
	assert_true(
	    fx_has(&next, "/atom",
		   "&lt;a href=&quot;http://localhost/Posts/new&quot;"));
	fx_free(&next);
	fx_free(&fx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_links),
	    cmocka_unit_test(test_broken),
	    cmocka_unit_test(test_abstracts),
	    cmocka_unit_test(test_abstract_moves),
	    cmocka_unit_test(test_images),
	    cmocka_unit_test(test_prefix),
	    cmocka_unit_test(test_hidden_target),
	    cmocka_unit_test(test_again),
	    cmocka_unit_test(test_steps),
	    cmocka_unit_test(test_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
