/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/site/escape.h"
#include "site_fixture.h"

#define UUID	 "981361ca-e71d-4997-a52c-baeee78e4156"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define SECOND	 1460227820 /* 2016-04-09T18:50:20Z */

static const char rich[] =
    "---\ntitle: A & <b>\nauthor: [hannes](/About) & co\n"
    "tags: operating system, C++\nabstract: An *abstract* with [link](x)\n"
    "---\n[rel](../y), [root](/z), [frag](#here), [abs](http://o/p?a=1&b=2)\n\n"
    "![pic](pic.png)\n\n<video src=v.mp4 poster=/p.png></video> ]]> &nbsp;\n"
    "<img src=i alt=k srcset='j 2x, /a,b, http://c 4x'>\n";

static const struct fx_file blog[] = {
    {".config/blog_name", "My blog", 0, 1, 1, 0},
    {".config/root", "https://blog.example", 0, 1, 1, 0},
    {".config/uuid", UUID "\n", 0, 1, 1, 0},
    {"Posts/A b", rich, 0, SECOND, SECOND + 60, 0},
    {"Posts/same", "title: Same\nauthor: x\n---\n", 0, SECOND, SECOND, 0},
};

/* ---- a strict reader of the XML that we write ---- */

static int
is_reference(const char *p)
{
	static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;",
					    "&#39;"};
	size_t i;

	for (i = 0; i < COUNT(known); i++)
		if (strncmp(p, known[i], strlen(known[i])) == 0)
			return 1;
	return 0;
}

/* Character data or an attribute's value up to one of `until`. */
static const char *
chars(const char *p, const char *until)
{
	while (*p != '\0' && strchr(until, *p) == NULL) {
		assert_true(*p != '<');
		assert_true((unsigned char)*p >= 0x20 || *p == '\n' ||
			    *p == '\t');
		if (*p == '&')
			assert_true(is_reference(p));
		p++;
	}
	return p;
}

/* A start tag, p behind "<"; its name goes to name.  Returns the end of it;
 * *empty tells of "/>". */
static const char *
start_tag(const char *p, char name[32], int *empty)
{
	size_t n = strcspn(p, " />");

	assert_true(n > 0 && n < 32);
	memcpy(name, p, n);
	name[n] = '\0';
	for (p += n; *p == ' ';) {
		n = strspn(++p, ":abcdefghijklmnopqrstuvwxyz");
		assert_true(n > 0 && strncmp(p + n, "=\"", 2) == 0);
		p = chars(p + n + 2, "\"");
		assert_int_equal(*p++, '"');
	}
	*empty = *p == '/';
	p += *empty;
	assert_int_equal(*p, '>');
	return p + 1;
}

static void
check_xml(const char *p, size_t len)
{
	static const char declaration[] =
	    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
	char stack[16][32];
	size_t depth = 0;
	int empty;

	assert_int_equal(strlen(p), len);
	assert_int_equal(utf8_check((struct slice){p, len}), len);
	assert_null(strstr(p, "\xef\xbf\xbe"));
	assert_int_equal(strncmp(p, declaration, strlen(declaration)), 0);
	p += strlen(declaration);
	do {
		assert_int_equal(*p++, '<');
		if (*p == '/') {
			size_t n = strlen(stack[--depth]);

			assert_int_equal(strncmp(p + 1, stack[depth], n), 0);
			assert_int_equal(p[1 + n], '>');
			p += n + 2;
		} else {
			assert_true(depth < 16);
			p = start_tag(p, stack[depth], &empty);
			depth += !empty;
		}
		p = chars(p, "<");
	} while (depth > 0);
	assert_string_equal(p, "");
}

static const char *
feed(struct fx *fx)
{
	const char *xml = fx_body(fx, "/atom");

	assert_non_null(xml);
	check_xml(xml, fx->body.len);
	return xml;
}

