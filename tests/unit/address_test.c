/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/site/model.h"
#include "site_fixture.h"

/* Where files are found, in what dialect they are written, and when. */

#define UUID	 ".config/uuid", "981361ca-e71d-4997-a52c-baeee78e4156\n"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NOW	 1700000000 /* 2023-11-14T22:13:20Z, fx_defaults */

#define POST(title)	   "---\ntitle: " title "\nauthor: hannes\n---\nText\n"
#define SAYS(title, lines) "---\ntitle: " title "\n" lines "\n---\nText\n"

static void
build(struct fx *fx, const struct fx_file *files, size_t n)
{
	fx_defaults(fx);
	fx_build(fx, files, n, NULL);
	assert_non_null(fx->site);
}

static const struct article *
article(const struct fx *fx, const char *path)
{
	size_t i;

	for (i = 0; i < fx->site->narticles; i++)
		if (slice_is(fx->site->articles[i]->file->path, path))
			return fx->site->articles[i];
	fail_msg("%s is no article", path);
	return NULL;
}

static int
is_served(struct fx *fx, const char *address, const char *title)
{
	char heading[128];
	const struct site_page *p = fx_page(fx, address);

	snprintf(heading, sizeof(heading), "%s</h1>", title);
	return p != NULL && p->status == 200 && fx_has(fx, address, heading);
}

/* ---- addresses that headers ask for ---- */

static void
test_permalinks(void **state)
{
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    {"Index", POST("Home"), 0, 1, 1, 0},
	    {"Posts/a.md", SAYS("A", "permalink: /old/a/"), 0, 1, 1, 0},
	    {"Posts/b.md", SAYS("B", "slug: bee"), 0, 1, 1, 0},
	    {"Posts/c.md", SAYS("C", "aliases: [/c, /x/c.html]"), 0, 1, 1, 0},
	    {"Posts/d", SAYS("D", "url: other\nredirect_from: d%20e"), 0, 1, 1,
	     0}};
	struct fx fx;

	(void)state;
	build(&fx, files, COUNT(files));
	assert_true(is_served(&fx, "/old/a", "A"));
	assert_true(fx_location_is(&fx, "/Posts/a", "/old/a"));
	assert_true(fx_location_is(&fx, "/Posts/a.md", "/old/a"));
	assert_true(is_served(&fx, "/Posts/bee", "B"));
	assert_true(fx_location_is(&fx, "/Posts/b.md", "/Posts/bee"));
	assert_null(fx_page(&fx, "/Posts/b"));
	assert_true(is_served(&fx, "/Posts/c", "C"));
	assert_true(fx_location_is(&fx, "/c", "/Posts/c"));
	assert_true(fx_location_is(&fx, "/x/c.html", "/Posts/c"));
	assert_true(is_served(&fx, "/other", "D"));
	assert_true(fx_location_is(&fx, "/Posts/d", "/other"));
	assert_true(fx_location_is(&fx, "/d e", "/other"));
	/* Its directory lists what is in it, wherever that is served. */
	assert_true(fx_has(&fx, "/Posts", "href=\"/old/a\""));
	assert_string_equal(buf_cstr(&fx.problems), "");
	fx_free(&fx);
}

static void
test_collisions(void **state)
{
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    {"About", POST("About"), 0, 1, 1, 0},
	    {"Posts/a.md", SAYS("A", "permalink: /About"), 0, 1, 1, 0},
	    {"Posts/b.md", SAYS("B", "permalink: /same"), 0, 1, 1, 0},
	    {"Posts/c.md", SAYS("C", "permalink: /same"), 0, 1, 1, 0},
	    {"Posts/d.md", SAYS("D", "alias: /Posts"), 0, 1, 1, 0},
	    {"Posts/e.md", SAYS("E", "alias: /tags/x"), 0, 1, 1, 0},
	    {"Posts/f.md", SAYS("F", "aliases: [/same, /f, /Posts/f]"), 0, 1, 1,
	     0},
	    {"Posts/g.md", SAYS("G", "slug: a"), 0, 1, 1, 0}};
	struct fx fx;

	(void)state;
	build(&fx, files, COUNT(files));
	assert_true(is_served(&fx, "/About", "About"));
	assert_true(is_served(&fx, "/Posts/a", "A"));
	assert_true(fx_said(&fx, "Posts/a.md:1:1: \"/About\" is the address of "
				 "something else, so it is not the permalink"));
	assert_true(is_served(&fx, "/same", "B"));
	assert_true(is_served(&fx, "/Posts/c", "C"));
	assert_true(fx_said(&fx, "Posts/c.md:1:1: \"/same\" is the address"));
	assert_true(fx_said(&fx, "Posts/d.md:1:1: \"/Posts\" is the address of "
				 "something else, so it is no alias"));
	assert_true(fx_said(&fx, "Posts/e.md:1:1: \"/tags/x\" is the address"));
	assert_true(fx_said(&fx, "Posts/f.md:1:1: \"/same\" is the address"));
	assert_true(fx_location_is(&fx, "/f", "/Posts/f"));
	assert_true(is_served(&fx, "/Posts/f", "F"));
	assert_true(fx_said(&fx, "Posts/g.md:1:1: \"/Posts/a\" is the address "
				 "of something else, so this file keeps its"));
	assert_true(is_served(&fx, "/Posts/g.md", "G"));
	fx_free(&fx);
}

