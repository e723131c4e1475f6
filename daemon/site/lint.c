/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "escape.h"
#include "frontmatter.h"
#include "lines.h"

#define HEADINGS_MAX 20 /* reported in one file */

static void
lint_utf8(struct slice text, frontmatter_report_fn *report, void *ctx)
{
	struct lines at;
	struct slice line;
	size_t bad;

	if (utf8_check(text) == text.len)
		return;
	lines_start(&at, text);
	while (lines_next(&at, &line)) {
		bad = utf8_check(line);
		if (bad == line.len)
			continue;
		report(ctx, SEVERITY_WARNING, at.number,
		       lines_column(line, bad),
		       "bytes that are not UTF-8 are shown as U+FFFD");
		return;
	}
}

static size_t
run(struct slice s, size_t from, char c)
{
	size_t n = 0;

	while (from + n < s.len && s.data[from + n] == c)
		n++;
	return n;
}

/* "##Heading", or "#Heading" in capitals; "#include" and "#channel" are no
 * slips.  Returns the column, or 0. */
static size_t
heading_slip(struct slice line)
{
	size_t indent = run(line, 0, ' ');
	size_t level = run(line, indent, '#'), next = indent + level;
	unsigned char c;

	if (indent > 3 || level == 0 || level > 6 || next >= line.len)
		return 0;
	c = (unsigned char)line.data[next];
	if (level == 1 && !(c >= 'A' && c <= 'Z'))
		return 0;
	if (c == ' ' || c == '\t' || c < 0x20)
		return 0;
	return next + 1;
}

/* Follows fenced code blocks: returns whether the line is code, or a fence. */
static int
in_code(struct slice line, char *fence, size_t *length)
{
	size_t indent = run(line, 0, ' '), n;
	char c = indent < line.len ? line.data[indent] : '\0';

	n = c == '`' || c == '~' ? run(line, indent, c) : 0;
	if (indent > 3 || n < 3)
		return *fence != '\0';
	if (*fence == '\0') {
		*fence = c;
		*length = n;
	} else if (*fence == c && n >= *length && trim(line).len == n) {
		*fence = '\0';
	}
	return 1;
}

static void
lint_headings(const struct frontmatter *f, frontmatter_report_fn *report,
	      void *ctx)
{
	struct lines at = {.rest = f->body, .number = f->body_line - 1};
	struct slice line;
	size_t column, length = 0, found = 0;
	char fence = '\0';

	while (lines_next(&at, &line) && found < HEADINGS_MAX) {
		if (in_code(line, &fence, &length))
			continue;
		column = heading_slip(line);
		if (column == 0)
			continue;
		found++;
		report(ctx, SEVERITY_WARNING, at.number, column,
		       "\"#\" without a blank behind it makes no heading");
	}
}

void
frontmatter_lint(struct slice text, const struct frontmatter *f,
		 frontmatter_report_fn *report, void *ctx)
{
	lint_utf8(text, report, ctx);
	lint_headings(f, report, ctx);
}
