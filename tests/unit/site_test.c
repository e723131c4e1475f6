/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "daemon/site/model.h"
#include "site_fixture.h"

#define UUID	 ".config/uuid", "981361ca-e71d-4997-a52c-baeee78e4156\n"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define POST(title) "---\ntitle: " title "\nauthor: hannes\n---\nText\n"

static const struct fx_file blog[] = {
    {".config/blog_name", " My <blog> \n", 0, 1, 1, 0},
    {".config/root", "https://blog.example/\n", 0, 1, 1, 0},
    {UUID, 0, 1, 1, 0},
    {".git/config", POST("hidden"), 0, 1, 1, 0},
    {"About.md", POST("About"), 0, 10, 10, 0},
    {"Index", POST("Home"), 0, 20, 25, 0},
    {"Old", "redirect: /About\n", 0, 5, 5, 0},
    {"Posts/A b",
     "---\ntitle: A & b\nauthor: [h](/h)\ntags: x, y & z, x\n"
     "abstract: An *abstract*\n---\nText of **A**\n",
     0, 30, 40, 0},
    {"Posts/\xc3\xa4.md", POST("Umlaut"), 0, 31, 31, 0},
    {"Posts/deep/c", "---\ntitle: C\nauthor: h\ntags: x\n---\nC\n", 0, 29, 29,
     0},
    {"Posts/A b~", POST("A copy"), 0, 1, 1, 0},
    {"Posts/README.md", "# Readme\n", 0, 1, 1, 0},
    {"README.md", "# Readme\n", 0, 1, 1, 0},
    {"static/a.bin", "\0\1\2", 3, 7, 7, 0},
    {"static/css/style.css", "b{}", 0, 7, 7, 0},
};

static void
test_addresses(void **state)
{
	static const char *const pages[] = {"/",
					    "/About",
					    "/Index",
					    "/Posts",
					    "/Posts/A b",
					    "/Posts/\xc3\xa4",
					    "/Posts/deep",
					    "/Posts/deep/c",
					    "/tags",
					    "/tags/x",
					    "/tags/y & z",
					    "/atom",
					    "/static/a.bin",
					    "/static/css/style.css",
					    ""};
	static const char *const none[] = {
	    "/.config/root", "/.git/config", "/README.md", "/README",
	    "/Posts/A b~",   "/static",	     "/push",	   "/tags/X"};
	struct fx fx;
	size_t i;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, blog, COUNT(blog), NULL);
	for (i = 0; i < COUNT(pages); i++)
		assert_non_null(fx_body(&fx, pages[i]));
	for (i = 0; i < COUNT(none); i++)
		assert_null(fx_page(&fx, none[i]));
	assert_true(fx_location_is(&fx, "/About.md", "/About"));
	assert_true(fx_location_is(&fx, "/Old", "/About"));
	assert_true(fx_location_is(&fx, "/Posts/\xc3\xa4.md", "/Posts/%C3%A4"));
	assert_int_equal(fx_page(&fx, "")->status, 404);
	assert_int_equal(fx_page(&fx, "/Posts")->modified, 40);
	assert_int_equal(fx_page(&fx, "/Posts/A b")->modified, 40);
	assert_string_equal(site_root(fx.site), "https://blog.example");
	assert_string_equal(buf_cstr(&fx.problems),
			    "Posts/README.md:1:1: left out: not an article (no "
			    "header with title "
			    "and author), nor below static/\n");
	assert_int_equal(site_nproblems(fx.site), 1);
	assert_int_equal(site_narticles(fx.site), 5);
	assert_memory_equal(fx_body(&fx, "/static/a.bin"), "\0\1\2", 3);
	assert_true(
	    slice_is(fx_page(&fx, "/static/css/style.css")->content_type,
		     "text/css; charset=utf-8"));
	fx_free(&fx);
}

