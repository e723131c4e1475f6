/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/site/template.h"
#include "daemon/site/view.h"
#include "site_fixture.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define UUID	 ".config/uuid", "981361ca-e71d-4997-a52c-baeee78e4156\n"
#define POST	 "---\ntitle: A <b>\nauthor: h\ntags: x\n---\nText of *a*.\n"

/* ---- names: in the manual, in the list, in the code ---- */

static const struct {
	enum view_type object;
	enum template_name name;
	const char *text;
} fields[] = {
#define FIELD(object, name) {VIEW_##object, NAME_##name, #name},
    TEMPLATE_FIELDS(FIELD)};

static const char *const objects[] = {
#define OBJECT(object) #object,
    TEMPLATE_OBJECTS(OBJECT)};

static int
has_field(enum view_type object, const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(fields); i++)
		if (fields[i].object == object &&
		    strcmp(fields[i].text, name) == 0)
			return 1;
	return 0;
}

static char *
read_file(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[4096], *text = calloc(1, 1 << 20);
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", srcdir != NULL ? srcdir : ".",
		 name);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	return text;
}

/* A line ".\" object A B" tells of which objects the items are that follow. */
static size_t
count_items(char *manual)
{
	char *save, *line, *object, *name;
	size_t n = 0, i;
	char list[256] = "";

	for (line = strtok_r(manual, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, ".\\\" object ", 11) == 0)
			snprintf(list, sizeof(list), " %s ", line + 11);
		if (strncmp(line, ".It Va ", 7) != 0)
			continue;
		name = strtok_r(line + 7, " ", &object);
		for (i = 0; i < COUNT(objects); i++) {
			char word[32];

			snprintf(word, sizeof(word), " %s ", objects[i]);
			if (strstr(list, word) == NULL)
				continue;
			if (!has_field((enum view_type)i, name))
				fail_msg("%s has no %s", objects[i], name);
			n++;
		}
	}
	return n;
}

static void
test_manual_names(void **state)
{
	char *manual = read_file("doc/blogd-templates.5");

	(void)state;
	assert_int_equal(count_items(manual), COUNT(fields));
	free(manual);
}

/* ---- the theme's classes, ids and templates are in the manual ---- */

static void
assert_documented(const char *manual, char sign, const char *word, size_t len)
{
	char item[128];

	snprintf(item, sizeof(item), "%c%.*s", sign, (int)len, word);
	if (strstr(manual, item) == NULL)
		fail_msg("%s is not in the manual", item);
}

static void
check_attribute(const char *manual, const char *text, const char *attribute,
		char sign)
{
	const char *at = text;
	size_t n;

	while ((at = strstr(at, attribute)) != NULL) {
		at += strlen(attribute);
		while (*at != '"') {
			n = strcspn(at, " \"");
			if (strncmp(at, "{{", 2) != 0)
				assert_documented(manual, sign, at, n);
			at += n + (at[n] == ' ');
		}
	}
}

static void
test_manual_classes(void **state)
{
	static const char *const names[] = {
	    "archive",	 "article",	  "authors", "breadcrumbs", "byline",
	    "entry",	 "footer",	  "head",    "header",	    "listing",
	    "not-found", "search-result", "search",  "tag-list",    "tags"};
	char *manual = read_file("doc/blogd-templates.5"), path[256], *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "daemon/site/theme/%s.mustache",
			 names[i]);
		text = read_file(path);
		check_attribute(manual, text, " class=\"", '.');
		check_attribute(manual, text, " id=\"", '#');
		assert_documented(manual, ' ', names[i], strlen(names[i]));
		free(text);
	}
	free(manual);
}

/* ---- each object answers for its names and no others ---- */

static void
check_object(struct view *v, enum view_type type, const void *p)
{
	struct mustache_value object = {
	    .kind = MUSTACHE_OBJECT, .type = type, .p = p};
	int name;

#define NAME_TEXT(name) #name,
	static const char *const texts[] = {TEMPLATE_NAMES(NAME_TEXT)};

	for (name = 0; name < NAME__MAX; name++) {
		struct mustache_value out = {.kind = MUSTACHE_NONE};

		view_get(v, &object, name, &out);
		if ((out.kind != MUSTACHE_NONE) != has_field(type, texts[name]))
			fail_msg("%s.%s", objects[type], texts[name]);
	}
}

