/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "escape.h"
#include "frontmatter.h"
#include "lines.h"
#include "lint.h"

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

/* A line without the marks of the quotation and the list items that it begins
 * or is in. */
static struct slice
unmarked(struct slice line)
{
	size_t at, digits;

	for (;;) {
		at = run(line, 0, ' ');
		if (at >= line.len)
			return line;
		digits = 0;
		while (at + digits < line.len && digits < 9 &&
		       line.data[at + digits] >= '0' &&
		       line.data[at + digits] <= '9')
			digits++;
		if (line.data[at] == '>')
			at++;
		else if (at + digits + 1 < line.len &&
			 strchr(digits > 0 ? ".)" : "-*+",
				line.data[at + digits]) != NULL &&
			 line.data[at + digits + 1] == ' ')
			at += digits + 1;
		else
			return line;
		line.data += at;
		line.len -= at;
	}
}

int
lint_in_code(struct slice line, struct lint_fence *fence)
{
	struct slice inner =
	    fence->c == '\0' || fence->inside ? unmarked(line) : line;
	size_t indent = run(inner, 0, ' '), n;
	char c = indent < inner.len ? inner.data[indent] : '\0';

	n = c == '`' || c == '~' ? run(inner, indent, c) : 0;
	if ((indent > 3 && !fence->inside) || n < 3)
		return fence->c != '\0';
	if (fence->c == '\0') {
		/* "```code```" is no fence. */
		if (c == '`' && memchr(inner.data + indent + n, '`',
				       inner.len - indent - n) != NULL)
			return 0;
		fence->c = c;
		fence->length = n;
		fence->inside = inner.data != line.data;
	} else if (fence->c == c && n >= fence->length &&
		   trim(inner).len == n) {
		memset(fence, 0, sizeof(*fence));
	}
	return 1;
}

static void
lint_headings(const struct frontmatter *f, frontmatter_report_fn *report,
	      void *ctx)
{
	struct lines at = {.rest = f->body, .number = f->body_line - 1};
	struct slice line;
	struct lint_fence fence = {0};
	size_t column, found = 0;

	while (lines_next(&at, &line) && found < HEADINGS_MAX) {
		if (lint_in_code(line, &fence))
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
	lint_tags(f, report, ctx);
}