static void
test_article(void **state)
{
	struct fx fx;
	const char *b;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, blog, COUNT(blog), NULL);
	b = fx_body(&fx, "/Posts/A b");
	assert_non_null(strstr(b, "<title>A &amp; b \xe2\x80\x93 My "
				  "&lt;blog&gt;</title>"));
	assert_non_null(strstr(b, "<link rel=\"canonical\" href=\""
				  "https://blog.example/Posts/A%20b\">"));
	assert_non_null(strstr(b, "content=\"An abstract\""));
	assert_non_null(strstr(b, "<h1 class=\"p-name\">A &amp; b</h1>"));
	assert_non_null(strstr(b, "rel=\"author\" href=\"/h\">h</a>"));
	assert_non_null(strstr(b, "<p>Text of <strong>A</strong></p>"));
	assert_non_null(strstr(b, "href=\"/tags/y%20%26%20z\">y &amp; z</a>"));
	assert_non_null(strstr(b, "href=\"/static/css/style.css\""));
	assert_non_null(strstr(b, " datetime=\"1970-01-01T00:00:30Z\">"
				  "1 January 1970</time>"));
	assert_non_null(
	    strstr(b, "<a href=\"/Posts\" aria-current=\"true\">Posts</a>"));
	assert_null(strstr(b, "<script>"));
	assert_null(strstr(b, "style=\""));
	fx_free(&fx);
}

/* The order of texts in a page. */
static void
assert_order(const char *body, const char *const *texts, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		body = strstr(body, texts[i]);
		assert_non_null(body);
	}
}

static void
test_lists(void **state)
{
	static const char *const newest[] = {
	    ">Umlaut</a></h2>", ">A &amp; b</a></h2>", "<em>abstract</em>",
	    ">C</a></h2>"};
	static const char *const menu[] = {"<nav", ">About</a>", ">Index</a>",
					   ">Posts</a>", "</nav>"};
	static const char *const tags[] = {
	    ">x</a> <span class=\"count\">2<",
	    ">y &amp; z</a> <span class=\"count\">1<"};
	struct fx fx;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, blog, COUNT(blog), NULL);
	assert_order(fx_body(&fx, "/Posts"), newest, COUNT(newest));
	assert_order(fx_body(&fx, "/Posts"), menu, COUNT(menu));
	assert_order(fx_body(&fx, "/tags"), tags, COUNT(tags));
	assert_false(fx_has(&fx, "/Posts", ">Home</a></h2>"));
	assert_true(
	    fx_has(&fx, "/tags/x", "<h1 class=\"p-name\">Tagged x</h1>"));
	assert_false(fx_has(&fx, "/tags/x", ">Umlaut</a></h2>"));
	assert_true(fx_has(&fx, "/", "<h1 class=\"p-name\">Home</h1>"));
	fx_free(&fx);
}

static void
test_index(void **state)
{
	const struct fx_file directory[] = {
	    {UUID, 0, 1, 1, 0},
	    {"About", POST("About"), 0, 1, 1, 0},
	    {".config/index_page", "/Posts/\n", 0, 1, 1, 0},
	    {"Posts/a", POST("Alpha"), 0, 1, 1, 0}};
	const struct fx_file missing[] = {
	    {UUID, 0, 1, 1, 0},
	    {"About", POST("About"), 0, 1, 1, 0},
	    {"Posts/a", POST("Alpha"), 0, 1, 1, 0}};
	struct fx fx;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, directory, COUNT(directory), NULL);
	assert_true(fx_has(&fx, "/", ">Alpha</a></h2>"));
	assert_false(fx_has(&fx, "/", ">About</a></h2>"));
	assert_int_equal(site_nproblems(fx.site), 0);
	fx_free(&fx);

	fx_defaults(&fx);
	fx_build(&fx, missing, COUNT(missing), NULL);
	assert_true(fx_has(&fx, "/", ">Alpha</a></h2>"));
	assert_true(fx_has(&fx, "/", ">About</a></h2>"));
	assert_int_equal(site_nproblems(fx.site), 0);
	fx_free(&fx);

	fx_defaults(&fx);
	strcpy(fx.set.index_page, "Nowhere");
	fx_build(&fx, missing, COUNT(missing), NULL);
	assert_true(fx_has(&fx, "/", ">About</a></h2>"));
	assert_true(fx_said(&fx, "Nowhere:1:1: there is no article"));
	fx_free(&fx);

	fx_defaults(&fx);
	strcpy(fx.set.index_page, "About.md");
	strcpy(fx.set.name, "Operator");
	strcpy(fx.set.url, "https://set.example/sub");
	fx_build(&fx, blog, COUNT(blog), NULL);
	assert_true(fx_has(&fx, "/", "<h1 class=\"p-name\">About</h1>"));
	assert_true(fx_has(&fx, "/", "Operator</title>"));
	assert_true(fx_has(&fx, "/", "<a href=\"/sub/Posts\">"));
	assert_true(fx_location_is(&fx, "/About.md", "/sub/About"));
	fx_free(&fx);
}