static void
test_bundles(void **state)
{
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    {"index.md", POST("Home"), 0, 1, 1, 0},
	    {"posts/index.md", POST("Posts"), 0, 1, 1, 0},
	    {"posts/x/index.md", POST("X"), 0, 1, 1, 0},
	    {"posts/x/p.png", "png", 0, 1, 1, 0},
	    {"posts/x/more/q.pdf", "pdf", 0, 1, 1, 0},
	    {"posts/x/notes.txt", "stray", 0, 1, 1, 0},
	    {"posts/y/index.markdown", SAYS("Y", "slug: why"), 0, 1, 1, 0}};
	struct fx fx;

	(void)state;
	build(&fx, files, COUNT(files));
	assert_true(is_served(&fx, "/posts/x", "X"));
	assert_true(fx_location_is(&fx, "/posts/x/index.md", "/posts/x"));
	assert_true(fx_has(&fx, "/posts/x/p.png", "png"));
	assert_true(slice_is(fx_page(&fx, "/posts/x/p.png")->content_type,
			     "image/png"));
	assert_true(fx_has(&fx, "/posts/x/more/q.pdf", "pdf"));
	assert_null(fx_page(&fx, "/posts/x/notes.txt"));
	assert_true(fx_said(&fx, "posts/x/notes.txt:1:1: left out: not an"));
	assert_true(is_served(&fx, "/posts/why", "Y"));
	assert_true(is_served(&fx, "/posts/index", "Posts"));
	assert_true(fx_has(&fx, "/posts", ">X</a>"));
	assert_true(is_served(&fx, "/index", "Home"));
	fx_free(&fx);
}

static void
test_weights(void **state)
{
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    {"P/a", SAYS("Aa", ""), 0, 1, 1, 0},
	    {"P/b", SAYS("Bb", "weight: 2"), 0, 2, 2, 0},
	    {"P/c", SAYS("Cc", "weight: -1"), 0, 3, 3, 0},
	    {"P/d", SAYS("Dd", ""), 0, 4, 4, 0}};
	static const char *const order[] = {">Cc</a>", ">Bb</a>", ">Dd</a>",
					    ">Aa</a>"};
	const char *body;
	struct fx fx;
	size_t i;

	(void)state;
	build(&fx, files, COUNT(files));
	body = fx_body(&fx, "/P");
	for (i = 0; i < COUNT(order); i++) {
		body = strstr(body, order[i]);
		assert_non_null(body);
	}
	/* Where all are, the date alone counts. */
	assert_true(slice_is(fx.site->newest[0]->title, "Dd"));
	fx_free(&fx);
}

/* ---- dialects ---- */

