/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/site/math.h"
#include "daemon/site/mathtree.h"
#include "daemon/site/model.h"
#include "math_cases.h"
#include "math_formulas.h"
#include "math_symbols.h"
#include "xml_balance.h"

#define ROOM	 (1u << 20)
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct arena arena;
static struct htmlout out;
static char *room;

static void
full(void)
{
	fputs("the arena is full\n", stderr);
	abort();
}

static int
setup(void **state)
{
	(void)state;
	room = malloc(ROOM);
	return room == NULL || arena_map(&arena, 4u << 20, full) == -1;
}

static int
teardown(void **state)
{
	(void)state;
	free(room);
	return 0;
}

/* Writes behind something else; what is written begins at out.data + 3. */
static int
convert(struct slice tex, int display)
{
	arena_reset(&arena);
	html_start(&out, &arena, room, ROOM);
	html_str(&out, "<p>");
	return math_write(&out, tex, display);
}

static struct slice
written(void)
{
	return (struct slice){out.data + 3, out.len - 3};
}

static int
take(struct slice *s, const char *text)
{
	size_t n = strlen(text);

	if (s->len < n || memcmp(s->data, text, n) != 0)
		return 0;
	s->data += n;
	s->len -= n;
	return 1;
}

/* The element that stands for the formula, as the expectation has it. */
static void
expect(const char *tex, const char *mathml)
{
	static char text[65536];
	struct slice s;
	size_t i, n = strlen(mathml);

	assert_true(n < sizeof(text));
	for (i = 0; i <= n; i++)
		text[i] = mathml[i] == '\'' ? '"' : mathml[i];
	if (!convert(slice_of(tex), 0))
		fail_msg("%s: refused", tex);
	s = written();
	if (!take(&s, "<math><semantics>") || !take(&s, text) ||
	    !take(&s, "<annotation encoding=\"application/x-tex\">"))
		fail_msg("%s: %.*s, not %s", tex, (int)written().len,
			 written().data, text);
	assert_true(xml_balanced(written()));
}

static void
test_cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		expect(cases[i].tex, cases[i].mathml);
}

static void
test_symbols(void **state)
{
	char tex[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(symbols); i++) {
		snprintf(tex, sizeof(tex), "\\%s", symbols[i].name);
		expect(tex, symbols[i].mathml);
	}
}

/* Is "\name" somewhere in the cases, with no letter behind it? */
static int
is_in_cases(const char *name)
{
	size_t i, n = strlen(name);
	const char *p;

	for (i = 0; i < COUNT(cases); i++)
		for (p = cases[i].tex; (p = strchr(p, '\\')) != NULL; p++)
			if (strncmp(p + 1, name, n) == 0 &&
			    !((p[n + 1] | 0x20) >= 'a' &&
			      (p[n + 1] | 0x20) <= 'z'))
				return 1;
	return 0;
}

/* So each command of the table is converted by one of the tests above. */
static void
test_every_command(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < math_ncommands; i++) {
		const char *name = math_commands[i].name;

		if (i > 0 && strcmp(math_commands[i - 1].name, name) >= 0)
			fail_msg("%s: not in order", name);
		for (j = 0; j < COUNT(symbols); j++)
			if (strcmp(symbols[j].name, name) == 0)
				break;
		if (j == COUNT(symbols) && !is_in_cases(name))
			fail_msg("%s: not tested", name);
	}
}

/* Where there is text only, the source is it, once. */
static void
test_text(void **state)
{
	static const char broken[] = "a<semantics>b<semantics>c<annotation>d";
	struct buf text = {0};

	(void)state;
	assert_true(convert(slice_of("\\frac{a}{b}<1"), 0));
	html_str(&out, " and ");
	assert_true(math_write(&out, slice_of("x^2"), 1));
	html_str(&out, ".</p>");
	html_to_text(&text, (struct slice){out.data, out.len});
	assert_string_equal(buf_cstr(&text), "\\frac{a}{b}<1 and x^2.");
	buf_clear(&text);
	html_to_text(&text, slice_of(broken));
	assert_string_equal(buf_cstr(&text), "abcd");
	buf_free(&text);
}

static void
test_manual(void **state)
{
	const char *srcdir = getenv("srcdir");
	static char text[1u << 20], name[64];
	size_t i, j, n, len;
	FILE *f;

	(void)state;
	snprintf(text, sizeof(text), "%s/doc/blogd-content.5",
		 srcdir != NULL ? srcdir : ".");
	f = fopen(text, "r");
	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	for (i = 0; i < math_ncommands; i++) {
		const char *c = math_commands[i].name, *p = text;

		len = (size_t)snprintf(name, sizeof(name), "\\e%s",
				       *c == '\\'  ? "\\e"
				       : *c == ' ' ? "\\ "
						   : c);
		for (j = 0; j == 0 && (p = strstr(p, name)) != NULL; p++)
			j = p[len] == ' ' || p[len] == '\n';
		if (j == 0)
			fail_msg("\\%s: not in the manual", c);
	}
}