static void
test_clashes(void **state)
{
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    {"Index", POST("Home"), 0, 1, 1, 0},
	    {"Posts.md", POST("Both"), 0, 1, 1, 0},
	    {"Posts/a", POST("plain"), 0, 1, 1, 0},
	    {"Posts/a.md", POST("ending"), 0, 1, 1, 0},
	    {"Posts/b.md", POST("one"), 0, 1, 1, 0},
	    {"Posts/b.md.md", POST("two"), 0, 1, 1, 0},
	    {"atom", POST("atom"), 0, 1, 1, 0},
	    {"loop", "redirect: /loop\n", 0, 1, 1, 0},
	    {"push", POST("push"), 0, 1, 1, 0},
	    {"tags.md", POST("tags"), 0, 1, 1, 0},
	    {"tags/x", POST("x"), 0, 1, 1, 0}};
	struct fx fx;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, files, COUNT(files), NULL);
	assert_true(fx_has(&fx, "/Posts", "<ol class=\"posts\">"));
	assert_true(fx_has(&fx, "/Posts.md", "<h1 class=\"p-name\">Both</h1>"));
	assert_true(fx_said(&fx, "Posts.md:1:1: \"/Posts\" is the address"));
	assert_true(fx_has(&fx, "/Posts/a", "<h1 class=\"p-name\">plain</h1>"));
	assert_true(
	    fx_has(&fx, "/Posts/a.md", "<h1 class=\"p-name\">ending</h1>"));
	assert_true(fx_said(&fx, "Posts/a.md:1:1: \"/Posts/a\" is"));
	assert_true(fx_has(&fx, "/Posts/b", "<h1 class=\"p-name\">one</h1>"));
	assert_true(fx_location_is(&fx, "/Posts/b.md", "/Posts/b"));
	assert_true(
	    fx_has(&fx, "/Posts/b.md.md", "<h1 class=\"p-name\">two</h1>"));
	assert_true(fx_said(&fx, "atom:1:1: left out: its address"));
	assert_true(fx_said(&fx, "push:1:1: left out: its address"));
	assert_true(fx_said(&fx, "tags/x:1:1: left out: its address"));
	assert_true(fx_said(&fx, "loop:1:1: left out: it redirects to"));
	assert_true(fx_has(&fx, "/tags.md", "<h1 class=\"p-name\">tags</h1>"));
	assert_true(fx_has(&fx, "/tags", "<h1>Tags</h1>"));
	assert_null(fx_page(&fx, "/push"));
	assert_null(fx_page(&fx, "/loop"));
	fx_free(&fx);
}

static void
test_redirects(void **state)
{
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    {"Index", POST("Home"), 0, 1, 1, 0},
	    {"a.md", "---\nredirect: /x y?\xc3\xa4\n---\n", 0, 1, 1, 0},
	    {"b", "redirect: https://other.example/a\"b", 0, 1, 1, 0},
	    {"c", "redirect: javascript:x", 0, 1, 1, 0},
	    {"d", "redirect: //evil.example", 0, 1, 1, 0},
	    {"e", "redirect: relative", 0, 1, 1, 0},
	    {"f", "redirect: /x\x01y", 0, 1, 1, 0},
	    {"g", "redirect: /\\evil.example", 0, 1, 1, 0},
	    {"h", "redirect: /x\rSet-Cookie: y", 0, 1, 1, 0},
	    {"i", "redirect: mailto:x@y", 0, 1, 1, 0}};
	const char *refused[] = {"c", "d", "e", "f", "g", "h", "i"};
	struct fx fx;
	char said[64], path[8];
	size_t i;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, files, COUNT(files), NULL);
	assert_true(fx_location_is(&fx, "/a", "/x%20y?%C3%A4"));
	assert_true(fx_location_is(&fx, "/a.md", "/x%20y?%C3%A4"));
	assert_true(fx_location_is(&fx, "/b", "https://other.example/a%22b"));
	for (i = 0; i < COUNT(refused); i++) {
		snprintf(said, sizeof(said), "%s:1:1: left out: redirect",
			 refused[i]);
		snprintf(path, sizeof(path), "/%s", refused[i]);
		assert_true(fx_said(&fx, said));
		assert_null(fx_page(&fx, path));
	}
	fx_free(&fx);
}

