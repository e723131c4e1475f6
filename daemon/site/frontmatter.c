/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "frontmatter.h"

#include <string.h>

#include "frontmatter_keys.h"
#include "lines.h"

#define BAD_LINES_MAX 3 /* reported in one header */

enum grammar { GRAMMAR_LINES, GRAMMAR_YAML, GRAMMAR_TOML };

struct header {
	enum grammar grammar;
	struct lines begin; /* at the first line behind an opening fence */
	struct slice text;  /* from there up to the closing fence */
	size_t last_line;   /* number of the closing line, or of the last */
	int fenced, closed;
};

/* ---- which grammar ---- */

static int
is_fence(struct slice line, char c)
{
	size_t i = 0;

	line = trim(line);
	while (i < line.len && line.data[i] == c)
		i++;
	return i >= 3 && i == line.len;
}

/* Offset of the ":" that ends a key, or 0. */
static size_t
key_end(struct slice line)
{
	const char *colon = memchr(line.data, ':', line.len);
	size_t i, n;

	if (colon == NULL || colon == line.data)
		return 0;
	n = (size_t)(colon - line.data);
	if (n + 1 < line.len && line.data[n + 1] != ' ' &&
	    line.data[n + 1] != '\t')
		return 0;
	for (i = 0; i < n; i++)
		if ((unsigned char)line.data[i] <= 0x20)
			return 0;
	return n;
}

static struct slice
value_of(struct slice line, size_t colon)
{
	return trim(
	    (struct slice){line.data + colon + 1, line.len - colon - 1});
}

/* Where the quoted string at the beginning ends, or 0. */
static size_t
quoted_end(struct slice s)
{
	char quote = s.data[0];
	size_t i;

	for (i = 1; i < s.len; i++) {
		if (quote == '"' && s.data[i] == '\\')
			i++;
		else if (quote == '\'' && s.data[i] == '\'' && i + 1 < s.len &&
			 s.data[i + 1] == '\'')
			i++;
		else if (s.data[i] == quote)
			return i + 1;
	}
	return 0;
}

/* Where the bracket at the beginning is closed, or 0.  Quoted strings in a list
 * of YAML may hold brackets. */
static size_t
bracket_end(struct slice s)
{
	size_t i, depth = 0;

	for (i = 0; i < s.len; i++) {
		if (i > 0 && (s.data[i] == '"' || s.data[i] == '\'') &&
		    strchr("[{, :", s.data[i - 1]) != NULL &&
		    s.data[i - 1] != '\0') {
			size_t end =
			    quoted_end((struct slice){s.data + i, s.len - i});

			i += end > 0 ? end - 1 : 0;
			continue;
		}
		depth += s.data[i] == '[' || s.data[i] == '{';
		depth -= s.data[i] == ']' || s.data[i] == '}';
		if (depth == 0)
			return i + 1;
	}
	return 0;
}

/* Is there nothing, or a comment, behind this many bytes? */
static int
ends_at(struct slice s, size_t n)
{
	struct slice rest;

	if (n == 0)
		return 0;
	rest = trim((struct slice){s.data + n, s.len - n});
	return rest.len == 0 || (rest.data[0] == '#' && rest.data > s.data + n);
}

/* "|", ">-", "|2": the sign of a block of lines. */
static int
is_block_sign(struct slice s)
{
	size_t i;

	for (i = 1; i < s.len && i < 3; i++)
		if (s.data[i] != '-' && s.data[i] != '+' &&
		    !(s.data[i] >= '1' && s.data[i] <= '9'))
			break;
	return (s.data[0] == '|' || s.data[0] == '>') && ends_at(s, i);
}

static int
value_needs_yaml(struct slice s)
{
	if (s.len == 0)
		return 0;
	switch (s.data[0]) {
	case '"':
	case '\'':
		return ends_at(s, quoted_end(s));
	case '[':
	case '{':
		return ends_at(s, bracket_end(s));
	default:
		return is_block_sign(s);
	}
}

static int
line_needs_yaml(struct slice line)
{
	size_t n;

	if (trim(line).len == 0)
		return 0;
	if (strchr(" \t{[}]\"'", line.data[0]) != NULL && line.data[0] != '\0')
		return 1;
	if (line.data[0] == '-' && (line.len == 1 || line.data[1] == ' '))
		return 1;
	n = key_end(line);
	return n > 0 && value_needs_yaml(value_of(line, n));
}

