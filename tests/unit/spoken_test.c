/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/site/spoken.h"
#include "daemon/utf8.h"
#include "site_fixture.h"

/* What pages say, in which language. */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define UUID	 ".config/uuid", "12345678-9abc-4def-8123-456789abcdef"
#define FILE(path, text)                 \
	{                                \
		path, text, 0, 10, 10, 0 \
	}

/* ---- the built-in words ---- */

static size_t
count_words(struct slice row)
{
	size_t i, n = 1;

	for (i = 0; i < row.len; i++)
		n += row.data[i] == ' ';
	return n;
}

static void
test_complete(void **state)
{
	size_t i, j;

	(void)state;
	assert_true(spoken_languages >= 17);
	assert_true(slice_is(spoken_table[0].tag, "en"));
	for (i = 0; i < spoken_languages; i++) {
		const struct spoken *w = &spoken_table[i];

		for (j = 0; j < WORD__MAX; j++)
			if (w->text[j].len == 0 ||
			    !utf8_valid(w->text[j].data, w->text[j].len))
				fail_msg("%s: word %zu", w->tag.data, j);
		assert_int_equal(count_words(w->text[WORD_months]), 12);
	}
	/* A worker's words are known by what they are in English. */
	for (j = WORD_back; j < WORD__MAX; j++)
		assert_int_equal(spoken_of_text(spoken_table[0].text[j]), j);
	assert_int_equal(spoken_of_text(slice_of("Related")), WORD__MAX);
}

static void
test_tags(void **state)
{
	static const char *const cases[][2] = {
	    {"de", "de"}, {"DE-at", "de"},	{"den", "en"}, {"pt-BR", "pt"},
	    {"fi", "en"}, {"zh-Hant-TW", "zh"}, {"", "en"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		assert_true(slice_is(spoken_builtin(slice_of(cases[i][0]))->tag,
				     cases[i][1]));
}

static void
test_dates(void **state)
{
	static const char *const cases[][2] = {
	    {"en", "9 April 2016"},	{"de", "9. April 2016"},
	    {"fr", "9 avril 2016"},	{"es", "9 de abril de 2016"},
	    {"pl", "9 kwietnia 2016"},	{"ja", "2016年4月9日"},
	    {"sv", "9 april 2016"},	{"he", "9 באפריל 2016"},
	    {"ru", "9 апреля 2016 г."}, {"ko", "2016년 4월 9일"},
	};
	struct spoken own = *spoken_builtin(slice_of("en"));
	struct buf b = {0};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		buf_clear(&b);
		spoken_date(&b, spoken_builtin(slice_of(cases[i][0])), 2016, 4,
			    9);
		assert_string_equal(buf_cstr(&b), cases[i][1]);
	}
	/* Of a repository. */
	own.text[WORD_date] = slice_of("{m}{x} {{d}{ {n");
	own.text[WORD_months] = slice_of("one two");
	buf_clear(&b);
	spoken_date(&b, &own, 2016, 4, 9);
	assert_string_equal(buf_cstr(&b), "4{x} {9{ {n");
	buf_free(&b);
}

/* ---- .config/words ---- */

static void
test_reader(void **state)
{
	static const char text[] = "# words\n\n  search =  Find it \r\n"
				   "[de-AT]\nby=Vo = x\n[no tag]\n"
				   "nothing\nmade_up = x\ntip =\n[fr\n"
				   "tip = a\xff\nnote = \x01\n";
	static const struct {
		size_t line;
		const char *tag, *text, *problem;
	} cases[] = {
	    {3, "", "Find it", NULL},	 {5, "de-AT", "Vo = x", NULL},
	    {6, NULL, NULL, "language"}, {7, NULL, NULL, "word = text"},
	    {8, NULL, NULL, "no such"},	 {9, NULL, NULL, "1 to 300"},
	    {10, NULL, NULL, "tag"},	 {11, NULL, NULL, "UTF-8"},
	    {12, NULL, NULL, "control"},
	};
	struct spoken_reader r = {.rest = {text, sizeof(text) - 1}};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(spoken_next(&r), 1);
		assert_int_equal(r.line, cases[i].line);
		if (cases[i].problem != NULL) {
			assert_non_null(r.problem);
			assert_non_null(strstr(r.problem, cases[i].problem));
			continue;
		}
		assert_null(r.problem);
		assert_true(slice_is(r.tag, cases[i].tag));
		assert_true(slice_is(r.text, cases[i].text));
	}
	assert_int_equal(spoken_next(&r), 0);
}

/* ---- on pages ---- */

#define BODY                                                         \
	"> [!WARNING]\n> w\n\na[^1]\n\n[^1]: f\n\n|a|\n|-|\n|b|\n\n" \
	"    int main(void) { return 0; } /* long */\n\n"            \
	"$$a + b + c + d + e + f + g$$\n\n-\t[ ]\n\n"                \
	"\t> x\n"
