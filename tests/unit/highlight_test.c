/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "highlight_fixture.h"

#define ROOM (4u << 20)

static char *room;

/* ---- helpers ---- */

static int
read_source(struct buf *b, const char *name, const char *ending)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];
	FILE *f;
	int c;

	buf_clear(b);
	snprintf(path, sizeof(path), "%s/%s%s", srcdir != NULL ? srcdir : ".",
		 name, ending);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	while ((c = getc(f)) != EOF)
		buf_char(b, (char)c);
	fclose(f);
	buf_cstr(b);
	return 1;
}

static const char *
written(const char *language, struct slice code)
{
	struct htmlout o = {.data = room, .room = ROOM};

	if (!highlight_write(&o, slice_of(language), code)) {
		assert_int_equal(o.len, 0);
		return NULL;
	}
	assert_false(o.full);
	room[o.len] = '\0';
	return room;
}

#define HTML(language, code) written((language), slice_of(code))

static void
assert_kept(const char *language, struct slice code)
{
	int broken = broken_promise(language, code, room, ROOM);

	if (broken != 0)
		fail_msg("%s: promise %d broken for %.*s", language, broken,
			 (int)(code.len < 200 ? code.len : 200), code.data);
}

/* Calls with the first name of each language. */
static void
each_language(void (*call)(const char *))
{
	unsigned i;

	for (i = 0; i < hl_nnames; i++)
		if (i == 0 || hl_names[i].lang != hl_names[i - 1].lang)
			call(hl_names[i].name);
}

/* ---- what it looks like ---- */

static void
check_sample(const char *language)
{
	struct buf in = {0}, want = {0}, got = {0};
	char name[128];
	FILE *f;

	snprintf(name, sizeof(name), "tests/unit/highlight/%s", language);
	if (!read_source(&in, name, ".in"))
		fail_msg("%s.in is missing", name);
	buf_str(&got, written(language, (struct slice){in.data, in.len}));
	read_source(&want, name, ".html");
	/* To look at and to take over: HIGHLIGHT_SAMPLES=DIRECTORY */
	if (getenv("HIGHLIGHT_SAMPLES") != NULL) {
		snprintf(name, sizeof(name), "%s/%s.html",
			 getenv("HIGHLIGHT_SAMPLES"), language);
		f = fopen(name, "w");
		assert_non_null(f);
		fwrite(got.data, 1, got.len, f);
		fclose(f);
	} else {
		assert_string_equal(buf_cstr(&got), buf_cstr(&want));
	}
	assert_kept(language, (struct slice){in.data, in.len});
	buf_free(&in);
	buf_free(&want);
	buf_free(&got);
}

static void
test_samples(void **state)
{
	(void)state;
	each_language(check_sample);
}