/* ---- where it is ---- */

static void
find_end(struct header *h, struct lines *at, char fence)
{
	struct slice line;

	h->text = (struct slice){at->rest.data, 0};
	while (lines_next(at, &line)) {
		h->last_line = at->number;
		if (is_fence(line, fence)) {
			h->closed = 1;
			break;
		}
		if (h->fenced && fence == '-' && line_needs_yaml(line))
			h->grammar = GRAMMAR_YAML;
		h->text.len = (size_t)(at->rest.data - h->text.data);
	}
}

/* Where the body begins and which grammar the header is in: the one place where
 * that is decided, as frontmatter.h says.  0 when the file has no header at
 * all. */
static int
find_header(struct slice text, struct header *h, struct lines *body)
{
	struct lines at;
	struct slice line;
	char fence = '-';

	memset(h, 0, sizeof(*h));
	lines_start(&at, text);
	do {
		h->begin = at;
		if (!lines_next(&at, &line))
			return 0;
	} while (trim(line).len == 0);
	if (is_fence(line, '+')) {
		h->grammar = GRAMMAR_TOML;
		fence = '+';
	}
	h->fenced = is_fence(line, fence);
	if (h->fenced)
		h->begin = at;
	else if (key_end(line) == 0)
		return 0;
	at = h->begin;
	find_end(h, &at, fence);
	*body = at;
	return 1;
}

/* ---- Canopy's lines ---- */

/* A header that is YAML in intention but not in fact: its quotes and brackets
 * are none of the text. */
static struct slice
unquoted(struct slice s)
{
	if (s.len < 2)
		return s;
	if (((s.data[0] == '"' || s.data[0] == '\'') &&
	     quoted_end(s) == s.len) ||
	    (s.data[0] == '[' && bracket_end(s) == s.len))
		return (struct slice){s.data + 1, s.len - 2};
	return s;
}

static int
is_null(struct slice s)
{
	return slice_is(s, "~") || slice_is(s, "null") || slice_is(s, "Null") ||
	       slice_is(s, "NULL");
}

/* Takes one header line in; 0 when it is no "key: value". */
static int
take_line(struct fm *fm, struct slice line, size_t number)
{
	struct fm_value v = {.type = FM_TEXT};
	size_t n = key_end(line);

	if (n == 0)
		return trim(line).len == 0 || line.data[0] == '#';
	v.text = value_of(line, n);
	v.at.line = number;
	v.at.column = lines_column(line, (size_t)(v.text.data - line.data));
	if (fm->quiet)
		v.text = unquoted(v.text);
	if (is_null(v.text))
		return 1;
	fm_take(fm, (struct slice){line.data, n}, (struct fm_place){number, 1},
		&v);
	return 1;
}

static void
read_lines(const struct header *h, struct fm *fm)
{
	struct lines at = h->begin;
	struct slice line;
	int bad = 0;

	while (lines_next(&at, &line)) {
		if (h->closed && at.number == h->last_line)
			break;
		if (take_line(fm, line, at.number) || fm->quiet)
			continue;
		if (bad++ < BAD_LINES_MAX)
			fm_report(fm, SEVERITY_WARNING,
				  (struct fm_place){at.number, 1},
				  "header line without \"key: value\" ignored");
	}
}

/* ---- the whole ---- */

static void
say_nothing(void *ctx, enum severity severity, size_t line, size_t column,
	    const char *message)
{
	(void)ctx, (void)severity, (void)line, (void)column, (void)message;
}

static void
read_header(const struct header *h, struct fm *fm)
{
	frontmatter_report_fn *report = fm->report;

	if (!h->closed) {
		fm->report = say_nothing; /* it may be no header at all */
		fm->quiet = 1;
	}
	if (h->grammar == GRAMMAR_TOML && h->closed) {
		fm_toml(fm, h->text, h->begin.number + 1);
		return;
	}
	if (h->grammar == GRAMMAR_YAML && h->closed) {
		if (fm_yaml(fm, h->text, h->begin.number + 1) == 0)
			return;
		fm_reset(fm);
		fm->quiet = 1;
	}
	read_lines(h, fm);
	fm->report = report;
}

