/* SPDX-License-Identifier: ISC */
/*
 * Tags that other programs replace in a text before Markdown: shortcodes of
 * Hugo and Zola, and Liquid's tags, which Jekyll has.  Here they are text, and
 * who moves a blog is told where they stand.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "../ascii.h"
#include "lines.h"
#include "lint.h"
#include "path.h"

#define TAGS_MAX     20	  /* names that are told of in one file */
#define TAG_NAME_MAX 40	  /* bytes of a name; what is longer is none */
#define TAG_MAX	     2048 /* bytes from its beginning to its end */
#define TICKS_MAX    80	  /* cmark's own limit: more begin no code */

/* The forms; in the order in which they are tried. */
static const struct form {
	const char *open, *close, *behind; /* behind the name, or NULL */
	const char *before, *after;	   /* the name in the message */
	int begins;			   /* only where it begins a line */
} forms[] = {
    {"{{<", ">}}", NULL, "the shortcode {{< ",
     " >}} is Hugo's and shows as text", 0},
    {"{{%", "%}}", NULL, "the shortcode {{% ",
     " %}} is Hugo's and shows as text", 0},
    {"{{", ")}}", "(", "the shortcode {{ ", "() }} is Zola's and shows as text",
     0},
    {"{%", "%}", NULL, "the tag {% ",
     " %} is Liquid's (Jekyll) or Zola's and shows as text", 0},
    {"{:", "}", NULL, "the list of attributes {:",
     "} is kramdown's (Jekyll) and shows as text", 1},
};
#define FORMS (sizeof(forms) / sizeof(forms[0]))

struct tags {
	frontmatter_report_fn *report;
	void *ctx;
	struct slice name[TAGS_MAX];
	const struct form *form[TAGS_MAX];
	size_t n;
	const char *line_at; /* a line of the text, and its number */
	size_t line;
	/* Before these no such form ends, from where that was looked for. */
	const char *none[FORMS];
	int comment; /* <!-- was not closed so far */
};

/* ---- one tag ---- */

static size_t
blanks(struct slice s, size_t at)
{
	while (at < s.len && (s.data[at] == ' ' || s.data[at] == '\t' ||
			      s.data[at] == '\n' || s.data[at] == '\r'))
		at++;
	return at;
}

static int
is_name(char c)
{
	return ascii_is_alnum(c) || c == '_' || c == '-' || c == '.' ||
	       c == '/' || c == ':' || c == '#';
}

/* The name behind what opens a tag: also of one that ends another ("/name",
 * "endname" is a name like others).  Empty: it is no tag. */
static struct slice
tag_name(struct slice text, size_t at)
{
	struct slice name;

	if (at < text.len && text.data[at] == '-') /* of Liquid's, for blanks */
		at++;
	at = blanks(text, at);
	if (at < text.len && text.data[at] == '/')
		at++;
	at = blanks(text, at);
	name = (struct slice){text.data + at, 0};
	while (at + name.len < text.len && is_name(name.data[name.len]))
		name.len++;
	/* Anything else is Hugo's way to show one and not to call it. */
	if (name.len > TAG_NAME_MAX || name.len == 0 ||
	    !(ascii_is_letter(name.data[0]) ||
	      strchr("_.#", name.data[0]) != NULL))
		name.len = 0;
	return name;
}

/* Where a close begins in s, or NULL: ")}}" with blanks between as well. */
static const char *
find_close(struct slice s, const char *close)
{
	if (close[0] != ')')
		return memmem(s.data, s.len, close, strlen(close));
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] == ')') {
			size_t at = blanks(s, i + 1);

			if (s.len - at >= 2 &&
			    memcmp(s.data + at, "}}", 2) == 0)
				return s.data + i;
		}
	return NULL;
}

/* Does the tag of that form end, behind its name? */
static int
has_end(struct tags *t, size_t form, struct slice rest)
{
	size_t passed = 0;

	if (rest.len > TAG_MAX)
		rest.len = TAG_MAX;
	if (t->none[form] != NULL && t->none[form] > rest.data)
		passed = (size_t)(t->none[form] - rest.data);
	if (passed >= rest.len)
		return 0;
	if (find_close((struct slice){rest.data + passed, rest.len - passed},
		       forms[form].close) != NULL)
		return 1;
	/* An end may be cut in two where this was cut off. */
	t->none[form] = rest.data + rest.len - (rest.len > 2 ? 2 : rest.len);
	return 0;
}

