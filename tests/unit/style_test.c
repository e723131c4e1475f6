/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "daemon/site/search.h"
#include "site_fixture.h"

/* Pages hold the built-in style sheets for what is in them, and no more. */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define UUID	 ".config/uuid", "12345678-9abc-4def-8123-456789abcdef"
#define FILE(path, text)                 \
	{                                \
		path, text, 0, 10, 10, 0 \
	}
#define POST(path, body) FILE(path, "title: t\nauthor: h\n---\n" body)

/* A letter for each sheet, and what only that one holds. */
static const struct {
	char letter;
	const char *mark;
} sheets[] = {
    [STYLE_BASE] = {'b', "header.site{"}, [STYLE_LIST] = {'l', ".posts h2{"},
    [STYLE_TEXT] = {'t', "code,kbd"},	  [STYLE_FIGURE] = {'f', "hr{"},
    [STYLE_ASIDE] = {'a', ".alert{"},	  [STYLE_CODE] = {'c', "pre .k{"},
    [STYLE_MATH] = {'m', "mtd:first"},
};
_Static_assert(COUNT(sheets) == STYLE__MAX, "a sheet without a letter");

static const char *
held(struct fx *fx, const char *path)
{
	static char letters[STYLE__MAX + 1];
	size_t i, n = 0;

	for (i = 0; i < COUNT(sheets); i++)
		if (fx_has(fx, path, sheets[i].mark))
			letters[n++] = sheets[i].letter;
	letters[n] = '\0';
	return letters;
}

static void
check(struct fx *fx, const char *const (*wanted)[2], size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(held(fx, wanted[i][0]), wanted[i][1]) != 0)
			fail_msg("%s holds %s, not %s", wanted[i][0],
				 held(fx, wanted[i][0]), wanted[i][1]);
}

static void
build(struct fx *fx, const struct fx_file *files, size_t n)
{
	fx_defaults(fx);
	strcpy(fx->set.csp, CSP_DEFAULT);
	fx_build(fx, files, n, NULL);
}

/* ---- articles ---- */

static const struct fx_file articles[] = {
    {UUID, 0, 1, 1, 0},
    FILE("static/p.txt", "x"),
    POST("P/plain", "A *text* with a [link](/P/code).\n"),
    POST("P/code", "    code\n"),
    POST("P/colours", "```c\nint x;\n```\n"),
    POST("P/maths", "$x^2$\n"),
    POST("P/image", "![x](/static/p.txt)\n"),
    POST("P/quote", "> Said.\n"),
    POST("P/rule", "a\n\n***\n"),
    POST("P/table", "|a|\n|-|\n|b|\n"),
    POST("P/task", "- [ ] a\n"),
    POST("P/alert", "> [!TIP]\n> b\n"),
    POST("P/footnote", "a[^1]\n\n[^1]: b\n"),
    POST("P/raw", "<table><tr><td>a</td></tr></table>\n"),
    POST("P/video", "<video src=\"/static/p.txt\"></video>\n"),
    POST("P/terms", "<dl><dt>a</dt><dd>b</dd></dl>\n"),
    POST("P/class", "<p class=\"mine\">a</p>\n"),
    POST("P/center", "<center>a</center>\n"),
    FILE("P/toc", "title: t\nauthor: h\ntoc: true\n---\n# A\n"),
    FILE("P/author", "title: t\nauthor: ![h](/static/p.txt)\n---\nb\n"),
};

static void
test_articles(void **state)
{
	static const char *const wanted[][2] = {
	    {"/P/plain", "bt"},	    {"/P/code", "bt"},
	    {"/P/colours", "btc"},  {"/P/maths", "btm"},
	    {"/P/image", "btf"},    {"/P/quote", "btf"},
	    {"/P/rule", "btf"},	    {"/P/table", "bta"},
	    {"/P/task", "bta"},	    {"/P/alert", "bta"},
	    {"/P/footnote", "bta"}, {"/P/raw", "bta"},
	    {"/P/video", "btf"},    {"/P/terms", "btf"},
	    {"/P/class", "bltfa"},  {"/P/center", "bltfa"},
	    {"/P/toc", "bta"},	    {"/P/author", "btf"},
	    {"/P", "bl"},	    {"/archive", "bl"},
	    {"/tags", "bl"},	    {"", "bl"},
	};
	struct fx fx, next;

	(void)state;
	build(&fx, articles, COUNT(articles));
	check(&fx, wanted, COUNT(wanted));
	/* What is known from the last run is not rendered again. */
	fx_defaults(&next);
	strcpy(next.set.csp, CSP_DEFAULT);
	strcpy(next.set.name, "Another");
	fx_build(&next, articles, COUNT(articles), &fx);
	check(&next, wanted, COUNT(wanted));
	fx_free(&next);
	fx_free(&fx);
}