static void
test_formulas(void **state)
{
	size_t i;
	int display;

	(void)state;
	assert_true(COUNT(formulas) >= 100);
	for (i = 0; i < COUNT(formulas); i++)
		for (display = 0; display <= 1; display++) {
			if (!convert(slice_of(formulas[i]), display))
				fail_msg("%s: refused", formulas[i]);
			if (!xml_balanced(written()))
				fail_msg("%s: not balanced", formulas[i]);
		}
}

static void
test_around(void **state)
{
	struct slice s;

	(void)state;
	assert_true(convert(slice_of(" \n a<b \n"), 1));
	s = written();
	assert_true(slice_is(
	    s, "<math display=\"block\"><semantics><mrow><mi>a</mi><mo>&lt;"
	       "</mo><mi>b</mi></mrow><annotation encoding=\"application/"
	       "x-tex\">a&lt;b</annotation></semantics></math>"));
	/* Limits and distances that a line of its own has otherwise. */
	assert_true(convert(slice_of("\\pmod n"), 1));
	assert_non_null(strstr(room, "width=\"1em\""));
	assert_true(convert(slice_of("a\\\\b"), 1));
	assert_non_null(strstr(room, "<mtable displaystyle=\"true\">"));
}

static void
refuse(struct slice tex)
{
	if (convert(tex, 0) || convert(tex, 1))
		fail_msg("%.*s: not refused", (int)tex.len, tex.data);
	assert_int_equal(out.len, 3);
	assert_int_equal(out.full, 0);
	assert_int_equal(out.nopen, 0);
}

static void
test_refused(void **state)
{
	static const char *const refused[] = {
	    "",
	    " ",
	    "%only",
	    "\\",
	    "\\foo",
	    "\\sinx",
	    "\\text{a{b}}",
	    "\\text{$a}",
	    "\\text{$a}$}",
	    "\\text{$a$$}",
	    "\\text{$^$}^2",
	    "\\text{$a&b$}",
	    "\\mathrel",
	    "x^\\rm a",
	    "\\def\\x{1}",
	    "\\newcommand{\\x}{1}",
	    "\\color{red}x",
	    "x\\tag{1}",
	    "x\\label{a}",
	    "\\href{javascript:1}{x}",
	    "\\require{x}",
	    "\\input{x}",
	    "\\includegraphics{x}",
	    "\\htmlClass{a}{b}",
	    "x^",
	    "x_",
	    "x^}",
	    "x^^2",
	    "x^2^3",
	    "x_1_2",
	    "x^2'",
	    "f'''''",
	    "{",
	    "}",
	    "{a",
	    "a}",
	    "x^{a",
	    "a&b",
	    "&",
	    "\\frac",
	    "\\frac1",
	    "\\frac{1}",
	    "\\frac{1}}",
	    "\\sqrt",
	    "\\sqrt[3",
	    "\\sqrt[3]",
	    "\\left(a",
	    "\\left",
	    "\\left xa\\right)",
	    "\\left(a\\right",
	    "\\right)",
	    "\\middle|",
	    "\\left(a}\\right)",
	    "\\left(a&b\\right)",
	    "\\left(a\\end{matrix}",
	    "\\big",
	    "\\big x",
	    "\\big.",
	    "\\text",
	    "\\text{a",
	    "\\text{\\foo}",
	    "\\text{{a}}",
	    "\\text{a\\",
	    "\\operatorname{}",
	    "\\operatorname{\\foo}",
	    "\\operatorname{a",
	    "\\operatorname{a\tb}",
	    "\\not",
	    "\\not a",
	    "\\not\\alpha",
	    "\\limits_a",
	    "a\\limits_b",
	    "a\\nolimits",
	    "\"",
	    "#",
	    "`",
	    "a\x01",
	    "a\x7f",
	    "\xff",
	    "\xc3",
	    "\xef\xbf\xbe",
	    "\xc2\x80",
	    "\\\xc3\xa9",
	    "\\begin",
	    "\\begin{foo}a\\end{foo}",
	    "\\begin{matrix}a",
	    "\\begin{matrix}a\\end",
	    "\\begin{matrix}a\\end{pmatrix}",
	    "\\end{matrix}",
	    "\\begin{matrix}\\end{matrix}",
	    "\\begin{matrix}a}\\end{matrix}",
	    "\\begin{matrix}a\\\\[2pt\\end{matrix}",
	    "\\begin{array}a\\end{array}",
	    "\\begin{array}{x}a\\end{array}",
	    "\\begin{array}{c}a&b\\end{array}",
	    "\\begin{equation}a&b\\end{equation}",
	    "\\begin{equation}a\\\\b\\end{equation}",
	    "\\hline",
	    "a\\hline",
	    "\\begin{array}{c}a\\hline\\end{array}",
	    "\\substack",
	    "\\substack{a&}{",
	    "\\mathbf",
	    "\\hat",
	    "\\hat^",
	    "\\overset{a}",
	    "\\xrightarrow",
	    "\\xrightarrow[a",
	    "\\pmod",
	    "\\phantom",
	    "\\boxed",
	    "x^\\displaystyle",
	    "\\notag^",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(refused); i++)
		refuse(slice_of(refused[i]));
	refuse((struct slice){"a\0b", 3});
}

