/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "frontmatter.h"

#include <stdio.h>
#include <string.h>

#include "frontmatter_keys.h"
#include "frontmatter_line.h"
#include "lines.h"
#include "path.h"

#define BAD_LINES_MAX 3 /* reported in one header */

enum grammar { GRAMMAR_LINES, GRAMMAR_YAML, GRAMMAR_TOML };

struct header {
	enum grammar grammar;
	struct lines begin; /* at the first line behind an opening fence */
	struct slice text;  /* from there up to the closing fence */
	size_t last_line;   /* number of the closing line, or of the last */
	int fenced, closed;
};

/* ---- where it is ---- */

/* The other end of a document in YAML, which Jekyll and Pandoc know. */
static int
is_dots(const struct header *h, struct slice line)
{
	return h->fenced && h->grammar != GRAMMAR_TOML &&
	       slice_begins(line, "...") && trim(line).len == 3;
}

static void
find_end(struct header *h, struct lines *at, char fence)
{
	struct slice line;

	h->text = (struct slice){at->rest.data, 0};
	while (lines_next(at, &line)) {
		h->last_line = at->number;
		if (line_is_fence(line, fence) || is_dots(h, line)) {
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
	if (line_is_fence(line, '+')) {
		h->grammar = GRAMMAR_TOML;
		fence = '+';
	}
	h->fenced = line_is_fence(line, fence);
	if (h->fenced)
		h->begin = at;
	else if (line_key_end(line) == 0)
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
	size_t n = line_key_end(line);

	if (n == 0)
		return trim(line).len == 0 || line.data[0] == '#';
	v.text = line_value(line, n);
	v.at.line = number;
	v.at.column = lines_column(line, (size_t)(v.text.data - line.data));
	if (fm->quiet)
		v.text = unquoted(v.text);
	if (is_null(v.text))
		return 1;
	fm_take(fm, line_key(line, n), (struct fm_place){number, 1}, &v);
	return 1;
}

/* "title:Foo", perhaps with a blank that looks like one but is none. */
static int
lacks_blank(struct slice line)
{
	const char *colon = memchr(line.data, ':', line.len);

	return colon != NULL &&
	       line_key_end((struct slice){
		   line.data, (size_t)(colon + 1 - line.data)}) > 0;
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
				  lacks_blank(line)
				      ? "header line without a blank behind "
					"its \":\" ignored"
				      : "header line without \"key: value\" "
					"ignored");
	}
}

/* ---- the whole ---- */

static void
say_nothing(void *ctx, enum severity severity, size_t line, size_t column,
	    const char *message)
{
	(void)ctx, (void)severity, (void)line, (void)column, (void)message;
}

/* What was reported last; without a message: nothing. */
struct last {
	enum severity severity;
	struct fm_place at;
	char message[320];
};

static void
keep_last(void *ctx, enum severity severity, size_t line, size_t column,
	  const char *message)
{
	struct last *last = ctx;

	last->severity = severity;
	last->at = (struct fm_place){line, column};
	snprintf(last->message, sizeof(last->message), "%s", message);
}

/* 0 when it is none: then nothing counts, nor is said, but what is wrong with
 * it, which is always the last. */
static int
read_yaml(const struct header *h, struct fm *fm)
{
	struct last last = {0};
	struct fm trial = *fm;

	trial.report = keep_last;
	trial.ctx = &last;
	if (fm_yaml(&trial, h->text, h->begin.number + 1) == -1) {
		fm_report(fm, last.severity, last.at, last.message);
		fm_reset(fm);
		return 0;
	}
	if (last.message[0] != '\0') {
		fm_reset(fm);
		fm_yaml(fm, h->text, h->begin.number + 1);
	}
	return 1;
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
		if (read_yaml(h, fm))
			return;
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

/* Text whose first line happens to look like a key. */
static int
is_no_header(const struct header *h, const struct frontmatter *f)
{
	return !h->fenced && f->title.len == 0 && f->authors.len == 0 &&
	       f->redirect.len == 0;
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

static int
is_utf16(struct slice text)
{
	return slice_begins(text, "\xff\xfe") || slice_begins(text, "\xfe\xff");
}

static void
say_no_header(const struct fm *fm, struct slice text,
	      const struct frontmatter_name *name)
{
	const struct fm_place at = {1, 1};

	if (is_utf16(text))
		fm_report(fm, SEVERITY_ERROR, at,
			  "left out: the text is in UTF-16; save it as UTF-8");
	else if (name->markdown && trim(text).len > 0 &&
		 trim(text).data[0] == '{')
		fm_report(fm, SEVERITY_ERROR, at,
			  "left out: a header in JSON is not read; write it "
			  "in YAML or TOML");
	else if (!name->furniture)
		fm_report(fm, SEVERITY_WARNING, at,
			  "left out: not an article (no header with title and "
			  "author), nor below static/");
}

enum frontmatter_kind
frontmatter_parse(struct region *r, struct slice text,
		  const struct frontmatter_name *name, struct frontmatter *f,
		  frontmatter_report_fn *report, void *ctx)
{
	struct fm fm = {r, f, report, ctx, name->jekyll, 0, 0};
	struct header h;

	if (!read_file(text, &h, &fm) || is_no_header(&h, f)) {
		say_no_header(&fm, text, name);
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