static void
test_feed(void **state)
{
	static const char *const parts[] = {
	    "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\">",
	    "<title>My blog</title>",
	    "<id>urn:uuid:" UUID "</id>",
	    "<updated>2023-11-14T22:13:20Z</updated>",
	    "<link rel=\"self\" type=\"application/atom+xml\" "
	    "href=\"https://blog.example/atom\"/>",
	    "<entry>\n<title>A &amp; &lt;b&gt;</title>",
	    "<link rel=\"alternate\" type=\"text/html\" "
	    "href=\"https://blog.example/Posts/A%20b\"/>",
	    "<id>urn:uuid:eef349f2-00da-5681-b9de-6c5f01be9083</id>",
	    "<published>2016-04-09T18:50:20Z</published>",
	    "<updated>2016-04-09T18:51:20Z</updated>",
	    "<author>\n<name>hannes &amp; co</name>\n"
	    "<uri>https://blog.example/About</uri>\n</author>",
	    "<category term=\"operating system\" "
	    "scheme=\"https://blog.example/tags/operating%20system\"/>",
	    "<category term=\"C++\" scheme=\"https://blog.example/tags/C++\"/>",
	    "<summary type=\"html\">&lt;p&gt;An &lt;em&gt;abstract",
	    "href=&quot;https://blog.example/Posts/x&quot;",
	    "</summary>",
	    "<content type=\"html\">",
	    "href=&quot;https://blog.example/y&quot;",
	    "href=&quot;https://blog.example/z&quot;",
	    "href=&quot;https://blog.example/Posts/A%20b#here&quot;",
	    "href=&quot;http://o/p?a=1&amp;amp;b=2&quot;",
	    "src=&quot;https://blog.example/Posts/pic.png&quot;",
	    "src=&quot;https://blog.example/Posts/v.mp4&quot;",
	    "poster=&quot;https://blog.example/p.png&quot;",
	    "]]&amp;gt; \xc2\xa0",
	    "srcset=&quot;https://blog.example/Posts/j 2x, "
	    "https://blog.example/a,b, http://c 4x&quot;",
	    "</content>\n</entry>",
	    "<title>Same</title>",
	};
	struct fx fx;
	const char *p;
	size_t i;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, blog, COUNT(blog), NULL);
	p = feed(&fx);
	for (i = 0; i < COUNT(parts); i++) {
		p = strstr(p, parts[i]);
		if (p == NULL)
			print_error("missing: %s\n", parts[i]);
		assert_non_null(p);
	}
	fx_free(&fx);
}

/* All articles of one second have an id of their own, and keep it when others
 * join. */
static void
test_same_second(void **state)
{
	struct fx_file files[COUNT(blog) + 1];
	struct fx fx;
	char id[2][64];
	const char *p;
	int round;

	(void)state;
	memcpy(files, blog, sizeof(blog));
	files[COUNT(blog)] = (struct fx_file){
	    "Posts/C", "title: C\nauthor: x\n---\n", 0, SECOND, SECOND, 0};
	for (round = 0; round < 2; round++) {
		fx_defaults(&fx);
		fx_build(&fx, files, COUNT(blog) + (size_t)round, NULL);
		p = strstr(feed(&fx), "<title>Same</title>");
		p = strstr(p, "<id>");
		snprintf(id[round], 64, "%.54s", p);
		fx_free(&fx);
	}
	assert_string_equal(id[0], id[1]);
	assert_null(strstr(id[0], "eef349f2-00da-5681-b9de-6c5f01be9083"));
}