static void
test_jekyll(void **state)
{
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    {"CNAME", "x.example\n", 0, 1, 1, 0},
	    {"Gemfile", "gem 'x'\n", 0, 1, 1, 0},
	    {"README.md", "# x\n", 0, 1, 1, 0},
	    {"_config.yml", "title: x\n", 0, 1, 1, 0},
	    {"_drafts/later.md", POST("Later"), 0, 1, 1, 0},
	    {"_includes/a.html", "---\n---\n", 0, 1, 1, 0},
	    {"_layouts/a.html", "---\nlayout: x\n---\n", 0, 1, 1, 0},
	    {"_posts/2020-01-02-my-first_post.md",
	     "---\ncategories: News big\n---\nText\n", 0, 99, 99, 0},
	    {"_posts/2020-01-03-b.html", SAYS("B", "date: 2021-05-06 01:02:03"),
	     0, 99, 100, 0},
	    {"_posts/sub/2020-01-04-c.markdown", SAYS("C", "slug: sea"), 0, 99,
	     99, 0},
	    {"_posts/2020-13-04-d.md", POST("D"), 0, 99, 99, 0},
	    {"_script.rb", "x\n", 0, 1, 1, 0},
	    {"about.md", SAYS("About", "permalink: /assets/"), 0, 1, 1, 0},
	    {"assets/a/b.md", POST("no"), 0, 1, 1, 0},
	    {"assets/p.css", "css", 0, 1, 1, 0},
	    {"blog.md", SAYS("Blog", "permalink: /blog/"), 0, 1, 1, 0},
	    {"blog/_posts/2020-01-05-e.md", SAYS("E", "author: x"), 0, 99, 99,
	     0},
	    {"index.md", SAYS("Home", ""), 0, 1, 1, 0}};
	struct fx fx;

	(void)state;
	build(&fx, files, COUNT(files));
	assert_true(
	    is_served(&fx, "/2020/01/02/my-first_post", "My First Post"));
	assert_true(fx_location_is(&fx, "/2020/01/02/my-first_post.html",
				   "/2020/01/02/my-first_post"));
	assert_true(fx_location_is(&fx,
				   "/news/big/2020/01/02/my-first_post.html",
				   "/2020/01/02/my-first_post"));
	assert_true(fx_location_is(&fx, "/_posts/2020-01-02-my-first_post.md",
				   "/2020/01/02/my-first_post"));
	assert_int_equal(article(&fx, files[8].path)->created, 1577923200);
	assert_int_equal(article(&fx, files[8].path)->updated, 1577923200);
	assert_true(is_served(&fx, "/2020/01/03/b", "B"));
	assert_int_equal(article(&fx, files[9].path)->created, 1620262923);
	assert_true(is_served(&fx, "/2020/01/04/sea", "C"));
	assert_true(is_served(&fx, "/_posts/2020-13-04-d", "D"));
	assert_true(is_served(&fx, "/assets", "About"));
	assert_true(is_served(&fx, "/blog/2020/01/05/e", "E"));
	assert_true(is_served(&fx, "/blog", "Blog"));
	assert_null(fx_page(&fx, "/_posts"));
	assert_true(fx_has(&fx, "/assets/p.css", "css"));
	assert_true(is_served(&fx, "/", "Home"));
	assert_string_equal(
	    buf_cstr(&fx.problems),
	    "/blog:1:1: another page has this address, so the one that blogd "
	    "makes is left out\n");
	fx_free(&fx);
}

static void
test_hugo(void **state)
{
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    {"README.md", "# x\n", 0, 1, 1, 0},
	    {"archetypes/default.md", POST("{{ .Name }}"), 0, 1, 1, 0},
	    {"config.toml", "title = 'x'\n", 0, 1, 1, 0},
	    {"content/_index.md", "+++\ntitle = 'Top'\n+++\n", 0, 1, 1, 0},
	    {"content/about.md", "+++\ntitle = 'About'\n+++\nText\n", 0, 1, 1,
	     0},
	    {"content/posts/_index.md",
	     "+++\ntitle = 'All posts'\ndescription = 'of *us*'\n+++\n", 0, 1,
	     1, 0},
	    {"content/posts/a.md",
	     "+++\ntitle = 'A'\n[taxonomies]\ntags = ['x']\n+++\nText\n", 0, 1,
	     1, 0},
	    {"content/posts/b/index.md", "---\ntitle: 'B'\n---\nText\n", 0, 1,
	     1, 0},
	    {"content/posts/b/p.webp", "webp", 0, 1, 1, 0},
	    {"layouts/index.html", "---\n", 0, 1, 1, 0},
	    {"static/css/style.css", "b{}", 0, 1, 1, 0},
	    {"static/img/q.png", "png", 0, 1, 1, 0},
	    {"themes/t/x.md", POST("T"), 0, 1, 1, 0}};
	struct directory *dirs;
	struct fx fx;
	size_t n;

	(void)state;
	build(&fx, files, COUNT(files));
	assert_true(is_served(&fx, "/about", "About"));
	assert_true(fx_location_is(&fx, "/about.md", "/about"));
	assert_true(is_served(&fx, "/posts/a", "A"));
	assert_true(is_served(&fx, "/posts/b", "B"));
	assert_true(fx_has(&fx, "/posts/b/p.webp", "webp"));
	assert_true(fx_has(&fx, "/img/q.png", "png"));
	assert_true(fx_location_is(&fx, "/static/img/q.png", "/img/q.png"));
	assert_true(fx_has(&fx, "/static/css/style.css", "b{}"));
	assert_true(fx_has(&fx, "/posts", ">A</a>"));
	assert_null(fx_page(&fx, "/content"));
	assert_null(fx_page(&fx, "/posts/_index"));
	dirs = link_directories(fx.site, fx.site->shown, fx.site->nshown, &n);
	assert_int_equal(n, 1);
	assert_true(slice_is(dirs[0].path, "posts"));
	assert_true(slice_is(dirs[0].title, "All posts"));
	assert_true(slice_is(dirs[0].description, "of *us*"));
	free(dirs);
	assert_string_equal(
	    buf_cstr(&fx.problems),
	    "config.toml:1:1: a repository for Hugo or Zola: of its files only "
	    "those below content/ and static/ are published\n");
	fx_free(&fx);
}

