/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "site_fixture.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define UUID	 ".config/uuid", "981361ca-e71d-4997-a52c-baeee78e4156\n"
#define ROOT                                                           \
	{                                                              \
		".config/root", "https://blog.example/sub", 0, 1, 1, 0 \
	}
#define DAY  86400
#define YEAR (366 * (int64_t)DAY)

/* A post with more lines in its header. */
#define POST(title, more) \
	"---\ntitle: " title "\nauthor: hannes\n" more "---\nText here.\n"

static void
assert_has(struct fx *fx, const char *path, const char *text)
{
	if (!fx_has(fx, path, text))
		fail_msg("%s has no \"%s\":\n%s", path, text,
			 fx_body(fx, path));
}

static void
assert_has_not(struct fx *fx, const char *path, const char *text)
{
	if (fx_has(fx, path, text))
		fail_msg("%s has \"%s\"", path, text);
}

/* ---- an article ---- */

static const struct fx_file blog[] = {
    {UUID, 0, 1, 1, 0},
    ROOT,
    {"About.md", POST("About", ""), 0, 5, 5, 0},
    {"Posts/1.md", POST("One", "tags: all, rare\n"), 0, YEAR, YEAR, 0},
    {"Posts/2.md",
     POST("Two", "tags: all\nabstract: An *abstract*\n"
		 "author_url: https://h.example/?a&b\n"),
     0, 2 * YEAR, 2 * YEAR + 3 * DAY, 0},
    {"Posts/deep/3.md",
     "---\ntitle: Three </script>\nauthors: [Ann, Bo, Cy]\n"
     "tags: [all, rare]\nimage: ../p.png\ntoc: true\n---\n"
     "One.\n\n## Two\n\nThree.\n",
     0, 3 * YEAR, 3 * YEAR, 0},
    {"Talks/4.md", POST("Four", ""), 0, 4 * YEAR, 4 * YEAR, 0},
};

static void
test_article(void **state)
{
	struct fx fx;
	const char *path = "/Posts/deep/3";

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, blog, COUNT(blog), NULL);
	assert_has(&fx, path,
		   "<link rel=\"canonical\" "
		   "href=\"https://blog.example/sub/Posts/deep/3\"");
	assert_has(&fx, path, "<meta property=\"og:type\" content=\"article\"");
	assert_has(&fx, path,
		   "<meta property=\"og:image\" "
		   "content=\"https://blog.example/sub/Posts/p.png");
	assert_has(&fx, path, "content=\"summary_large_image\"");
	assert_has(&fx, path,
		   "<meta property=\"article:tag\" content=\"rare\"");
	assert_has(&fx, path, "\"headline\":\"Three \\u003c/script\\u003e\"");
	assert_has(&fx, path, "\"keywords\":[\"all\",\"rare\"]");
	assert_has(&fx, path, "<meta name=\"description\" content=\"One.\">");
	assert_has(&fx, path, ">Ann</a></span>, <span");
	assert_has(&fx, path,
		   "</span> and <span class=\"p-author h-card\"><a "
		   "class=\"p-name u-url\" rel=\"author\" "
		   "href=\"/sub/authors/Cy\">");
	assert_has(&fx, path, "<nav class=\"toc\" aria-label=\"Contents\">");
	assert_has(&fx, path, "href=\"#two\"");
	assert_has(&fx, path,
		   "<li><a href=\"/sub/Posts\">Posts</a></li>\n"
		   "<li><a href=\"/sub/Posts/deep\">deep</a></li>");
	assert_has(&fx, path, "1 min read");
	assert_has_not(&fx, path, "dt-updated");
	assert_has(&fx, "/Posts/2", "dt-updated");
	assert_has(&fx, "/Posts/2", "href=\"https://h.example/?a&amp;b\"");
	assert_has(&fx, "/Posts/2",
		   "property=\"og:description\" "
		   "content=\"An abstract\"");
	assert_has(&fx, "/Posts/2", "content=\"summary\"");
	assert_has_not(&fx, "/Posts/2", "class=\"toc\"");
	fx_free(&fx);
}