static void
test_newest_ten(void **state)
{
	static char paths[30][16];
	struct fx_file files[31] = {{".config/uuid", UUID, 0, 1, 1, 0}};
	struct fx fx;
	const char *p;
	size_t i, n = 0;

	(void)state;
	for (i = 0; i < 30; i++) {
		snprintf(paths[i], sizeof(paths[i]), "p%02zu", i);
		files[i + 1] = (struct fx_file){paths[i],
						"title: x\nauthor: y\n---\n",
						0,
						100 + (int64_t)i,
						500 - (int64_t)i,
						0};
	}
	fx_defaults(&fx);
	fx_build(&fx, files, COUNT(files), NULL);
	p = feed(&fx);
	assert_non_null(strstr(p, "/p29\""));
	assert_non_null(strstr(p, "/p20\""));
	assert_null(strstr(p, "/p19\""));
	for (; (p = strstr(p, "<entry>")) != NULL; p++)
		n++;
	assert_int_equal(n, 10);
	fx_free(&fx);
}

static void
test_uuids(void **state)
{
	struct fx_file files[] = {
	    {".config/uuid", "not \"a\" <uuid>", 0, 1, 1, 0},
	    {"a", "title: x\nauthor: y\n---\n", 0, 1, 1, 0}};
	struct fx fx;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, files, 2, NULL);
	assert_true(fx_said(&fx, ".config/uuid:1:1: not a UUID"));
	feed(&fx);
	fx_free(&fx);
	fx_defaults(&fx);
	strcpy(fx.set.url, "https://blog.example");
	fx_build(&fx, files + 1, 1, NULL);
	assert_true(fx_said(&fx, ".config/uuid:1:1: missing"));
	assert_true(fx_said(&fx, "write d0160ca8-"));
	/* UUIDv5 of the URL namespace and the root. */
	assert_non_null(strstr(feed(&fx), "<id>urn:uuid:"
					  "d0160ca8-6342-5b44-9d64-"
					  "f6a6f8f06095</id>"));
	fx_free(&fx);
	/* Nobody is told to take an id that everybody else is told to take. */
	fx_defaults(&fx);
	fx_build(&fx, files + 1, 1, NULL);
	assert_true(fx_said(&fx, ".config/uuid:1:1: missing"));
	assert_true(fx_said(&fx, "write it into .config/root"));
	fx_free(&fx);
	fx_defaults(&fx);
	fx.set.preview = 1;
	strcpy(fx.set.url, "http://localhost:8080");
	fx_build(&fx, files + 1, 1, NULL);
	assert_false(fx_said(&fx, ".config/uuid"));
	fx_free(&fx);
}

/* ---- feeds of listings, pages, other formats ---- */

static void
test_listings(void **state)
{
	static const char *const feeds[] = {"/Posts/atom", "/tags/C++/atom",
					    "/tags/operating system/atom"};
	struct fx fx;
	const char *xml;
	size_t i;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, blog, COUNT(blog), NULL);
	for (i = 0; i < COUNT(feeds); i++) {
		xml = fx_body(&fx, feeds[i]);
		assert_non_null(xml);
		check_xml(xml, fx.body.len);
	}
	assert_non_null(
	    strstr(xml, "<title>My blog: operating system</title>"));
	/* UUIDv5 of the site's and the feed's address. */
	assert_non_null(strstr(xml,
			       "<id>urn:uuid:"
			       "65d3cdd1-fad1-5e32-82ea-918ef1c21518</id>"));
	assert_non_null(strstr(xml, "<updated>2016-04-09T18:51:20Z</updated>\n"
				    "<icon>"));
	assert_non_null(
	    strstr(xml, "<link rel=\"self\" type=\"application/atom+xml\" "
			"href=\"https://blog.example/tags/"
			"operating%20system/atom\"/>"));
	assert_non_null(strstr(xml, "href=\"https://blog.example/tags/"
				    "operating%20system\"/>"));
	assert_null(strstr(xml, "Same"));
	fx_free(&fx);
}

