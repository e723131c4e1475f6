/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mustache_json.h"

#define PARTIALS_MAX 64

struct setting {
	struct words names, partial_names;
	struct mustache *partials[PARTIALS_MAX];
	struct buf reports;
};

static int
name_number(void *ctx, struct slice name)
{
	struct setting *s = ctx;

	if (slice_is(name, "unknown"))
		return -1;
	return words_number(&s->names, name);
}

static int
partial_number(void *ctx, struct slice name)
{
	struct setting *s = ctx;

	return words_number(&s->partial_names, name);
}

static void
add_report(void *ctx, int warning, size_t line, size_t column,
	   const char *message)
{
	struct setting *s = ctx;

	buf_printf(&s->reports, "%s:%zu:%zu: %s\n",
		   warning ? "warning" : "error", line, column, message);
}

static struct mustache *
compile(struct setting *s, struct slice text)
{
	struct mustache_words words = {name_number, partial_number, add_report,
				       s};

	return mustache_compile(text, &words);
}

static void
setting_free(struct setting *s)
{
	size_t i;

	for (i = 0; i < PARTIALS_MAX; i++)
		mustache_free(s->partials[i]);
	buf_free(&s->reports);
}

static enum mustache_result
render(struct setting *s, struct slice text, const struct json *data,
       struct mustache_render *how, struct buf *out)
{
	struct mustache_data access = {json_get, json_item, &s->names};
	struct mustache_value top = json_value(data);
	struct mustache *m = compile(s, text);
	enum mustache_result result;

	assert_non_null(m);
	how->data = &access;
	how->partials = (const struct mustache *const *)s->partials;
	how->npartials = PARTIALS_MAX;
	result = mustache_run(m, how, &top, 1, out);
	mustache_free(m);
	return result;
}

static const struct mustache_render roomy = {.max_output = 100000,
					     .max_steps = 100000};

/* ---- the specification's own cases ---- */

static void
read_partials(struct setting *s, const struct json *partials)
{
	size_t i;
	int number;

	for (i = 0; i < partials->n; i++) {
		number = partial_number(s, partials->names[i]);
		s->partials[number] = compile(s, partials->values[i].text);
		assert_non_null(s->partials[number]);
	}
}

static int
run_case(const char *line)
{
	struct setting *s = calloc(1, sizeof(*s));
	struct region r = {0};
	struct json j = json_read(&line, &r);
	struct mustache_render how = roomy;
	struct buf out = {0};
	struct slice expected = json_member(&j, "expected")->text;
	int failed;

	read_partials(s, json_member(&j, "partials"));
	failed = render(s, json_member(&j, "template")->text,
			json_member(&j, "data"), &how, &out) != MUSTACHE_OK ||
		 out.len != expected.len || !slice_is(expected, buf_cstr(&out));
	if (failed)
		print_error("%.*s\n--- expected:\n%.*s\n--- is:\n%s\n",
			    (int)json_member(&j, "name")->text.len,
			    json_member(&j, "name")->text.data,
			    (int)expected.len, expected.data, buf_cstr(&out));
	buf_free(&out);
	setting_free(s);
	free(s);
	region_free(&r);
	return failed;
}

static void
test_specification(void **state)
{
	const char *srcdir = getenv("srcdir");
	char path[4096], *line = NULL;
	size_t cap = 0, n = 0, failed = 0;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/unit/mustache_spec.txt",
		 srcdir != NULL ? srcdir : ".");
	f = fopen(path, "r");
	assert_non_null(f);
	while (getline(&line, &cap, f) != -1)
		if (line[0] == '{') {
			n++;
			failed += (size_t)run_case(line);
		}
	free(line);
	fclose(f);
	assert_int_equal(failed, 0);
	assert_int_equal(n, 136);
}

/* ---- errors ---- */

static void
assert_report(const char *template, const char *report)
{
	struct setting *s = calloc(1, sizeof(*s));
	struct mustache *m = compile(s, slice_of(template));

	assert_string_equal(buf_cstr(&s->reports), report);
	assert_true((m == NULL) == (strncmp(report, "error", 5) == 0));
	mustache_free(m);
	setting_free(s);
	free(s);
}