static void
test_neighbours(void **state)
{
	struct fx fx;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, blog, COUNT(blog), NULL);
	assert_has(&fx, "/Posts/2", "rel=\"prev\" href=\"/sub/Posts/1\">One<");
	assert_has(&fx, "/Posts/2",
		   "rel=\"next\" href=\"/sub/Posts/deep/3\">Three ");
	assert_has_not(&fx, "/Posts/1", "rel=\"prev\"");
	assert_has_not(&fx, "/Posts/deep/3", "rel=\"next\"");
	assert_has_not(&fx, "/Talks/4", "class=\"neighbours\"");
	assert_has_not(&fx, "/About", "class=\"neighbours\"");
	fx_free(&fx);
}

/* The rare tag counts more than the one that all have; itself is not among
 * them, nor is what shares none. */
static void
test_related(void **state)
{
	struct fx fx;
	const char *body;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, blog, COUNT(blog), NULL);
	body = strstr(fx_body(&fx, "/Posts/1"), "class=\"related\"");
	assert_non_null(body);
	assert_non_null(strstr(body, ">Three "));
	assert_true(strstr(body, ">Three ") < strstr(body, ">Two<"));
	*strstr((char *)(uintptr_t)body, "</aside>") = '\0';
	assert_null(strstr(body, ">One<"));
	assert_has_not(&fx, "/Talks/4", "class=\"related\"");
	fx_free(&fx);
}

/* ---- languages ---- */

static void
test_translations(void **state)
{
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    ROOT,
	    {"P/a.md", POST("Hello", ""), 0, 10, 10, 0},
	    {"P/a.de.md", POST("Hallo", ""), 0, 10, 10, 0},
	    {"ar/P/a.md", POST("Marhaba", "lang: ar\n"), 0, 10, 10, 0},
	    {"it/P/a.md", POST("Computers", ""), 0, 10, 10, 0},
	    {"P/b.js.md", POST("Script", ""), 0, 10, 10, 0}};
	struct fx fx;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, files, COUNT(files), NULL);
	assert_has(&fx, "/P/a",
		   "<link rel=\"alternate\" hreflang=\"de\" "
		   "href=\"https://blog.example/sub/P/a.de\">");
	assert_has(&fx, "/P/a",
		   "<link rel=\"alternate\" hreflang=\"en\" "
		   "href=\"https://blog.example/sub/P/a\">");
	assert_has(&fx, "/P/a",
		   "hreflang=\"ar\" lang=\"ar\" "
		   "href=\"/sub/ar/P/a\">Marhaba</a>");
	assert_has_not(&fx, "/P/a", "<article class=\"h-entry\" lang");
	assert_has(&fx, "/P/a.de", "<article class=\"h-entry\" lang=\"de\">");
	assert_has(&fx, "/ar/P/a",
		   "<article class=\"h-entry\" lang=\"ar\" dir=\"rtl\">");
	assert_has_not(&fx, "/it/P/a", "hreflang");
	assert_has_not(&fx, "/P/b.js", "lang=\"js\"");
	fx_free(&fx);
}

static void
test_rtl_site(void **state)
{
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    {".config/lang", "he\n", 0, 1, 1, 0},
	    {"P/a.md", POST("Shalom", ""), 0, 10, 10, 0},
	    {"P/b.md", POST("Hello", "lang: en\n"), 0, 10, 10, 0}};
	struct fx fx;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, files, COUNT(files), NULL);
	assert_has(&fx, "/P/a", "<html lang=\"he\" dir=\"rtl\">");
	assert_has(&fx, "/P/b", " lang=\"en\" dir=\"ltr\">");
	fx_free(&fx);
}

/* ---- lists ---- */

#define MANY 25

static size_t
entries(struct fx *fx, const char *path)
{
	const char *at = fx_body(fx, path);
	size_t n = 0;

	assert_non_null(at);
	while ((at = strstr(at, "<article class=\"h-entry\"")) != NULL) {
		at++;
		n++;
	}
	return n;
}