/* A page, and the number of its entries. */
static size_t
entries_of(struct fx *fx, const char *path, char *links, size_t room)
{
	const char *xml = fx_body(fx, path), *p;
	size_t n = 0;

	assert_non_null(xml);
	check_xml(xml, fx->body.len);
	links[0] = '\0';
	for (p = xml; (p = strstr(p, "<link rel=\"")) != NULL &&
		      p < strstr(xml, "<entry>");
	     p++) {
		const char *href = strstr(p, "href=\"") + 6;
		size_t used = strlen(links);

		snprintf(links + used, room - used, "%.*s=%.*s ",
			 (int)strcspn(p + 11, "\""), p + 11,
			 (int)strcspn(href + 20, "\""), href + 20);
	}
	for (p = xml; (p = strstr(p, "<entry>")) != NULL; p++)
		n++;
	return n;
}

static void
test_pages(void **state)
{
	static char paths[231][16];
	struct fx_file files[232] = {
	    {".config/root", "https://blog.example", 0, 1, 1, 0}};
	char links[1024], third[2][256];
	struct fx fx[2];
	size_t i, round;

	(void)state;
	for (i = 0; i < 231; i++) {
		snprintf(paths[i], sizeof(paths[i]), "D/p%03zu", i);
		files[i + 1] = (struct fx_file){
		    paths[i], "title: x\nauthor: y\n---\nText\n",
		    0,	      100 + (int64_t)i,
		    0,	      0};
	}
	for (round = 0; round < 2; round++) {
		fx_defaults(&fx[round]);
		fx_build(&fx[round], files, COUNT(files) - 1 + round,
			 round > 0 ? &fx[0] : NULL);
		assert_int_equal(
		    entries_of(&fx[round], "/atom", links, sizeof(links)), 10);
		assert_string_equal(links, "self=/atom alternate=/ first=/atom "
					   "next=/atom/2 last=/atom/4 ");
		assert_int_equal(
		    entries_of(&fx[round], "/atom/2", links, sizeof(links)),
		    20 + round);
		assert_string_equal(
		    links, "self=/atom/2 alternate=/ first=/atom "
			   "previous=/atom next=/atom/3 last=/atom/4 ");
		assert_int_equal(
		    entries_of(&fx[round], "/atom/4", links, sizeof(links)),
		    100);
		assert_string_equal(links,
				    "self=/atom/4 alternate=/ first=/atom "
				    "previous=/atom/3 last=/atom/4 ");
		assert_null(fx_body(&fx[round], "/atom/5"));
		assert_int_equal(
		    entries_of(&fx[round], "/atom/3", links, sizeof(links)),
		    100);
		assert_true(fx_has(&fx[round], "/atom/3", "/p219\"") ||
			    fx_has(&fx[round], "/atom/3", "/p199\""));
		assert_false(fx_has(&fx[round], "/atom/3", "<content"));
		snprintf(third[round], sizeof(third[0]), "%.255s",
			 fx_body(&fx[round], "/atom/3"));
	}
	/* A new article: itself, the lists, /atom and the page behind it, but
	 * none of the older pages. */
	assert_string_equal(third[0], third[1]);
	assert_true(fx[1].composed < 22);
	fx_free(&fx[1]);
	fx_free(&fx[0]);
}

static void
test_json(void **state)
{
	static const char *const parts[] = {
	    "{\"version\": \"https://jsonfeed.org/version/1.1\"",
	    "\"title\": \"My blog\"",
	    "\"home_page_url\": \"https://blog.example/\"",
	    "\"feed_url\": \"https://blog.example/feed.json\"",
	    "\"id\": \"urn:uuid:eef349f2-00da-5681-b9de-6c5f01be9083\"",
	    "\"url\": \"https://blog.example/Posts/A%20b\"",
	    "\"title\": \"A & <b>\"",
	    "\"content_html\": \"<p><a href=\\\"https://blog.example/y\\\"",
	    "\"summary\": \"An abstract with link\"",
	    "\"date_published\": \"2016-04-09T18:50:20Z\"",
	    "\"date_modified\": \"2016-04-09T18:51:20Z\"",
	    ("\"authors\": [{\"name\": \"hannes & co\",\n"
	     "\"url\": \"https://blog.example/About\"}]"),
	    "\"tags\": [\"operating system\",\n\"C++\"]",
	    "\"title\": \"Same\"",
	    "]}\n"};
	struct fx fx;
	const char *p;
	size_t i;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, blog, COUNT(blog), NULL);
	p = fx_body(&fx, "/feed.json");
	for (i = 0; i < COUNT(parts); i++) {
		p = strstr(p, parts[i]);
		if (p == NULL)
			print_error("missing: %s\n", parts[i]);
		assert_non_null(p);
	}
	assert_true(fx_has(&fx, "/tags/C++/feed.json", "My blog: C++"));
	assert_string_equal(fx_page(&fx, "/feed.json")->content_type.data,
			    "application/feed+json");
	fx_free(&fx);
}