static const struct form *
form_at(struct tags *t, struct slice rest, int begins_line, struct slice *name)
{
	for (size_t i = 0; i < FORMS; i++) {
		const struct form *f = &forms[i];
		size_t behind;

		if (!slice_begins(rest, f->open) || (f->begins && !begins_line))
			continue;
		*name = tag_name(rest, strlen(f->open));
		behind = (size_t)(name->data - rest.data) + name->len;
		if (name->len == 0 ||
		    (f->behind != NULL &&
		     (behind == rest.len || rest.data[behind] != *f->behind)))
			continue;
		if (has_end(
			t, i,
			(struct slice){rest.data + behind, rest.len - behind}))
			return f;
	}
	return NULL;
}

static void
tell(struct tags *t, const char *at, const struct form *form, struct slice name)
{
	struct slice line;
	char message[160];

	for (size_t i = 0; i < t->n; i++)
		if (t->form[i] == form && slice_cmp(t->name[i], name) == 0)
			return;
	if (t->n == TAGS_MAX)
		return;
	t->form[t->n] = form;
	t->name[t->n++] = name;
	for (const char *p = t->line_at; p < at; p++)
		if (*p == '\n') {
			t->line++;
			t->line_at = p + 1;
		}
	line = (struct slice){t->line_at, (size_t)(at - t->line_at)};
	snprintf(message, sizeof(message), "%s%.*s%s", form->before,
		 (int)name.len, name.data, form->after);
	t->report(t->ctx, SEVERITY_WARNING, t->line,
		  lines_column(line, line.len), message);
}

/* ---- one paragraph ---- */

static size_t
ticks(struct slice s, size_t at)
{
	size_t n = 0;

	while (at + n < s.len && s.data[at + n] == '`')
		n++;
	return n;
}

/* Behind the code that begins with n ticks at `at`; behind these when none
 * does.  none[n]: there are no n ticks to come, so that nobody looks again. */
static size_t
skip_code(struct slice s, size_t at, size_t n, char none[TICKS_MAX + 1])
{
	size_t from = at + n, m;

	if (n > TICKS_MAX || none[n])
		return from;
	for (size_t i = from; i<s.len; i += m> 0 ? m : 1) {
		m = ticks(s, i);
		if (m == n)
			return i + m;
	}
	none[n] = 1;
	return from;
}

static size_t
skip_comment(struct tags *t, struct slice s, size_t at)
{
	const char *end = memmem(s.data + at, s.len - at, "-->", 3);

	t->comment = end == NULL;
	return end != NULL ? (size_t)(end - s.data) + 3 : s.len;
}

static void
paragraph(struct tags *t, struct slice s)
{
	char none[TICKS_MAX + 1] = {0};
	const struct form *form;
	struct slice name;
	size_t at = t->comment ? skip_comment(t, s, 0) : 0;

	while (at < s.len) {
		if (s.data[at] == '`') {
			at = skip_code(s, at, ticks(s, at), none);
		} else if (s.data[at] == '\\' && s.len - at > 1) {
			at += 2;
		} else if (s.data[at] == '<' && s.len - at >= 4 &&
			   memcmp(s.data + at, "<!--", 4) == 0) {
			at = skip_comment(t, s, at + 4);
		} else if (s.data[at] == '{' &&
			   (form = form_at(
				t, (struct slice){s.data + at, s.len - at},
				at == 0 || s.data[at - 1] == '\n', &name)) !=
			       NULL) {
			tell(t, s.data + at, form, name);
			at = (size_t)(name.data - s.data) + name.len;
		} else {
			at++;
		}
	}
}

/* ---- the text ---- */

static int
is_blank(struct slice line)
{
	return blanks(line, 0) == line.len;
}

/* What is indented so far may be code, and is not judged. */
static int
is_indented(struct slice line)
{
	return slice_begins(line, "    ") || slice_begins(line, "\t");
}

void
lint_tags(const struct frontmatter *f, frontmatter_report_fn *report, void *ctx)
{
	struct tags t = {.report = report,
			 .ctx = ctx,
			 .line_at = f->body.data,
			 .line = f->body_line};
	struct lines at = {.rest = f->body};
	struct lint_fence fence = {0};
	struct slice line, now = {f->body.data, 0};

	while (lines_next(&at, &line) && t.n < TAGS_MAX) {
		if (!lint_in_code(line, &fence) && !is_blank(line) &&
		    !is_indented(line)) {
			if (now.len == 0)
				now.data = line.data;
			now.len = (size_t)(line.data + line.len - now.data);
		} else {
			paragraph(&t, now);
			now.len = 0;
		}
	}
	paragraph(&t, now);
}