static void
test_pages(void **state)
{
	static char paths[MANY][16];
	struct fx_file files[MANY + 3] = {
	    {UUID, 0, 1, 1, 0}, ROOT, {".config/per_page", "10", 0, 1, 1, 0}};
	struct fx fx;
	size_t i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		snprintf(paths[i], sizeof(paths[i]), "P/%02zu", i);
		files[3 + i] = (struct fx_file){
		    paths[i], POST("x", "tags: t\n"), 0, 10 + (int64_t)i, 0, 0};
	}
	fx_defaults(&fx);
	fx_build(&fx, files, COUNT(files), NULL);
	assert_int_equal(entries(&fx, "/P"), 10);
	assert_int_equal(entries(&fx, "/P/page/2"), 5);
	assert_int_equal(entries(&fx, "/P/page/3"), 10);
	assert_null(fx_page(&fx, "/P/page/4"));
	assert_null(fx_page(&fx, "/P/page/1"));
	assert_int_equal(entries(&fx, "/tags/t/page/3"), 10);
	assert_int_equal(entries(&fx, "/authors/hannes/page/3"), 10);
	assert_int_equal(entries(&fx, "/page/3"), 10);
	assert_has(&fx, "/P", "<link rel=\"next\" href=\"/sub/P/page/2\">");
	assert_has_not(&fx, "/P", "<link rel=\"prev\"");
	assert_has(&fx, "/P/page/2", "<link rel=\"prev\" href=\"/sub/P\">");
	assert_has(&fx, "/P/page/2", "<a rel=\"next\" href=\"/sub/P/page/3\">");
	assert_has(&fx, "/P/page/2", "Page 2 of 3");
	assert_has(&fx, "/P/page/2", "<title>P, page 2 \xe2\x80\x93 ");
	assert_has(&fx, "/P/page/3", "href=\"/sub/P/00\"");
	assert_has_not(&fx, "/P/page/3", "<link rel=\"next\"");
	assert_has(&fx, "/page/2", "<link rel=\"prev\" href=\"/sub/\">");
	assert_has(&fx, "/P", "href=\"/sub/P/atom\"");
	assert_has(&fx, "/P", "href=\"/sub/P/feed.json\"");
	fx_free(&fx);
}

/* The days that pages show are those of the author's clock. */
static void
test_zones(void **state)
{
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    ROOT,
	    {"P/east", POST("East", "date: 2020-01-01T00:30:00+02:00\n"), 0, 9,
	     9, 0},
	    {"P/utc", POST("Utc", "date: 2019-12-31 23:00\n"), 0, 9, 9, 0},
	    {"P/west",
	     POST("West", "date: 2019-12-31 23:30 -0800\nupdated: 2020-01-01 "
			  "08:00\n"),
	     0, 9, 9, 0},
	    {"P/x",
	     POST("Same", "date: 2019-06-30 01:00 +0200\nupdated: 2019-06-30 "
			  "23:00 -0200\n"),
	     0, 9, 9, 0}};
	struct fx fx;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, files, COUNT(files), NULL);
	assert_has(&fx, "/P/east",
		   "<time class=\"dt-published\" "
		   "datetime=\"2019-12-31T22:30:00Z\">1 January 2020</time>");
	assert_has(&fx, "/P/west", ">31 December 2019</time>");
	assert_has(&fx, "/P/west", ">1 January 2020</time>");
	assert_has(&fx, "/P/x", ">30 June 2019</time>");
	assert_has_not(&fx, "/P/x", "dt-updated");
	assert_has(&fx, "/archive/2020", ">East<");
	assert_has(&fx, "/archive/2019", ">West<");
	assert_has(&fx, "/archive/2019", ">Utc<");
	assert_has_not(&fx, "/archive/2019", ">East<");
	assert_has(&fx, "/P/atom", "<published>2019-12-31T22:30:00Z<");
	fx_free(&fx);
}