/* Files of the repository at the addresses of feeds are preferred. */
static void
test_giving_way(void **state)
{
	struct fx_file files[COUNT(blog) + 3];
	struct fx fx;

	(void)state;
	memcpy(files, blog, sizeof(blog));
	files[COUNT(blog)] = (struct fx_file){
	    "Posts/atom", "title: Atoms\nauthor: x\n---\n", 0, 5, 5, 0};
	files[COUNT(blog) + 1] =
	    (struct fx_file){"robots.txt", "User-agent: *\n", 0, 5, 5, 0};
	files[COUNT(blog) + 2] =
	    (struct fx_file){"static/favicon.svg", "<svg/>", 0, 5, 5, 0};
	fx_defaults(&fx);
	fx_build(&fx, files, COUNT(files), NULL);
	assert_true(fx_has(&fx, "/Posts/atom", "<!"));
	assert_true(fx_said(&fx, "/Posts/atom:1:1: another page has"));
	assert_true(fx_has(&fx, "/Posts/feed.json", "My blog: Posts"));
	assert_string_equal(fx_body(&fx, "/robots.txt"), "User-agent: *\n");
	assert_false(fx_said(&fx, "robots"));
	assert_string_equal(fx_body(&fx, "/favicon.svg"), "<svg/>");
	assert_true(fx_has(&fx, "/atom",
			   "<icon>https://blog.example/favicon.svg</icon>"));
	fx_free(&fx);
}

/* A weight moves an article in a listing, not in its feed. */
static void
test_weight(void **state)
{
	struct fx_file files[COUNT(blog) + 1];
	struct fx fx;
	const char *xml;

	(void)state;
	memcpy(files, blog, sizeof(blog));
	files[COUNT(blog)] =
	    (struct fx_file){"Posts/Heavy",
			     "---\ntitle: Heavy\nauthor: x\nweight: 1\n---\n",
			     0,
			     5,
			     5,
			     0};
	fx_defaults(&fx);
	fx_build(&fx, files, COUNT(files), NULL);
	xml = fx_body(&fx, "/Posts/atom");
	assert_non_null(strstr(xml, "<title>Heavy</title>"));
	assert_true(strstr(xml, "<title>Heavy</title>") >
		    strstr(xml, "<title>Same</title>"));
	fx_free(&fx);
}

static void
test_sitemap(void **state)
{
	struct fx fx;
	const char *p;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, blog, COUNT(blog), NULL);
	p = fx_body(&fx, "/sitemap.xml");
	assert_non_null(p);
	assert_non_null(
	    strstr(p, "<url><loc>https://blog.example/Posts/A%20b</loc>"
		      "<lastmod>2016-04-09T18:51:20Z</lastmod></url>\n"));
	assert_non_null(strstr(p, "<loc>https://blog.example/</loc>"));
	assert_null(strstr(p, "atom"));
	assert_string_equal(fx_body(&fx, "/robots.txt"),
			    "User-agent: *\nAllow: /\n\n"
			    "Sitemap: https://blog.example/sitemap.xml\n");
	assert_true(fx_has(&fx, "/opensearch.xml",
			   "template=\"https://blog.example/search?q="
			   "{searchTerms}\""));
	assert_true(fx_has(&fx, "/favicon.svg", ">M</text>"));
	assert_int_equal(fx_page(&fx, "/favicon.ico")->status, 302);
	fx_free(&fx);
}