#define POST "title: t\nauthor: h\ntags: x\n---\n" BODY
#define GERMAN                                                    \
	"title: d\nauthors: [a, b]\nlang: de\ndate: 2016-04-09\n" \
	"---\n" BODY

static const char english[] = "en", german[] = "de-AT", finnish[] = "fi";

static void
build(struct fx *fx, const char *lang, const char *words,
      const struct fx *previous)
{
	const struct fx_file files[] = {
	    {UUID, 0, 1, 1, 0},
	    FILE(".config/lang", lang),
	    FILE(".config/words", words),
	    FILE("Posts/a", POST),
	    FILE("Posts/d.md", "---\n" GERMAN),
	};

	fx_defaults(fx);
	fx_build(fx, files, COUNT(files), previous);
	assert_non_null(fx->site);
}

static void
check(struct fx *fx, const char *path, const char *const *texts, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!fx_has(fx, path, texts[i]))
			fail_msg("%s has no %s:\n%s", path, texts[i],
				 fx_body(fx, path));
}

static const char *const english_texts[] = {
    "<p class=\"alert-title\">Warning</p>",
    ">Footnotes</h2>",
    "aria-label=\"Back to reference 1\"",
    "aria-label=\"Table\"",
    "aria-label=\"Code\"",
    "aria-label=\"Formula\"",
};
static const char *const german_texts[] = {
    "<p class=\"alert-title\">Warnung</p>",
    ">Fußnoten</h2>",
    "aria-label=\"Zurück zur Stelle 1\"",
    "aria-label=\"Tabelle\"",
    "aria-label=\"Code\"",
    "aria-label=\"Formel\"",
};

static void
test_site(void **state)
{
	static const char *const around[] = {"Von <span", ">Schlagwörter</a>",
					     "1 Min. Lesezeit",
					     ">Zum Text springen<"};
	struct fx fx, next;

	(void)state;
	build(&fx, english, "", NULL);
	check(&fx, "/Posts/a", english_texts, COUNT(english_texts));
	/* Nothing is rendered again, and yet all speak another language. */
	build(&next, german, "", &fx);
	check(&next, "/Posts/a", german_texts, COUNT(german_texts));
	check(&next, "/Posts/a", around, COUNT(around));
	assert_true(
	    fx_has(&next, "/tags/x", "<h1 class=\"p-name\">Schlagwort x"));
	assert_true(fx_has(&next, "/archive", "<h1>Archiv</h1>"));
	fx_free(&fx);
	/* And back. */
	build(&fx, english, "", &next);
	check(&fx, "/Posts/a", english_texts, COUNT(english_texts));
	fx_free(&fx);
	build(&fx, finnish, "", &next);
	check(&fx, "/Posts/a", english_texts, COUNT(english_texts));
	fx_free(&fx);
	fx_free(&next);
}

/* Around an article the site's language, within it the article's. */
static void
test_foreign(void **state)
{
	static const char *const texts[] = {
	    "<article class=\"h-entry\" lang=\"de\">",
	    "Von <span",
	    " und <span",
	    "9. April 2016",
	    ">Skip to the text<",
	    ">Tags</a>"};
	struct fx fx;

	(void)state;
	build(&fx, english, "", NULL);
	check(&fx, "/Posts/d", german_texts, COUNT(german_texts));
	check(&fx, "/Posts/d", texts, COUNT(texts));
	assert_true(fx_has(&fx, "/Posts", "9. April 2016"));
	fx_free(&fx);
}

static void
test_own_words(void **state)
{
	static const char words[] = "search = Look \"<&\nwarning = Mind\n"
				    "[de]\nwarning = Obacht <b>\n[fi]\n"
				    "tags = Aiheet\nbad = x\n";
	static const char *const texts[] = {
	    "<button>Look &quot;&lt;&amp;</button>",
	    "<p class=\"alert-title\">Mind</p>"};
	struct fx fx, next;

	(void)state;
	build(&fx, english, words, NULL);
	check(&fx, "/Posts/a", texts, COUNT(texts));
	assert_true(fx_has(&fx, "/Posts/d",
			   "<p class=\"alert-title\">Obacht &lt;b&gt;</p>"));
	assert_false(fx_has(&fx, "/Posts/a", "Aiheet"));
	assert_true(fx_said(&fx, ".config/words:7:1: there is no such word"));
	build(&next, finnish, words, &fx);
	assert_true(fx_has(&next, "/Posts/a", ">Aiheet</a>"));
	assert_true(fx_has(&next, "/Posts/a", texts[0]));
	fx_free(&next);
	/* Words that are taken back. */
	build(&next, english, "", &fx);
	check(&next, "/Posts/a", english_texts, COUNT(english_texts));
	fx_free(&next);
	fx_free(&fx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_complete),  cmocka_unit_test(test_tags),
	    cmocka_unit_test(test_dates),     cmocka_unit_test(test_reader),
	    cmocka_unit_test(test_site),      cmocka_unit_test(test_foreign),
	    cmocka_unit_test(test_own_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