static void
test_archive_and_authors(void **state)
{
	struct fx fx;
	const char *body;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, blog, COUNT(blog), NULL);
	assert_true(fx_said(&fx, "Posts/deep/3.md:1:1: in the header: there is "
				 "no file \"../p.png\""));
	body = fx_body(&fx, "/archive");
	assert_true(strstr(body, ">1974</a>") < strstr(body, ">Four<"));
	assert_true(strstr(body, ">Four<") < strstr(body, ">1973</a>"));
	assert_has(&fx, "/archive", "<h2><a href=\"/sub/archive/1974\">");
	assert_has(&fx, "/archive/1974", "<h1>Archive of 1974</h1>");
	assert_has(&fx, "/archive/1974", ">Four<");
	assert_has_not(&fx, "/archive/1974", ">Two<");
	assert_has(&fx, "/authors",
		   "<a href=\"/sub/authors/Bo\">Bo</a> "
		   "<span class=\"count\">1</span>");
	assert_has(&fx, "/authors/Bo", "<h1 class=\"p-name\">Articles by Bo<");
	assert_has(&fx, "/authors/Bo", ">Three ");
	assert_has(&fx, "", "href=\"/sub/archive\">Archive</a>");
	assert_has_not(&fx, "", "rel=\"canonical\"");
	assert_int_equal(fx_page(&fx, "")->status, 404);
	fx_free(&fx);
}

/* What is not reserved gives way to a file. */
static void
test_gives_way(void **state)
{
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    {"archive.md", POST("My archive", ""), 0, 10, 10, 0},
	    {"authors", POST("People", ""), 0, 10, 10, 0},
	    {"P/page/2", POST("Second", ""), 0, 10, 10, 0}};
	struct fx fx;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, files, COUNT(files), NULL);
	assert_has(&fx, "/archive", "<h1 class=\"p-name\">My archive</h1>");
	assert_has(&fx, "/authors", "<h1 class=\"p-name\">People</h1>");
	assert_has(&fx, "/P/page/2", "<h1 class=\"p-name\">Second</h1>");
	assert_true(fx_said(&fx, "/archive:1:1: another page has this"));
	fx_free(&fx);
}

static void
test_search_form(void **state)
{
	struct fx fx;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, blog, COUNT(blog), NULL);
	assert_has(&fx, "/Posts/1", "<form action=\"/sub/search\">");
	assert_has(&fx, "/Posts/1", "<label for=\"page.search\">");
	assert_has(&fx, "/Posts/1",
		   "<input type=\"search\" id=\"page.search\" "
		   "name=\"q\" autocomplete");
	assert_has(&fx, "/Posts/1", "href=\"/sub/opensearch.xml\"");
	fx_free(&fx);
}

/* Beneath the name of the site, on the first page of all articles alone. */
static void
test_description(void **state)
{
	static const struct fx_file described[] = {
	    {UUID, 0, 1, 1, 0},
	    ROOT,
	    {".config/description", "Words & more\n", 0, 1, 1, 0},
	    {"Posts/1.md", POST("One", ""), 0, 1, 1, 0},
	};
	struct fx fx;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, described, COUNT(described), NULL);
	assert_has(&fx, "/", "</h1>\n<p>Words &amp; more</p>\n");
	assert_has_not(&fx, "/Posts", "<p>Words");
	fx_free(&fx);
}

/* ---- a run upon another makes the bytes that a first one makes ---- */

#define NFILES 14

struct edits {
	char text[NFILES][512];
	int there[NFILES];
	int64_t updated[NFILES];
	uint32_t seed;
};

static uint32_t
any(struct edits *e, uint32_t n)
{
	e->seed = e->seed * 1664525 + 1013904223;
	return (e->seed >> 8) % n;
}

static const char *const paths[NFILES] = {"About.md",
					  "P/a.md",
					  "P/a.de.md",
					  "P/b.md",
					  "P/c/d.md",
					  "P/c/e",
					  "Q/f.md",
					  "Q/g.md",
					  ".templates/entry.mustache",
					  "P/h.md",
					  "P/i.md",
					  ".config/blog_name",
					  ".config/per_page",
					  "static/css/style.css"};