static void
test_refused(void **state)
{
	const struct fx_file none[] = {{"README", "x", 0, 1, 1, 0}};
	const struct fx_file reserved[] = {{"atom", POST("atom"), 0, 1, 1, 0}};
	const struct fx_file unknown[] = {{"a", POST("a"), 0, 1, 1, 1}};
	struct fx fx;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, none, COUNT(none), NULL);
	assert_null(fx.site);
	assert_non_null(strstr(fx.err.text, "no article"));
	fx_free(&fx);
	fx_defaults(&fx);
	fx_build(&fx, none, 0, NULL);
	assert_null(fx.site);
	fx_free(&fx);
	fx_defaults(&fx);
	fx_build(&fx, reserved, COUNT(reserved), NULL);
	assert_null(fx.site);
	fx_free(&fx);
	fx_defaults(&fx);
	fx_build(&fx, unknown, COUNT(unknown), NULL);
	assert_null(fx.site);
	assert_non_null(strstr(fx.err.text, "full fetch"));
	fx_free(&fx);
}

/* Two snapshots hold the same pages with the same bytes. */
static void
assert_same_pages(const struct fx *a, const struct fx *b)
{
	const struct snapshot_entry *x, *y;
	struct snapshot_run p, q;
	uint32_t i;

	for (i = 0; (x = snapshot_at(a->snapshot, i)) != NULL; i++) {
		y = snapshot_at(b->snapshot, i);
		assert_non_null(y);
		assert_int_equal(slice_cmp(snapshot_path(a->snapshot, x),
					   snapshot_path(b->snapshot, y)),
				 0);
		assert_memory_equal(x->recipe, y->recipe, 32);
		assert_true(snapshot_run(a->snapshot, x, ENC_IDENTITY, &p));
		assert_true(snapshot_run(b->snapshot, y, ENC_IDENTITY, &q));
		assert_int_equal(p.head, q.head);
		assert_int_equal(p.body_len, q.body_len);
		assert_memory_equal(p.start, q.start, p.head + p.body_len);
	}
	assert_null(snapshot_at(b->snapshot, i));
}

/* Without any bytes, and from nothing: the same site. */
static void
test_incremental(void **state)
{
	struct fx_file files[COUNT(blog) + 1];
	struct fx first, second, third, fresh;
	size_t i, n = COUNT(blog);

	(void)state;
	fx_defaults(&first);
	fx_build(&first, blog, n, NULL);

	memcpy(files, blog, sizeof(blog));
	for (i = 0; i < n; i++)
		files[i].same = 1;
	fx_defaults(&second);
	fx_build(&second, files, n, &first);
	assert_non_null(second.site);
	assert_int_equal(second.rendered, 0);
	assert_int_equal(second.composed, 0);
	assert_string_equal(buf_cstr(&first.problems),
			    buf_cstr(&second.problems));
	assert_same_pages(&first, &second);

	/* A new directory changes the menu, so every page. */
	files[n] = (struct fx_file){"Zoo/new", POST("New"), 0, 50, 50, 0};
	fx_defaults(&third);
	fx_build(&third, files, n + 1, &second);
	assert_non_null(third.site);
	assert_int_equal(third.rendered, 1);
	assert_true(fx_has(&third, "/Posts/A b", ">Zoo</a>"));
	assert_true(fx_has(&third, "/Posts/A b", "Text of <strong>A"));
	assert_true(fx_has(&third, "/atom", "Text of &lt;strong&gt;A"));
	assert_memory_equal(fx_body(&third, "/static/a.bin"), "\0\1\2", 3);

	memcpy(files, blog, sizeof(blog));
	fx_defaults(&fresh);
	fx_build(&fresh, files, n + 1, NULL);
	assert_same_pages(&third, &fresh);
	fx_free(&fresh);
	fx_free(&third);
	fx_free(&second);
	fx_free(&first);
}