static void
test_errors(void **state)
{
	(void)state;
	assert_report("a\n  {{b", "error:2:3: a tag is not closed, \"}}\" is "
				  "missing\n");
	assert_report("{{{b}}", "error:1:1: a tag is not closed, \"}}\" is "
				"missing\n");
	assert_report("{{#a}}\n{{#b}}\n{{/a}}\n",
		      "error:3:1: the section \"b\" must be closed first\n");
	assert_report("\n\n x{{#a}}", "error:3:3: the section \"a\" is not "
				      "closed\n");
	assert_report("{{/a}}", "error:1:1: the section \"a\" is closed, but "
				"not open\n");
	assert_report("{{ }}", "error:1:1: the tag has no name\n");
	assert_report("{{a b}}",
		      "error:1:3: the name \"a b\" has white space in it\n");
	assert_report("{{a..b}}", "error:1:5: a name is missing before or "
				  "after a dot\n");
	assert_report("{{a.b.c.d.e.f.g.h.i}}",
		      "error:1:19: more than 8 names joined by dots\n");
	assert_report("{{=<% =%>=}}",
		      "error:1:1: delimiters are two words of at most 16 "
		      "bytes without \"=\", as in {{=<% %>=}}\n");
	assert_report("{{<a}}{{/a}}",
		      "error:1:1: templates cannot inherit from others "
		      "here\n");
	assert_report("a {{b.unknown}}",
		      "warning:1:7: no template is given \"unknown\"; nothing "
		      "is shown\n");
}

/* ---- limits ---- */

static void
test_nesting(void **state)
{
	struct buf t = {0};
	size_t i;

	(void)state;
	for (i = 0; i < MUSTACHE_NESTING_MAX + 1; i++)
		buf_str(&t, "{{#a}}");
	assert_report(buf_cstr(&t), "error:1:193: more than 32 sections in "
				    "one another\n");
	buf_free(&t);
}

static void
test_size(void **state)
{
	char *big = calloc(1, MUSTACHE_SIZE_MAX + 2);

	(void)state;
	memset(big, 'x', MUSTACHE_SIZE_MAX + 1);
	assert_report(big, "error:1:1: a template has at most 256 KiB\n");
	big[MUSTACHE_SIZE_MAX] = '\0';
	assert_report(big, "");
	free(big);
}

static void
assert_result(const char *template, const char *data,
	      struct mustache_render how, enum mustache_result result)
{
	struct setting *s = calloc(1, sizeof(*s));
	struct region r = {0};
	struct json j = json_read(&data, &r);
	struct buf out = {0};
	int number = partial_number(s, slice_of("self"));

	s->partials[number] = compile(s, slice_of("{{>self}}"));
	assert_int_equal(render(s, slice_of(template), &j, &how, &out), result);
	buf_free(&out);
	setting_free(s);
	free(s);
	region_free(&r);
}

static void
test_limits(void **state)
{
	struct mustache_render how = roomy;

	(void)state;
	assert_result("{{>self}}", "{}", how, MUSTACHE_DEEP);
	how.max_output = 4;
	assert_result("{{a}}", "{\"a\":\"1234\"}", how, MUSTACHE_OK);
	assert_result("{{a}}", "{\"a\":\"12345\"}", how, MUSTACHE_LONG);
	assert_result("{{a}}", "{\"a\":\"123<\"}", how, MUSTACHE_LONG);
	how = roomy;
	how.max_steps = 7;
	assert_result("{{#a}}{{.}}{{.}}{{/a}}", "{\"a\":[\"1\",\"2\",\"3\"]}",
		      how, MUSTACHE_OK);
	how.max_steps = 6;
	assert_result("{{#a}}{{.}}{{.}}{{/a}}", "{\"a\":[\"1\",\"2\",\"3\"]}",
		      how, MUSTACHE_SLOW);
}