/* Where Zola has them: without their date. */
static void
test_zola_dates(void **state)
{
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    {"content/posts/2020-01-02-a.md", POST("A"), 0, 1, 1, 0},
	    {"content/posts/2020-01-02-b/index.md", POST("B"), 0, 1, 1, 0},
	    {"content/posts/2020-01-02-b/p.webp", "webp", 0, 1, 1, 0},
	    {"content/posts/2020-01-02-c.md", POST("Old"), 0, 1, 1, 0},
	    {"content/posts/2020-13-02-d.md", POST("D"), 0, 1, 1, 0},
	    {"content/posts/2020-01-02-e.md", SAYS("E", "slug: f"), 0, 1, 1, 0},
	    {"content/posts/c.md", POST("New"), 0, 1, 1, 0},
	    {"zola.toml", "title = 'x'\n", 0, 1, 1, 0}};
	struct fx fx;

	(void)state;
	build(&fx, files, COUNT(files));
	assert_true(is_served(&fx, "/posts/2020-01-02-a", "A"));
	assert_true(fx_location_is(&fx, "/posts/a", "/posts/2020-01-02-a"));
	assert_true(is_served(&fx, "/posts/2020-01-02-b", "B"));
	assert_true(fx_location_is(&fx, "/posts/b", "/posts/2020-01-02-b"));
	assert_true(is_served(&fx, "/posts/c", "New"));
	assert_true(is_served(&fx, "/posts/2020-01-02-c", "Old"));
	assert_null(fx_page(&fx, "/posts/d"));
	assert_true(is_served(&fx, "/posts/f", "E"));
	assert_null(fx_page(&fx, "/posts/e"));
	assert_int_equal(article(&fx, "content/posts/2020-01-02-a.md")->created,
			 1577923200);
	assert_string_equal(
	    buf_cstr(&fx.problems),
	    "zola.toml:1:1: a repository for Hugo or Zola: of its files only "
	    "those below content/ and static/ are published\n");
	fx_free(&fx);
}

/* What both directories have is content/'s. */
static void
test_hugo_doubles(void **state)
{
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    {"config.toml", "title = 'x'\n", 0, 1, 1, 0},
	    {"content/img/q.png", "mine", 0, 1, 1, 0},
	    {"content/posts/a.md", POST("A"), 0, 1, 1, 0},
	    {"static/img/q.png", "other", 0, 1, 1, 0},
	    {"static/posts/a.md", "text", 0, 1, 1, 0},
	    {"static/posts/b.png", "b", 0, 1, 1, 0}};
	struct fx fx;

	(void)state;
	build(&fx, files, COUNT(files));
	assert_true(is_served(&fx, "/posts/a", "A"));
	assert_true(fx_location_is(&fx, "/posts/a.md", "/posts/a"));
	assert_true(fx_has(&fx, "/img/q.png", "mine"));
	assert_true(fx_has(&fx, "/posts/b.png", "b"));
	assert_string_equal(
	    buf_cstr(&fx.problems),
	    "config.toml:1:1: a repository for Hugo or Zola: of its files only "
	    "those below content/ and static/ are published\n"
	    "static/img/q.png:1:1: left out: \"content/img/q.png\" has its "
	    "address\n"
	    "static/posts/a.md:1:1: left out: \"content/posts/a.md\" has its "
	    "address\n");
	fx_free(&fx);
}