static void
edit(struct edits *e, size_t i, int64_t now)
{
	static const char *const tags[] = {"", "x", "x, y", "y, z", "w"};
	static const char *const authors[] = {"ann", "bo", "[c](/c)"};
	char *t = e->text[i];

	e->updated[i] = now;
	if (strstr(paths[i], "mustache") != NULL)
		snprintf(t, 512, "<li>{{title}}%s</li>\n",
			 any(e, 2) ? " {{#tags}}{{name}}{{/tags}}" : "{{#x}}");
	else if (strstr(paths[i], "per_page") != NULL)
		snprintf(t, 512, "%u", 1 + any(e, 4));
	else if (paths[i][0] == '.' || paths[i][0] == 's')
		snprintf(t, 512, "name%u", any(e, 3));
	else
		snprintf(t, 512,
			 "---\ntitle: T%u\nauthor: %s\ntags: %s\n"
			 "abstract: A%u\n%s---\nBody %u, [other](/P/a)\n",
			 any(e, 4), authors[any(e, 3)], tags[any(e, 5)],
			 any(e, 3), any(e, 4) == 0 ? "lang: fr\n" : "",
			 any(e, 100));
}

static size_t
files_of(const struct edits *e, const struct edits *before,
	 struct fx_file files[NFILES + 1])
{
	size_t i, n = 0;

	files[n++] = (struct fx_file){UUID, 0, 1, 1, before != NULL};
	for (i = 0; i < NFILES; i++) {
		if (!e->there[i])
			continue;
		files[n].path = paths[i];
		files[n].text = e->text[i];
		files[n].len = 0;
		files[n].created = 1000000 * (int64_t)(i + 1);
		files[n].updated = e->updated[i];
		files[n++].same = before != NULL && before->there[i] &&
				  strcmp(before->text[i], e->text[i]) == 0;
	}
	return n;
}

static void
assert_same(struct fx *one, struct fx *other)
{
	size_t i;
	char path[256];
	char *body;

	assert_int_equal(site_npages(one->site), site_npages(other->site));
	for (i = 0; i < site_npages(one->site); i++) {
		struct slice p = site_page(one->site, i)->path;

		snprintf(path, sizeof(path), "%.*s", (int)p.len, p.data);
		if (site_page(one->site, i)->status == 301)
			continue;
		body = strdup(fx_body(one, path));
		if (strcmp(body, fx_body(other, path)) != 0)
			fail_msg("%s differs:\n%s\n---\n%s", path, body,
				 fx_body(other, path));
		free(body);
	}
}

static void
change(struct edits *e, unsigned round)
{
	unsigned k;

	for (k = 1 + any(e, 3); k > 0; k--) {
		size_t i = any(e, NFILES);

		if (i > 1 && any(e, 4) == 0)
			e->there[i] = !e->there[i];
		else
			edit(e, i, 20000000 + round * 86400);
	}
}

static void
test_incremental(void **state)
{
	static struct edits now, before;
	struct fx_file files[NFILES + 1];
	static struct fx chain[150];
	struct fx fresh;
	unsigned round;
	size_t i, n;

	(void)state;
	now.seed = 1;
	for (i = 0; i < NFILES; i++) {
		now.there[i] = 1;
		edit(&now, i, 1000000 * (int64_t)(i + 1));
	}
	for (round = 0; round < COUNT(chain); round++) {
		if (round > 0)
			change(&now, round);
		n = files_of(&now, round > 0 ? &before : NULL, files);
		fx_defaults(&chain[round]);
		fx_build(&chain[round], files, n,
			 round > 0 ? &chain[round - 1] : NULL);
		assert_non_null(chain[round].site);
		n = files_of(&now, NULL, files);
		fx_defaults(&fresh);
		fx_build(&fresh, files, n, NULL);
		assert_same(&chain[round], &fresh);
		fx_free(&fresh);
		if (round > 0)
			fx_free(&chain[round - 1]);
		before = now;
	}
	assert_true(chain[round - 1].reused > 0);
	fx_free(&chain[round - 1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_article),
	    cmocka_unit_test(test_neighbours),
	    cmocka_unit_test(test_related),
	    cmocka_unit_test(test_translations),
	    cmocka_unit_test(test_rtl_site),
	    cmocka_unit_test(test_pages),
	    cmocka_unit_test(test_zones),
	    cmocka_unit_test(test_archive_and_authors),
	    cmocka_unit_test(test_gives_way),
	    cmocka_unit_test(test_search_form),
	    cmocka_unit_test(test_description),
	    cmocka_unit_test(test_incremental),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