/* One more post in a directory that is there: its page and the lists. */
static void
test_one_post(void **state)
{
	struct fx_file files[COUNT(blog) + 1];
	struct fx first, second;
	size_t i, n = COUNT(blog);

	(void)state;
	fx_defaults(&first);
	fx_build(&first, blog, n, NULL);
	memcpy(files, blog, sizeof(blog));
	for (i = 0; i < n; i++)
		files[i].same = 1;
	files[n] = (struct fx_file){"Posts/new", POST("New"), 0, 50, 50, 0};
	fx_defaults(&second);
	fx_build(&second, files, n + 1, &first);
	/* The post and the one before it, /Posts, /tags, /archive and the year,
	 * /authors and the author, two feeds each of the site, /Posts and the
	 * author, and the sitemap. */
	assert_int_equal(second.composed, 15);
	fx_free(&second);
	fx_free(&first);
}

/* Other settings: what was rendered under the old ones does not count. */
static void
test_other_key(void **state)
{
	struct fx_file files[COUNT(blog)];
	struct fx first, second;
	size_t i;

	(void)state;
	fx_defaults(&first);
	fx_build(&first, blog, COUNT(blog), NULL);
	memcpy(files, blog, sizeof(blog));
	fx_defaults(&second);
	second.set.post_cpu_ms = 1000;
	fx_build(&second, files, COUNT(blog), &first);
	assert_int_equal(second.rendered, first.rendered);
	fx_free(&second);
	for (i = 0; i < COUNT(blog); i++)
		files[i].same = 1;
	fx_defaults(&second);
	second.set.post_cpu_ms = 1000;
	fx_build(&second, files, COUNT(blog), &first);
	assert_null(second.site);
	fx_free(&second);
	fx_defaults(&second);
	strcpy(second.set.csp, "default-src 'self'");
	fx_build(&second, files, COUNT(blog), &first);
	assert_int_equal(second.rendered, 0);
	assert_int_equal(second.reused, 0);
	assert_memory_equal(fx_body(&second, "/static/a.bin"), "\0\1\2", 3);
	fx_free(&second);
	fx_free(&first);
}

/* A catalogue with any byte changed, or cut: no crash, nothing out of bounds;
 * the files are there, so the site is made all the same. */
static void
test_bad_catalogue(void **state)
{
	struct fx first, second;
	struct snapshot *snapshot;
	size_t i, step;
	char saved;

	(void)state;
	fx_defaults(&first);
	fx_build(&first, blog, COUNT(blog), NULL);
	snapshot = first.snapshot;
	step = first.catalogue.len / 400 + 1;
	for (i = 0; i < first.catalogue.len; i += step) {
		saved = first.catalogue.data[i];
		first.catalogue.data[i] = (char)(saved ^ 0x81);
		fx_defaults(&second);
		fx_build(&second, blog, COUNT(blog), &first);
		assert_non_null(second.site);
		fx_free(&second);
		first.catalogue.data[i] = saved;
	}
	for (i = 0; i < first.catalogue.len; i += step) {
		size_t len = first.catalogue.len;

		first.catalogue.len = i;
		fx_defaults(&second);
		fx_build(&second, blog, COUNT(blog), &first);
		assert_non_null(second.site);
		assert_same_pages(&first, &second);
		fx_free(&second);
		first.catalogue.len = len;
	}
	assert_ptr_equal(snapshot, first.snapshot);
	fx_free(&first);
}