/* Nothing is fetched again for what is left out, until it is shown. */
static void
test_hugo_doubles_again(void **state)
{
	struct fx_file files[] = {{UUID, 0, 1, 1, 0},
				  {"config.toml", "title = 'x'\n", 0, 1, 1, 0},
				  {"content/posts/a.md", POST("A"), 0, 1, 1, 0},
				  {"static/img/q.png", "other", 0, 1, 1, 0},
				  {"content/img/q.png", "mine", 0, 1, 1, 0}};
	struct fx first, again, without;
	size_t i;

	(void)state;
	build(&first, files, COUNT(files));
	for (i = 0; i < COUNT(files); i++)
		files[i].same = 1;
	fx_defaults(&again);
	fx_build(&again, files, COUNT(files), &first);
	assert_non_null(again.site);
	assert_int_equal(again.composed, 0);
	fx_defaults(&without);
	fx_build(&without, files, COUNT(files) - 1, &again);
	assert_null(without.site);
	assert_non_null(strstr(without.err.text, "a full fetch is needed"));
	fx_free(&without);
	files[3].same = 0;
	fx_defaults(&without);
	fx_build(&without, files, COUNT(files) - 1, &again);
	assert_true(fx_has(&without, "/img/q.png", "other"));
	fx_free(&without);
	fx_free(&again);
	fx_free(&first);
}

/* Those of one second are in the order of their paths, in which place is no
 * path. */
static void
test_hugo_order(void **state)
{
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    {"config.toml", "title = 'x'\n", 0, 1, 1, 0},
	    {"content/a/1.md", POST("A"), 0, 1, 1, 0},
	    {"content/a/2.md", POST("B"), 0, 1, 1, 0},
	    {"content/a/3.md", POST("C"), 0, 1, 1, 0}};
	struct fx fx;

	(void)state;
	build(&fx, files, COUNT(files));
	assert_ptr_equal(fx.site->shown[0]->next, fx.site->shown[1]);
	assert_ptr_equal(fx.site->shown[1]->next, fx.site->shown[2]);
	assert_null(fx.site->shown[2]->next);
	assert_int_equal(fx.site->nyears, 1);
	assert_ptr_equal(fx.site->years[0].list[0], fx.site->shown[0]);
	assert_ptr_equal(fx.site->years[0].list[2], fx.site->shown[2]);
	fx_free(&fx);
}

/* A repository without their settings is Canopy's, whatever it is called. */
static void
test_canopy_keeps_its_paths(void **state)
{
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    {"_layouts/x.md", POST("L"), 0, 1, 1, 0},
	    {"content/a.md", POST("A"), 0, 1, 1, 0},
	    {"layouts/y", POST("Y"), 0, 1, 1, 0},
	    {"static/p.png", "png", 0, 1, 1, 0}};
	struct fx fx;

	(void)state;
	build(&fx, files, COUNT(files));
	assert_true(is_served(&fx, "/_layouts/x", "L"));
	assert_true(is_served(&fx, "/content/a", "A"));
	assert_true(is_served(&fx, "/layouts/y", "Y"));
	assert_true(fx_has(&fx, "/static/p.png", "png"));
	fx_free(&fx);
}

static void
test_authors(void **state)
{
	const struct fx_file files[] = {
	    {".config/author", "A & B\n", 0, 1, 1, 0},
	    {".config/blog_name", "Blog\n", 0, 1, 1, 0},
	    {UUID, 0, 1, 1, 0},
	    {"a", SAYS("A", ""), 0, 1, 1, 0},
	    {"b", SAYS("B", "authors: [Jo *J*, Al]"), 0, 1, 1, 0},
	    {"c", SAYS("C", "author: '*Jo*'"), 0, 1, 1, 0}};
	struct fx fx;

	(void)state;
	build(&fx, files, COUNT(files));
	assert_true(
	    slice_is(article(&fx, "a")->html[TEXT_AUTHOR], "A &amp; B"));
	assert_true(
	    slice_is(article(&fx, "b")->html[TEXT_AUTHOR], "Jo *J*\nAl"));
	assert_true(
	    slice_is(article(&fx, "c")->html[TEXT_AUTHOR], "<em>Jo</em>"));
	fx_free(&fx);
	fx_defaults(&fx);
	fx_build(&fx, files + 1, COUNT(files) - 1, NULL);
	assert_true(slice_is(article(&fx, "a")->authors, "Blog"));
	fx_free(&fx);
}

/* ---- times ---- */

