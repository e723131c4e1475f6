/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "frontmatter.h"

#include <string.h>

#include "lines.h"

#define BAD_LINES_MAX 3 /* reported in one header */

struct header {
	struct lines begin; /* at the first line behind an opening "---" */
	size_t last_line;   /* number of the closing line, or of the last */
	int closed;
};

static int
is_fence(struct slice line)
{
	size_t i = 0;

	line = trim(line);
	while (i < line.len && line.data[i] == '-')
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

/* Where the body begins and which grammar the header is in: the one place where
 * other dialects of front matter are to be told apart.  0 when the file has no
 * header at all. */
static int
find_header(struct slice text, struct header *h, struct lines *body)
{
	struct lines at;
	struct slice line;

	memset(h, 0, sizeof(*h));
	lines_start(&at, text);
	do {
		h->begin = at;
		if (!lines_next(&at, &line))
			return 0;
	} while (trim(line).len == 0);
	if (is_fence(line))
		h->begin = at;
	else if (key_end(line) == 0)
		return 0;
	at = h->begin;
	while (lines_next(&at, &line)) {
		h->last_line = at.number;
		if (is_fence(line)) {
			h->closed = 1;
			break;
		}
	}
	*body = at;
	return 1;
}

static struct slice *
field(struct frontmatter *f, struct slice key)
{
	const struct {
		const char *name;
		struct slice *value;
	} fields[] = {
	    {"title", &f->title},	    {"author", &f->author},
	    {"author_url", &f->author_url}, {"tags", &f->tags},
	    {"abstract", &f->abstract},	    {"content", &f->content},
	    {"redirect", &f->redirect},
	};
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (slice_is(key, fields[i].name))
			return fields[i].value;
	return NULL;
}

/* Takes one header line in; 0 when it is no "key: value". */
static int
take_line(struct frontmatter *f, struct slice line, size_t number)
{
	size_t n = key_end(line);
	struct slice *value;

	if (n == 0)
		return trim(line).len == 0;
	value = field(f, (struct slice){line.data, n});
	if (value == NULL || value->len > 0)
		return 1;
	*value = trim((struct slice){line.data + n + 1, line.len - n - 1});
	if (value == &f->redirect)
		f->redirect_line = number;
	return 1;
}

static void
read_header(const struct header *h, struct frontmatter *f,
	    frontmatter_report_fn *report, void *ctx)
{
	struct lines at = h->begin;
	struct slice line;
	int bad = 0;

	while (lines_next(&at, &line)) {
		if (h->closed && at.number == h->last_line)
			break;
		if (take_line(f, line, at.number) || !h->closed)
			continue;
		if (bad++ < BAD_LINES_MAX)
			report(ctx, SEVERITY_WARNING, at.number, 1,
			       "header line without \"key: value\" ignored");
	}
}

static enum frontmatter_kind
judge(const struct header *h, const struct frontmatter *f,
      frontmatter_report_fn *report, void *ctx)
{
	int complete = f->title.len > 0 && f->author.len > 0;

	if (f->redirect.len > 0 && !(complete && h->closed))
		return FRONTMATTER_REDIRECT;
	if (!h->closed) {
		report(ctx, SEVERITY_ERROR, h->last_line > 0 ? h->last_line : 1,
		       1, "left out: no line \"---\" ends the header");
		return FRONTMATTER_NONE;
	}
	if (f->title.len == 0)
		report(ctx, SEVERITY_ERROR, h->last_line, 1,
		       "left out: the header has no \"title: \"");
	if (f->author.len == 0)
		report(ctx, SEVERITY_ERROR, h->last_line, 1,
		       "left out: the header has no \"author: \"");
	if (!complete)
		return FRONTMATTER_NONE;
	if (f->content.len > 0 && !slice_is(f->content, "markdown")) {
		report(
		    ctx, SEVERITY_ERROR, h->last_line, 1,
		    "left out: \"content: \" names another type than markdown");
		return FRONTMATTER_NONE;
	}
	return FRONTMATTER_ARTICLE;
}

enum frontmatter_kind
frontmatter_parse(struct slice text, struct frontmatter *f,
		  frontmatter_report_fn *report, void *ctx)
{
	struct header h;
	struct lines body;

	memset(f, 0, sizeof(*f));
	if (!find_header(text, &h, &body)) {
		report(ctx, SEVERITY_WARNING, 1, 1,
		       "left out: not an article (no header with title and "
		       "author), nor below static/");
		return FRONTMATTER_NONE;
	}
	read_header(&h, f, report, ctx);
	f->body = body.rest;
	f->body_line = body.number + 1;
	return judge(&h, f, report, ctx);
}