/* ---- lists show abstracts ---- */

#define ABSTRACT(path, text) \
	FILE(path, "title: t\nauthor: h\nabstract: " text "\n---\nb\n")

static void
test_abstracts(void **state)
{
	static const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    ABSTRACT("A/plain", "words"),
	    ABSTRACT("B/code", "some `code`"),
	    ABSTRACT("C/image", "![x](/A/plain)"),
	};
	static const char *const wanted[][2] = {{"/A", "bl"},
						{"/B", "blt"},
						{"/C", "blf"},
						{"/B/code", "bt"},
						{"/archive", "bl"}};
	struct fx fx;
	struct buf page = {0};

	(void)state;
	build(&fx, files, COUNT(files));
	check(&fx, wanted, COUNT(wanted));
	search_page(fx.site, &page);
	assert_non_null(strstr(buf_cstr(&page), sheets[STYLE_TEXT].mark));
	assert_non_null(strstr(buf_cstr(&page), sheets[STYLE_FIGURE].mark));
	assert_null(strstr(buf_cstr(&page), sheets[STYLE_ASIDE].mark));
	buf_free(&page);
	fx_free(&fx);
}

/* ---- what nobody knows ---- */

static void
test_own_templates(void **state)
{
	static const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    FILE(".templates/footer.mustache", "<table></table>"),
	    POST("P/plain", "A.\n"),
	};
	static const char *const wanted[][2] = {
	    {"/P/plain", "bltfa"}, {"/P", "bltfa"}, {"/tags", "bltfa"}};
	struct fx fx;

	(void)state;
	build(&fx, files, COUNT(files));
	check(&fx, wanted, COUNT(wanted));
	fx_free(&fx);
}

/* ---- the policy ---- */

/* Every sheet's hash is in it, and each sheet is in a page as it was hashed. */
static void
test_hashes(void **state)
{
	struct fx fx;
	const struct site_page *p;
	struct buf policy = {0}, style = {0};
	uint8_t hash[32];
	unsigned char text[48];
	int i;

	(void)state;
	build(&fx, articles, COUNT(articles));
	p = fx_page(&fx, "/P/class");
	buf_add(&policy, p->csp.data, p->csp.len);
	for (i = 0; i < STYLE__MAX; i++) {
		const char *sheet = style_sheet((enum style_sheet)i);

		EVP_Digest(sheet, strlen(sheet), hash, NULL, EVP_sha256(),
			   NULL);
		EVP_EncodeBlock(text, hash, sizeof(hash));
		assert_non_null(strstr(buf_cstr(&policy), (char *)text));
		buf_clear(&style);
		buf_printf(&style, "<style>%s</style>", sheet);
		assert_true(fx_has(&fx,
				   i == STYLE_CODE   ? "/P/colours"
				   : i == STYLE_MATH ? "/P/maths"
						     : "/P/class",
				   buf_cstr(&style)));
	}
	buf_free(&policy);
	buf_free(&style);
	fx_free(&fx);
}

/* What most pages hold: about 3 kB. */
static void
test_size(void **state)
{
	size_t base = strlen(style_sheet(STYLE_BASE));

	(void)state;
	assert_in_range(base + strlen(style_sheet(STYLE_TEXT)), 1, 3400);
	assert_in_range(base + strlen(style_sheet(STYLE_LIST)), 1, 3000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_articles),
	    cmocka_unit_test(test_abstracts),
	    cmocka_unit_test(test_own_templates),
	    cmocka_unit_test(test_hashes),
	    cmocka_unit_test(test_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