static const struct fx_file timed[] = {
    {UUID, 0, 1, 1, 0},
    {"P/draft", SAYS("Draft", "draft: true\nexpires: 2023-11-16"), 0, 1, 1, 0},
    {"P/future", SAYS("Future", "date: 2023-11-15\nalias: /f"), 0, 1, 1, 0},
    {"P/gone", SAYS("Gone", "expires: 2023-11-14 22:13:20"), 0, 1, 1, 0},
    {"P/late", SAYS("Late", "publish: 2023-11-17\nexpires: 2023-11-17"), 0, 1,
     1, 0},
    {"P/now", SAYS("Now", "publish: 2023-11-14 22:13:20"), 0, 1, 1, 0},
    {"P/until", SAYS("Until", "expires: 2023-11-15 06:00"), 0, 1, 1, 0}};

static void
test_hidden(void **state)
{
	struct fx fx;

	(void)state;
	build(&fx, timed, COUNT(timed));
	assert_null(fx_page(&fx, "/P/draft"));
	assert_null(fx_page(&fx, "/P/future"));
	assert_null(fx_page(&fx, "/f"));
	assert_null(fx_page(&fx, "/P/gone"));
	assert_null(fx_page(&fx, "/P/late"));
	assert_true(is_served(&fx, "/P/now", "Now"));
	assert_true(is_served(&fx, "/P/until", "Until"));
	assert_false(fx_has(&fx, "/P", ">Future</a>"));
	assert_int_equal(site_next_change(fx.site), 1700006400);
	assert_int_equal(fx.site->nhidden, 4);
	assert_int_equal(fx_page(&fx, "/P")->modified, NOW);
	assert_int_equal(fx_page(&fx, "/atom")->modified, NOW);
	assert_true(
	    fx_has(&fx, "/atom", "<updated>2023-11-14T22:13:20Z</updated>"));
	fx_free(&fx);
}

/* The next run has no bytes of any file, only what the last one knew. */
static void
test_appears(void **state)
{
	struct fx_file same[COUNT(timed)];
	struct fx first, second, third;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(timed); i++) {
		same[i] = timed[i];
		same[i].same = 1;
	}
	build(&first, timed, COUNT(timed));
	fx_defaults(&second);
	second.set.now = 1700006400;
	fx_build(&second, same, COUNT(same), &first);
	assert_non_null(second.site);
	assert_int_equal(second.rendered, 0);
	assert_true(is_served(&second, "/P/future", "Future"));
	assert_true(fx_has(&second, "/P/future", "<p>Text</p>"));
	assert_true(fx_location_is(&second, "/f", "/P/future"));
	assert_true(fx_has(&second, "/P", ">Future</a>"));
	assert_int_equal(site_next_change(second.site), 1700028000);
	fx_defaults(&third);
	third.set.now = 1700028000;
	fx_build(&third, same, COUNT(same), &second);
	assert_null(fx_page(&third, "/P/until"));
	assert_true(is_served(&third, "/P/future", "Future"));
	assert_int_equal(site_next_change(third.site), DATE_NONE);
	fx_free(&third);
	fx_free(&second);
	fx_free(&first);
}

/* What is shown is the same whenever it is made. */
static void
test_now_is_in_no_page(void **state)
{
	struct fx first, second;
	size_t i;

	(void)state;
	build(&first, timed, COUNT(timed));
	fx_defaults(&second);
	second.set.now = NOW + 60;
	fx_build(&second, timed, COUNT(timed), &first);
	assert_int_equal(second.composed, 0);
	for (i = 0; i < site_npages(first.site); i++)
		assert_int_equal(site_page(first.site, i)->modified,
				 site_page(second.site, i)->modified);
	fx_free(&second);
	fx_free(&first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_permalinks),
	    cmocka_unit_test(test_collisions),
	    cmocka_unit_test(test_bundles),
	    cmocka_unit_test(test_weights),
	    cmocka_unit_test(test_jekyll),
	    cmocka_unit_test(test_hugo),
	    cmocka_unit_test(test_zola_dates),
	    cmocka_unit_test(test_hugo_doubles),
	    cmocka_unit_test(test_hugo_doubles_again),
	    cmocka_unit_test(test_hugo_order),
	    cmocka_unit_test(test_canopy_keeps_its_paths),
	    cmocka_unit_test(test_authors),
	    cmocka_unit_test(test_hidden),
	    cmocka_unit_test(test_appears),
	    cmocka_unit_test(test_now_is_in_no_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