static char *
repeat(char *p, const char *text, size_t n)
{
	size_t len = strlen(text);

	while (n-- > 0) {
		memcpy(p, text, len);
		p += len;
	}
	*p = '\0';
	return p;
}

/* Nothing is nested deeper than the limit, in whatever way. */
static void
test_depth(void **state)
{
	static const char *const nests[][2] = {
	    {"{", "}"},
	    {"\\sqrt{", "}"},
	    {"x^{", "}"},
	    {"\\left(", "\\right)"},
	    {"\\hat ", ""},
	    {"\\frac1", ""},
	    {"\\displaystyle ", ""},
	    {"\\begin{matrix}", "\\end{matrix}"},
	    {"\\sqrt[", "]x"},
	    {"\\substack{", "}"},
	    {"\\mathbf ", ""}};
	static char tex[1u << 20];
	size_t i, n;
	char *p;

	(void)state;
	for (i = 0; i < COUNT(nests); i++)
		for (n = 10; n < 20000; n = n == 10 ? 31 : n * 4) {
			p = repeat(tex, nests[i][0], n);
			p = repeat(p, "x", 1);
			repeat(p, nests[i][1], n);
			if (n > MATH_DEPTH_MAX)
				refuse(slice_of(tex));
			else if (!convert(slice_of(tex), 0))
				fail_msg("%s: refused", tex);
			if (n <= MATH_DEPTH_MAX)
				assert_true(xml_balanced(written()));
		}
}

/* A limit of columns; none of rows. */
static void
test_columns(void **state)
{
	char tex[256], *p;
	size_t n;

	(void)state;
	for (n = MATH_COLUMNS_MAX; n <= MATH_COLUMNS_MAX + 1; n++) {
		p = repeat(tex, "\\begin{array}{", 1);
		p = repeat(p, "c", n);
		repeat(p, "}x\\end{array}", 1);
		assert_int_equal(convert(slice_of(tex), 0),
				 n == MATH_COLUMNS_MAX);
	}
}

/* What a formula took from the arena is there for the next one. */
static void
test_memory(void **state)
{
	size_t i, n, used;

	(void)state;
	arena_reset(&arena);
	html_start(&out, &arena, room, ROOM);
	for (n = 0; n < 3; n++) {
		for (i = 0; i < COUNT(formulas); i++) {
			out.len = 0;
			assert_true(math_write(&out, slice_of(formulas[i]), 1));
			out.len = 0;
			assert_false(math_write(&out, slice_of("x^{y"), 1));
		}
		if (n == 0)
			used = arena.used;
		assert_int_equal(arena.used, used);
	}
	assert_true(used < 65536);
}

/* When the room is full that is seen in the end, as with all that is written.
 */
static void
test_room(void **state)
{
	size_t n;

	(void)state;
	assert_true(convert(slice_of("\\frac{a}{b}"), 0));
	for (n = 0; n < written().len; n++) {
		struct htmlout o;

		html_start(&o, &arena, room, n);
		math_write(&o, slice_of("\\frac{a}{b}"), 0);
		assert_int_equal(o.full, 1);
		assert_true(o.len <= n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cases),
	    cmocka_unit_test(test_symbols),
	    cmocka_unit_test(test_every_command),
	    cmocka_unit_test(test_text),
	    cmocka_unit_test(test_manual),
	    cmocka_unit_test(test_formulas),
	    cmocka_unit_test(test_around),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_columns),
	    cmocka_unit_test(test_memory),
	    cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