/* More than one sitemap can hold. */
static void
test_many_sitemaps(void **state)
{
	const size_t n = 50010;
	struct fx_file *files = calloc(n, sizeof(*files));
	char(*paths)[16] = calloc(n, sizeof(*paths));
	struct fx fx;
	size_t i;

	(void)state;
	for (i = 0; i < n; i++) {
		snprintf(paths[i], sizeof(paths[i]), "p%05zu", i);
		files[i] = (struct fx_file){
		    paths[i], "title: x\nauthor: y\n---\n", 0, 1, 1, 0};
	}
	fx_defaults(&fx);
	fx_plan(&fx, files, n);
	for (i = 0; i < site_npages(fx.site); i++) {
		const struct site_page *p = site_page(fx.site, i);

		if (p->path.len < 8 || memcmp(p->path.data, "/sitemap", 8) != 0)
			continue;
		buf_clear(&fx.body);
		site_compose(fx.site, i, &fx.body);
		if (slice_is(p->path, "/sitemap.xml"))
			assert_non_null(strstr(
			    buf_cstr(&fx.body),
			    "<sitemap><loc>http://localhost/sitemap-2.xml"
			    "</loc></sitemap>\n</sitemapindex>"));
		else if (slice_is(p->path, "/sitemap-2.xml"))
			assert_non_null(
			    strstr(buf_cstr(&fx.body), "/p50009</loc>"));
		else
			assert_non_null(
			    strstr(buf_cstr(&fx.body), "/p00000</loc>"));
	}
	fx_free(&fx);
	free(files);
	free(paths);
}

/* Any bytes in any field: well-formed XML, nothing but our elements. */
static void
test_hostile(void **state)
{
	uint32_t seed = 5;
	char noise[6][40], text[1024];
	struct fx_file files[3] = {{".config/uuid", UUID, 0, 1, 1, 0},
				   {".config/blog_name", noise[5], 0, 1, 1, 0},
				   {0}};
	struct fx fx;
	int round;
	size_t i, j;

	(void)state;
	for (round = 0; round < 300; round++) {
		for (i = 0; i < 6; i++) {
			for (j = 0; j < 39; j++) {
				seed = seed * 1664525u + 1013904223u;
				noise[i][j] = (char)(seed >> 17);
				if (noise[i][j] == '\n' || noise[i][j] == '\0')
					noise[i][j] = "<>&]\"'"[j % 6];
			}
			noise[i][39] = '\0';
		}
		noise[0][0] = noise[1][0] = 'x';
		snprintf(
		    text, sizeof(text),
		    "title: %s\nauthor: %s\ntags: %s\nabstract: %s\n---\n%s\n",
		    noise[0], noise[1], noise[2], noise[3], noise[4]);
		files[2] =
		    (struct fx_file){"a", text, 0, (int64_t)seed << 20, 0, 0};
		fx_defaults(&fx);
		fx_build(&fx, files, 3, NULL);
		assert_non_null(fx.site);
		feed(&fx);
		fx_free(&fx);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_feed),
	    cmocka_unit_test(test_same_second),
	    cmocka_unit_test(test_newest_ten),
	    cmocka_unit_test(test_uuids),
	    cmocka_unit_test(test_listings),
	    cmocka_unit_test(test_pages),
	    cmocka_unit_test(test_json),
	    cmocka_unit_test(test_giving_way),
	    cmocka_unit_test(test_weight),
	    cmocka_unit_test(test_sitemap),
	    cmocka_unit_test(test_many_sitemaps),
	    cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