static void
test_over_budget(void **state)
{
	static char bomb[9000] = "---\ntitle: Bomb\nauthor: h\n---\n";
	const struct fx_file files[] = {{UUID, 0, 1, 1, 0},
					{"Index", POST("Home"), 0, 1, 1, 0},
					{"bomb", bomb, 0, 2, 2, 0}};
	struct fx_file later[3];
	struct fx fx, again;
	size_t i, n = strlen(bomb);

	(void)state;
	memcpy(bomb + n, "[a]: /", 6);
	memset(bomb + n + 6, 'u', 4000);
	memcpy(bomb + n + 4006, "\n\n<b>", 5);
	for (i = 0; i < 1200; i++)
		memcpy(bomb + n + 4011 + 3 * i, "[a]", 3);
	fx_defaults(&fx);
	fx_build(&fx, files, COUNT(files), NULL);
	assert_true(fx_said(&fx, "bomb:1:1: the text makes too much HTML"));
	assert_true(fx_has(&fx, "/bomb", "class=\"notice\""));
	assert_true(fx_has(&fx, "/bomb", "<pre>[a]: /uuuu"));
	assert_true(fx_has(&fx, "/bomb", "&lt;b&gt;[a][a]"));
	assert_true(fx_has(&fx, "/Index", "<p>Text</p>"));
	memcpy(later, files, sizeof(later));
	for (i = 0; i < 3; i++)
		later[i].same = 1;
	fx_defaults(&again);
	fx_build(&again, later, 3, &fx);
	assert_true(fx_said(&again, "bomb:1:1: the text makes too much HTML"));
	assert_same_pages(&fx, &again);
	fx_free(&again);
	fx_free(&fx);
}

/* Titles, authors, tags, abstracts and paths of every kind of byte: the pages
 * have the elements we wrote and no others. */
/* A <script> of data is none that browsers run. */
static void
assert_no_script(const char *html)
{
	static const char data[] = "<script type=\"application/ld+json\">{";
	const char *at = html;

	while ((at = strstr(at, "<script")) != NULL) {
		assert_memory_equal(at, data, sizeof(data) - 1);
		at = strstr(at, "}</script>\n");
		assert_non_null(at);
	}
}

static void
test_hostile(void **state)
{
	static const char evil[] = "</title><script>x</script>\"' onload=x "
				   "\x01\x7f\xff\xc0\xaf &lt; ]]> -->";
	char text[1024];
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    {".config/blog_name", evil, 0, 1, 1, 0},
	    {".config/root", "https://x\"><script>", 0, 1, 1, 0},
	    {"<script>\"'&?#%", text, 0, 1, 1, 0},
	    {"Index", POST("x"), 0, 1, 1, 0},
	    {"\"><img src=x>/y", text, 0, 1, 1, 0}};
	struct fx fx;
	size_t i;

	(void)state;
	snprintf(text, sizeof(text),
		 "title: %s\nauthor: %s\ntags: %s, .., a//b, \xff\nabstract: "
		 "%s\nauthor_url: javascript:x\n---\nx\n",
		 evil, evil, evil, evil);
	fx_defaults(&fx);
	fx_build(&fx, files, COUNT(files), NULL);
	assert_true(fx_said(&fx, ".config/root:1:1: not an http"));
	assert_true(fx_said(&fx, "author_url: neither"));
	assert_true(fx_said(&fx, "the tag \"..\" cannot be"));
	for (i = 0; i < site_npages(fx.site); i++) {
		const struct site_page *p = site_page(fx.site, i);
		struct buf b = {0};
		const char *html;

		if (!slice_is(p->content_type, "text/html; charset=utf-8"))
			continue;
		site_compose(fx.site, i, &b);
		html = buf_cstr(&b);
		assert_int_equal(strlen(html), b.len);
		assert_no_script(html);
		assert_null(strstr(html, "<img"));
		assert_null(strchr(html, '\x01'));
		assert_null(strchr(html, '\xff'));
		assert_null(strstr(html, "href=\"javascript"));
		assert_non_null(strstr(html, "</main>"));
		assert_null(strstr(strstr(html, "</title>") + 1, "</title>"));
		buf_free(&b);
	}
	fx_free(&fx);
}