static void
test_names(void **state)
{
	static const char *const known[] = {"ocaml",	   "ml",
					    "c",	   "h",
					    "cpp",	   "c++",
					    "cc",	   "hpp",
					    "sh",	   "bash",
					    "shell",	   "zsh",
					    "console",	   "shell-session",
					    "terminal",	   "rust",
					    "rs",	   "go",
					    "golang",	   "python",
					    "py",	   "javascript",
					    "js",	   "jsx",
					    "typescript",  "ts",
					    "tsx",	   "json",
					    "jsonc",	   "yaml",
					    "yml",	   "toml",
					    "html",	   "xml",
					    "svg",	   "css",
					    "sql",	   "diff",
					    "patch",	   "makefile",
					    "make",	   "dockerfile",
					    "docker",	   "haskell",
					    "hs",	   "elixir",
					    "ex",	   "ruby",
					    "rb",	   "java",
					    "nix",	   "ini",
					    "conf",	   "markdown",
					    "md",	   "Rust",
					    "rust,ignore", "{.rust}",
					    "rust{1,3}",   "c:main.c"};
	static const char *const unknown[] = {
	    "",	     "text", "plain", "rus",
	    "rustt", ",",    "{}",    "a-name-that-is-longer-than-any-of-them"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (HTML(known[i], "x") == NULL)
			fail_msg("%s is not known", known[i]);
	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_null(HTML(unknown[i], "x"));
}

static void
test_spans(void **state)
{
	(void)state;
	assert_string_equal(HTML("c", ""), "");
	assert_string_equal(HTML("c", "x"), "x");
	/* neighbours and the blanks between them share a span */
	assert_string_equal(HTML("c", "static\tconst\n  int x;\n"),
			    "<span class=\"k\">static\tconst</span>\n  "
			    "<span class=\"t\">int</span> x;\n");
	assert_string_equal(HTML("c", "//a\r\n//b\n"),
			    "<span class=\"c\">//a\n//b</span>\n");
	assert_string_equal(HTML("c", "\"<&>'\""),
			    "<span class=\"s\">\"&lt;&amp;&gt;'\"</span>");
	/* controls go, invalid UTF-8 is replaced, characters stay whole */
	assert_string_equal(written("c", (struct slice){"a\0\1b", 4}), "ab");
	assert_string_equal(
	    HTML("c", "\"\xff\xc3\xa4\""),
	    "<span class=\"s\">\"\xef\xbf\xbd\xc3\xa4\"</span>");
	assert_string_equal(HTML("rust", "'\xc3\xa4'1"),
			    "<span class=\"s\">'\xc3\xa4'</span>"
			    "<span class=\"n\">1</span>");
}

static void
test_words(void **state)
{
	(void)state;
	assert_string_equal(HTML("c", "int_ printf MAX_X f(x)"),
			    "int_ printf <span class=\"b\">MAX_X</span> "
			    "<span class=\"f\">f</span>(x)");
	assert_string_equal(HTML("sql", "SELECT selected"),
			    "<span class=\"k\">SELECT</span> selected");
	assert_string_equal(HTML("rust", "x'a 'a' 'a"),
			    "x<span class=\"a\">'a</span> "
			    "<span class=\"s\">'a'</span> "
			    "<span class=\"a\">'a</span>");
	assert_string_equal(HTML("haskell", "x' 'x' x'y'"),
			    "x' <span class=\"s\">'x'</span> x'y'");
	assert_string_equal(HTML("rust", "0..9 1.5e+3"),
			    "<span class=\"n\">0</span>..<span class=\"n\">9 "
			    "1.5e+3</span>");
}

/* ---- hostile code ---- */

static const char *const fragments[] = {
    "\"",      "'",    "`",	   "/*",       "*/",	 "(*",	  "*)",
    "{-",      "-}",   "{",	   "}",	       "(",	 ")",	  "[",
    "]",       "<",    ">",	   "${",       "#{",	 "$(",	  "\\",
    "\n",      "\r\n", " ",	   "\t",       "a",	 "A",	  "1",
    ".",       ":",    "-",	   "+",	       "=",	 "#",	  "//",
    "--",      "<!--", "-->",	   "<script>", "a: |\n", "r#\"",  "\"#",
    "\"\"\"",  "'''",  "<<A\n",	   "A\n",      "```c\n", "```\n", "$ ",
    "f\"",     "{{",   "$a$",	   "@",	       "~r/",	 "%w[",	  "<<~A\n",
    "\xc3",    "\xa4", "\xc3\xa4", "\xff",     "&",	 ";",	  "|",
    "let ",    "def ", "class ",   "=begin\n", "(=/",	 "R\"a(", "<style>",
    "</style", "/",    "!",	   "?",	       ",",	 "0x",	  "1e",
    "1'",      "a(",   "- a: >\n", "''",       "\0"};

#define NFRAGMENTS (sizeof(fragments) / sizeof(fragments[0]))

static uint32_t seed;

static size_t
dice(size_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static void
check_random(const char *language)
{
	struct buf b = {0};
	int round, n;
	const char *s;

	for (round = 0; round < 150; round++) {
		buf_clear(&b);
		for (n = (int)dice(round < 100 ? 30 : 400); n > 0; n--) {
			s = fragments[dice(NFRAGMENTS)];
			buf_add(&b, s, *s != '\0' ? strlen(s) : 1);
		}
		assert_kept(language, (struct slice){b.data, b.len});
	}
	buf_free(&b);
}

static void
test_random(void **state)
{
	(void)state;
	seed = 5;
	each_language(check_random);
}

static size_t
steps(const char *language, const char *first, const char *piece, size_t len)
{
	struct buf b = {0};
	struct hl_lexer lx;
	struct hl_token token;

	buf_str(&b, first);
	while (b.len < len)
		buf_str(&b, piece);
	hl_start(&lx, hl_find(slice_of(language)),
		 (struct slice){b.data, b.len});
	while (hl_next(&lx, &token))
		;
	buf_free(&b);
	return lx.steps;
}

/* Twice the code, twice the steps: of each fragment again and again, and of
 * each behind an opening one. */
static void
check_linear(const char *language)
{
	size_t i, one, two;

	for (i = 0; i < NFRAGMENTS; i++) {
		const char *first = fragments[dice(NFRAGMENTS)];

		if (*fragments[i] == '\0')
			continue;
		one = steps(language, first, fragments[i], 4000);
		two = steps(language, first, fragments[i], 8000);
		if (two > one * 2 + one / 4 + 4000 ||
		    two > STEPS_PER_BYTE * 8000)
			fail_msg("%s: %zu and %zu steps for %s%s...", language,
				 one, two, first, fragments[i]);
	}
}

static void
test_linear(void **state)
{
	(void)state;
	seed = 7;
	each_language(check_linear);
}

static void
check_long_line(const char *language)
{
	if (steps(language, "a", "a(\"'b.", 1u << 20) > (size_t)200 << 20)
		fail_msg("%s: a long line takes too long", language);
}

static void
test_long_line(void **state)
{
	(void)state;
	each_language(check_long_line);
}

static void
test_bounded(void **state)
{
	static char code[100000];
	struct htmlout o = {.data = room, .room = 50};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(code); i++)
		code[i] = i % 2 == 0 ? '1' : '~';
	/* dense, but not too dense: all of it is coloured */
	assert_kept("c", (struct slice){code, sizeof(code)});
	assert_true(strlen(HTML("c", "1~1~1~")) > 6 * 12);
	/* one span for each byte is too many */
	for (i = 0; i < sizeof(code); i++)
		code[i] = "1\"\""[i % 3];
	assert_kept("c", (struct slice){code, sizeof(code)});
	written("c", (struct slice){code, sizeof(code)});
	assert_true(strlen(room) <=
		    sizeof(code) * (1 + HIGHLIGHT_GROWTH) + HIGHLIGHT_EXTRA);
	/* no room: nothing is written behind its end */
	memset(room, 'x', 100);
	assert_true(highlight_write(&o, slice_of("c"),
				    slice_of("if 1 else 2 "
					     "while 3")));
	assert_true(o.full);
	assert_true(o.len <= 50);
	assert_int_equal(room[50], 'x');
}

/* Deeper than the stack: what was lost is counted, so the end is found. */
static void
test_deep(void **state)
{
	struct buf b = {0};
	int i;

	(void)state;
	for (i = 0; i < HL_DEPTH * 3; i++)
		buf_str(&b, "(*");
	for (i = 0; i < HL_DEPTH * 3; i++)
		buf_str(&b, "*)");
	buf_str(&b, "let");
	assert_kept("ocaml", (struct slice){b.data, b.len});
	assert_non_null(strstr(written("ocaml", (struct slice){b.data, b.len}),
			       "</span><span class=\"k\">let</span>"));
	buf_free(&b);
}

static int
setup(void **state)
{
	(void)state;
	room = xmalloc(ROOM + 1);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	free(room);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_samples),   cmocka_unit_test(test_names),
	    cmocka_unit_test(test_spans),     cmocka_unit_test(test_words),
	    cmocka_unit_test(test_random),    cmocka_unit_test(test_linear),
	    cmocka_unit_test(test_long_line), cmocka_unit_test(test_bounded),
	    cmocka_unit_test(test_deep),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