/* The inmost of those that are to blame, else the outermost. */
static void
test_blame(void **state)
{
	static const struct {
		const char *blamed, *failed;
		size_t at;
	} cases[] = {{"", NULL, 2},
		     {"outer", "outer", 6},
		     {"inner", "inner", 1},
		     {"outer inner", "inner", 1}};
	struct setting *s = calloc(1, sizeof(*s));
	struct region r = {0};
	const char *data = "{\"x\":\"1234\"}";
	struct json j = json_read(&data, &r);
	struct mustache_render how = roomy;
	struct buf out = {0};
	size_t i;
	int inner, outer, failed;

	(void)state;
	inner = partial_number(s, slice_of("inner"));
	outer = partial_number(s, slice_of("outer"));
	how.max_output = 4;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		s->partials[inner] = compile(s, slice_of("-{{x}}"));
		s->partials[outer] = compile(s, slice_of("{{^y}}{{>inner}}"
							 "{{/y}}"));
		if (strstr(cases[i].blamed, "inner") != NULL)
			mustache_blame(s->partials[inner]);
		if (strstr(cases[i].blamed, "outer") != NULL)
			mustache_blame(s->partials[outer]);
		assert_int_equal(
		    render(s, slice_of("12{{>outer}}"), &j, &how, &out),
		    MUSTACHE_LONG);
		failed = cases[i].failed == NULL
			     ? -1
			     : partial_number(s, slice_of(cases[i].failed));
		if (failed >= 0)
			assert_ptr_equal(how.failed_in, s->partials[failed]);
		assert_int_equal(how.failed_at, cases[i].at);
		mustache_free(s->partials[inner]);
		mustache_free(s->partials[outer]);
		s->partials[inner] = s->partials[outer] = NULL;
	}
	buf_free(&out);
	setting_free(s);
	free(s);
	region_free(&r);
}

static void
test_watched(void **state)
{
	struct setting *s = calloc(1, sizeof(*s));
	struct region r = {0};
	const char *data = "{\"a\":\"<b>\", \"c\":\"<b>\"}";
	struct json j = json_read(&data, &r);
	struct mustache_render how = roomy;
	struct buf out = {0};

	(void)state;
	how.watched = j.values[0].text;
	render(s, slice_of("12{{a}}{{{c}}}{{{a}}}{{{a}}}"), &j, &how, &out);
	assert_string_equal(buf_cstr(&out), "12&lt;b&gt;<b><b><b>");
	assert_int_equal(how.watched_at, 2 + 9 + 3);
	render(s, slice_of("{{a}}"), &j, &how, &out);
	assert_true(how.watched_at == SIZE_MAX);
	buf_free(&out);
	setting_free(s);
	free(s);
	region_free(&r);
}

/* Indentation adds up, and belongs to the text of partials alone. */
static void
test_indentation(void **state)
{
	struct setting *s = calloc(1, sizeof(*s));
	struct region r = {0};
	const char *data = "{\"x\":\"1\\n2\", \"l\":[\"a\",\"b\"]}";
	struct json j = json_read(&data, &r);
	struct mustache_render how = roomy;
	struct buf out = {0};

	(void)state;
	s->partials[partial_number(s, slice_of("outer"))] = compile(
	    s, slice_of("o\n  {{>inner}}\n{{#l}}{{.}}{{/l}}\n\n{{>inner}}|"));
	s->partials[partial_number(s, slice_of("inner"))] =
	    compile(s, slice_of("{{#l}}\n{{.}}\n{{/l}}\n{{{x}}}"));
	render(s, slice_of(" {{>outer}}\n."), &j, &how, &out);
	assert_string_equal(buf_cstr(&out), " o\n   a\n   b\n   1\n2 ab\n \n "
					    "a\nb\n1\n2|.");
	buf_free(&out);
	setting_free(s);
	free(s);
	region_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_specification),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_nesting),
	    cmocka_unit_test(test_size),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_blame),
	    cmocka_unit_test(test_watched),
	    cmocka_unit_test(test_indentation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