static void
test_objects(void **state)
{
	const struct fx_file files[] = {{UUID, 0, 1, 1, 0},
					{"Posts/a", POST, 0, 10, 10, 0}};
	struct fx fx;
	struct view v = {0};
	const struct article *a;
	struct view_author author = {0};
	struct view_date date = {0};
	struct view_link link = {{"a", 1}, {"/a", 2}, {"/a", 2}};

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, files, COUNT(files), NULL);
	v.s = fx.site;
	v.p = plan_find(fx.site, slice_of("/Posts/a"));
	a = v.p->list[0];
	author.article = a;
	author.author = a->written[0].tag;
	author.n = 1;
	date.say = a->say;
	check_object(&v, VIEW_ROOT, v.p);
	check_object(&v, VIEW_SITE, fx.site);
	check_object(&v, VIEW_PAGE, v.p);
	check_object(&v, VIEW_ARTICLE, a);
	check_object(&v, VIEW_ENTRY, a);
	check_object(&v, VIEW_CARD, a);
	check_object(&v, VIEW_DATE, &date);
	check_object(&v, VIEW_SAY, a->say);
	check_object(&v, VIEW_TAG, a->tagged[0].tag);
	check_object(&v, VIEW_AUTHOR, &author);
	check_object(&v, VIEW_YEAR, &fx.site->years[0]);
	check_object(&v, VIEW_LINK, &link);
	region_free(&v.tmp);
	fx_free(&fx);
}

/* ---- a repository's own templates ---- */

static void
build(struct fx *fx, const char *path, const char *template)
{
	const struct fx_file files[] = {{UUID, 0, 1, 1, 0},
					{path, template, 0, 1, 1, 0},
					{"Posts/a", POST, 0, 10, 10, 0}};

	fx_defaults(fx);
	fx_build(fx, files, COUNT(files), NULL);
}

static void
test_override(void **state)
{
	struct fx fx;

	(void)state;
	build(&fx, ".templates/article.mustache",
	      "{{>own}}[{{title}}|{{{content}}}|{{site.name}}]");
	assert_string_equal(fx_body(&fx, "/Posts/a"),
			    "[A &lt;b&gt;|<p>Text of <em>a</em>.</p>\n|"
			    "Canopy]");
	assert_true(fx_said(&fx, ".templates/article.mustache:1:4: there is no "
				 "template \"own\"; nothing is shown"));
	assert_true(fx_has(&fx, "/tags", "<h1>Tags</h1>"));
	assert_null(fx_page(&fx, "/.templates/article.mustache"));
	fx_free(&fx);
	build(&fx, ".templates/byline.mustache", "mine {{titel}}");
	assert_true(fx_has(&fx, "/Posts/a", "</h1>\nmine <ul"));
	assert_true(fx_said(&fx, ".templates/byline.mustache:1:8: no template "
				 "is given \"titel\"; nothing is shown"));
	fx_free(&fx);
}

static void
test_broken(void **state)
{
	struct fx fx;

	(void)state;
	build(&fx, ".templates/article.mustache", "a\n {{#b}}");
	assert_true(fx_said(&fx, ".templates/article.mustache:2:2: the section "
				 "\"b\" is not closed; the built-in template "
				 "is used instead"));
	assert_true(fx_has(&fx, "/Posts/a", "<main id=\"page.main\">"));
	fx_free(&fx);
	build(&fx, ".templates/article.mustache", "x{{>article}}");
	assert_true(fx_said(&fx, ".templates/article.mustache:1:2: partials "
				 "and sections are more than 64 deep"));
	assert_true(fx_has(&fx, "/Posts/a", "<main id=\"page.main\">"));
	fx_free(&fx);
	/* A part of all pages, whose fault is told of once. */
	build(&fx, ".templates/footer.mustache",
	      "a\n{{#site}}{{>footer}}{{/site}}");
	assert_string_equal(
	    buf_cstr(&fx.problems),
	    ".templates/footer.mustache:2:1: partials and sections are more "
	    "than 64 deep in one another here; the built-in templates are used "
	    "instead\n");
	fx_free(&fx);
}