/* "# Title" as the first line of the body, which then begins behind it. */
static void
title_of_body(struct frontmatter *f)
{
	struct lines at = {.rest = f->body, .number = f->body_line - 1};
	struct slice line;

	do {
		if (!lines_next(&at, &line))
			return;
	} while (trim(line).len == 0);
	if (line.len < 3 || line.data[0] != '#' || line.data[1] != ' ')
		return;
	line = trim((struct slice){line.data + 2, line.len - 2});
	while (line.len > 0 && line.data[line.len - 1] == '#')
		line.len--;
	f->title = trim(line);
	if (f->title.len == 0)
		return;
	f->body = at.rest;
	f->body_line = at.number + 1;
}

static int
is_complete(const struct header *h, const struct frontmatter *f)
{
	return f->title.len > 0 && (h->fenced || f->authors.len > 0);
}

static enum frontmatter_kind
judge_closed(const struct header *h, const struct fm *fm)
{
	const struct frontmatter *f = fm->f;
	struct fm_place end = {h->last_line, 1};

	if (f->title.len == 0)
		fm_report(fm, SEVERITY_ERROR, end,
			  "left out: the header has no \"title: \"");
	if (f->authors.len == 0 && !h->fenced)
		fm_report(fm, SEVERITY_ERROR, end,
			  "left out: the header has no \"author: \"");
	if (!is_complete(h, f))
		return FRONTMATTER_NONE;
	if (f->content.len > 0 && !slice_is(f->content, "markdown")) {
		fm_report(fm, SEVERITY_ERROR, end,
			  "left out: \"content: \" names another type than "
			  "markdown");
		return FRONTMATTER_NONE;
	}
	return FRONTMATTER_ARTICLE;
}

static enum frontmatter_kind
judge(const struct header *h, const struct fm *fm,
      const struct frontmatter_name *name)
{
	struct frontmatter *f = fm->f;

	if (f->redirect.len > 0 &&
	    (f->redirects_in_dialect || !h->closed || !is_complete(h, f)))
		return FRONTMATTER_REDIRECT;
	if (!h->closed) {
		fm_report(
		    fm, SEVERITY_ERROR,
		    (struct fm_place){h->last_line > 0 ? h->last_line : 1, 1},
		    h->grammar == GRAMMAR_TOML
			? "left out: no line \"+++\" ends the header"
			: "left out: no line \"---\" ends the header");
		return FRONTMATTER_NONE;
	}
	if (f->title.len == 0)
		f->title = name->title;
	if (f->title.len == 0)
		title_of_body(f);
	return judge_closed(h, fm);
}

static int
read_file(struct slice text, struct header *h, struct fm *fm)
{
	struct frontmatter *f = fm->f;
	struct lines body;

	memset(f, 0, sizeof(*f));
	fm_reset(fm);
	f->body = slice_of("");
	if (!find_header(text, h, &body))
		return 0;
	f->fenced = h->fenced;
	f->body = body.rest;
	f->body_line = body.number + 1;
	if (h->text.len <= FRONTMATTER_MAX)
		read_header(h, fm);
	return 1;
}

enum frontmatter_kind
frontmatter_parse(struct region *r, struct slice text,
		  const struct frontmatter_name *name, struct frontmatter *f,
		  frontmatter_report_fn *report, void *ctx)
{
	struct fm fm = {r, f, report, ctx, name->jekyll, 0, 0};
	struct header h;

	if (!read_file(text, &h, &fm)) {
		fm_report(&fm, SEVERITY_WARNING, (struct fm_place){1, 1},
			  "left out: not an article (no header with title and "
			  "author), nor below static/");
		return FRONTMATTER_NONE;
	}
	if (h.closed && h.text.len > FRONTMATTER_MAX) {
		fm_report(&fm, SEVERITY_ERROR,
			  (struct fm_place){h.last_line, 1},
			  "left out: the header is longer than 64 kB");
		return FRONTMATTER_NONE;
	}
	return judge(&h, &fm, name);
}

int
frontmatter_read(struct region *r, struct slice text, struct frontmatter *f,
		 frontmatter_report_fn *report, void *ctx)
{
	struct fm fm = {r, f, report, ctx, 0, 0, 0};
	struct header h;

	return read_file(text, &h, &fm);
}