/* Abstracts that are not given to a worker look as if they were. */
static void
test_plain_abstract(void **state)
{
	static const char *const abstracts[] = {
	    "Plain words",	 "It's (really) so, isn't it? - Yes.",
	    "a 1. b 2) c - d",	 "See www.example.org",
	    "www.example.org",	 "\xc3\xa4 -- \xc3\xb6... (c) 1-2",
	    "1. item",		 "- item",
	    "a*b*c _d_ `e`",	 "http://example.org/",
	    "ends with a \\",	 "[x]: y",
	    "# Heading",	 "a ~~b~~ <b>c</b> &amp; d",
	    "x@example.org and", "+ item"};
	struct markdown_limits limits = {1000, 4096};
	char text[256], out[4096 + NOTES_MAX];
	size_t i, len[MARKDOWN_OUTPUTS];
	struct fx fx;

	(void)state;
	for (i = 0; i < COUNT(abstracts); i++) {
		const struct fx_file files[] = {{"Index", text, 0, 1, 1, 0}};
		struct slice html, abstract = slice_of(abstracts[i]);

		snprintf(text, sizeof(text),
			 "---\ntitle: x\nauthor: y\nabstract: %s\n---\nx\n",
			 abstracts[i]);
		fx_defaults(&fx);
		fx_build(&fx, files, COUNT(files), NULL);
		assert_int_equal(
		    markdown_render(&limits, abstract, out, sizeof(out), len),
		    MARKDOWN_OK);
		html = fx.site->articles[0]->html[TEXT_ABSTRACT];
		assert_int_equal(html.len, len[MARKDOWN_HTML]);
		assert_memory_equal(html.data, out, html.len);
		fx_free(&fx);
	}
}

static void
test_reports(void **state)
{
	const struct fx_file files[] = {
	    {"Index", "---\ntitle: x\nbad\nauthor: y\n---\n###Head\n\xff\n", 0,
	     1, 1, 0},
	    {"a", "---\ntitle: x\nauthor: y\n", 0, 1, 1, 0},
	    {"b", "title: x\n---\n", 0, 1, 1, 0}};
	struct fx fx;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, files, COUNT(files), NULL);
	assert_true(fx_said(&fx, "Index:3:1: header line"));
	assert_true(fx_said(&fx, "Index:6:4: \"#\" without"));
	assert_true(fx_said(&fx, "Index:7:1: bytes that are not UTF-8"));
	assert_true(fx_said(&fx, "a:3:1: left out: no line \"---\""));
	assert_true(fx_said(&fx, "b:2:1: left out: the header has no \"auth"));
	assert_true(fx_said(&fx, ".config/uuid:1:1: missing"));
	/* Said once each, and counted. */
	assert_int_equal(site_nproblems(fx.site), 6);
	fx_free(&fx);
}

/* Linking is n log n: ten times the posts may not take fifty times as long. */
static double
link_time(size_t n)
{
	struct fx_file *files = calloc(n, sizeof(*files));
	struct timespec start, end;
	char *paths = malloc(n * 64);
	struct fx fx;
	uint8_t commit[OID_MAX] = {1};
	size_t i;

	for (i = 0; i < n; i++) {
		snprintf(paths + 64 * i, 64, "Posts/%zu/%zu/post-%zu.md",
			 i % 20, i % 7, i);
		files[i].path = paths + 64 * i;
		files[i].text = "title: t\nauthor: h\ntags: a, b, c\n---\nx\n";
		files[i].created = (int64_t)(i * 7919 % 5000);
	}
	fx_defaults(&fx);
	fx_source(&fx, files, n, commit, 1);
	fx.site = site_new(&fx.set, &fx.source, NULL, (struct slice){NULL, 0},
			   fx_report, &fx, &fx.err);
	assert_non_null(fx.site);
	for (i = 0; i < site_ntexts(fx.site); i++)
		site_text_done(fx.site, i, MARKDOWN_OK, slice_of("<p>x</p>\n"),
			       slice_of(""));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	assert_int_equal(site_link(fx.site, &fx.err), 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	fx_free(&fx);
	free(files);
	free(paths);
	return (double)(end.tv_sec - start.tv_sec) +
	       (double)(end.tv_nsec - start.tv_nsec) / 1e9;
}

static void
test_link_time(void **state)
{
	double small = link_time(1000), large = link_time(10000);

	(void)state;
	print_message("linking 10,000 articles: %.3f s\n", large);
	assert_true(large < 50 * (small + 0.001));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_article),
	    cmocka_unit_test(test_lists),
	    cmocka_unit_test(test_index),
	    cmocka_unit_test(test_clashes),
	    cmocka_unit_test(test_redirects),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_incremental),
	    cmocka_unit_test(test_one_post),
	    cmocka_unit_test(test_other_key),
	    cmocka_unit_test(test_bad_catalogue),
	    cmocka_unit_test(test_over_budget),
	    cmocka_unit_test(test_hostile),
	    cmocka_unit_test(test_plain_abstract),
	    cmocka_unit_test(test_reports),
	    cmocka_unit_test(test_link_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