/* What has no effect, though it may be meant to. */
static void
test_slips(void **state)
{
	static const char *const passed[] = {
	    ".templates/.x.swp", ".templates/x.mustache~",
	    ".templates/README.md", ".templates/tags.mustache"};
	struct fx fx;
	size_t i;

	(void)state;
	build(&fx, ".templates/foter.mustache", "x");
	assert_string_equal(buf_cstr(&fx.problems),
			    ".templates/foter.mustache:1:1: no template uses "
			    "it, and it takes the place of none\n");
	fx_free(&fx);
	build(&fx, ".templates/article.html", "x");
	assert_string_equal(buf_cstr(&fx.problems),
			    ".templates/article.html:1:1: is no template: "
			    "these are .templates/NAME.mustache, with a name "
			    "of at most 64 bytes\n");
	fx_free(&fx);
	build(&fx, ".templates/tags.mustache", "a\n\xff");
	assert_string_equal(buf_cstr(&fx.problems),
			    ".templates/tags.mustache:2:1: bytes that are not "
			    "UTF-8; browsers show something else for them\n");
	fx_free(&fx);
	for (i = 0; i < COUNT(passed); i++) {
		build(&fx, passed[i], "x");
		assert_string_equal(buf_cstr(&fx.problems), "");
		fx_free(&fx);
	}
}

/* The templates and bodies are known in the next run, which has no bytes of
 * them, wherever the template puts the body. */
static void
test_next_run(void **state)
{
	static const char *const templates[] = {
	    "{{{content}}}", "x{{{content}}}", "{{content}}", "none"};
	struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    {".templates/article.mustache", "", 0, 1, 1, 0},
	    {"Posts/a", POST, 0, 10, 10, 0}};
	struct fx fx[3];
	size_t i, j, k;

	(void)state;
	for (i = 0; i < COUNT(templates); i++) {
		files[1].text = templates[i];
		for (j = 0; j < 3; j++) {
			for (k = 0; k < COUNT(files); k++)
				files[k].same = j > 0;
			fx_defaults(&fx[j]);
			fx_build(&fx[j], files, COUNT(files),
				 j > 0 ? &fx[j - 1] : NULL);
			assert_non_null(fx[j].site);
			assert_true(fx_has(&fx[j], "/atom", "Text of"));
		}
		assert_int_equal(fx[2].composed, 0);
		assert_int_equal(fx[2].rendered, 0);
		assert_string_equal(fx_body(&fx[0], "/Posts/a"),
				    fx_body(&fx[2], "/Posts/a"));
		for (j = 3; j-- > 0;)
			fx_free(&fx[j]);
	}
}

/* ---- the policy ---- */

static void
test_policy(void **state)
{
	const struct fx_file files[] = {{UUID, 0, 1, 1, 0},
					{"Posts/a", POST, 0, 10, 10, 0}};
	const struct site_page *p;
	struct fx fx;

	(void)state;
	fx_defaults(&fx);
	strcpy(fx.set.csp, CSP_DEFAULT);
	fx_build(&fx, files, COUNT(files), NULL);
	p = fx_page(&fx, "/Posts/a");
	assert_non_null(
	    memmem(p->csp.data, p->csp.len, "; style-src 'self' 'sha256-", 27));
	assert_null(memmem(p->csp.data, p->csp.len, "script", 6));
	assert_null(memmem(p->csp.data, p->csp.len, "unsafe", 6));
	assert_true(fx_has(&fx, "/Posts/a", "<style>"));
	assert_false(fx_has(&fx, "/Posts/a", "rel=\"stylesheet\""));
	assert_int_equal(fx_page(&fx, "/atom")->csp.len, 0);
	fx_free(&fx);
	fx_defaults(&fx);
	strcpy(fx.set.csp, "style-src 'self'");
	fx_build(&fx, files, COUNT(files), NULL);
	assert_int_equal(fx_page(&fx, "/Posts/a")->csp.len, 0);
	assert_false(fx_has(&fx, "/Posts/a", "<style>"));
	assert_true(fx_has(&fx, "/Posts/a", "rel=\"stylesheet\""));
	fx_free(&fx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_manual_names),
	    cmocka_unit_test(test_manual_classes),
	    cmocka_unit_test(test_objects),
	    cmocka_unit_test(test_override),
	    cmocka_unit_test(test_broken),
	    cmocka_unit_test(test_slips),
	    cmocka_unit_test(test_next_run),
	    cmocka_unit_test(test_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
