/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "highlight.h"
#include "math.h"
#include "mdmath.h"
#include "mdwriter.h"
#include "notes.h"

/* Code blocks, and mathematics, whose source is code where it is not known. */

#define NARROW	    32 /* bytes that fit on a line of the smallest screen */
#define NARROW_MATH 24 /* the same of TeX */
#define REFUSED_MAX 20 /* formulas that are told of in one text */

/* A long formula on a line of its own is scrolled, by keyboard too; a short one
 * fits on the smallest screen. */
static int
write_scrolled_math(struct htmlout *o, struct slice tex)
{
	size_t before = o->len, word;

	html_str(o, "<span class=\"math\" role=\"group\" aria-label=\"");
	word = o->len;
	html_str(o, "Formula\" tabindex=\"0\">");
	if (!math_write(o, tex, 1)) {
		o->len = before;
		return 0;
	}
	html_note_word(o, "Formula", word);
	html_str(o, "</span>");
	return 1;
}

/* Others may be told of as well. */
static void
tell_refused(struct writer *w, struct slice tex, int line, int column)
{
	struct slice unknown = math_unknown(tex);
	char message[160];

	if (++w->refused > REFUSED_MAX)
		return;
	if (unknown.len > 0)
		snprintf(message, sizeof(message),
			 "the formula is shown as its source: %.*s is not "
			 "known, see MATHEMATICS in blogd-content(5)",
			 (int)unknown.len, unknown.data);
	else
		snprintf(message, sizeof(message),
			 "the formula is shown as its source: it is none of "
			 "the TeX that is known, see MATHEMATICS in "
			 "blogd-content(5)");
	md_problem_at(w, line, column, SEVERITY_WARNING, message);
}

/* line, column: where it begins. */
static void
write_math(struct writer *w, struct slice tex, int display, int line,
	   int column)
{
	int scrolled = display && tex.len > NARROW_MATH;

	if (scrolled ? write_scrolled_math(w->o, tex)
		     : math_write(w->o, tex, display)) {
		html_needs(w->o, NOTES_MATH);
		return;
	}
	tell_refused(w, tex, line, column);
	html_needs(w->o, NOTES_TEXT);
	html_str(w->o, "<code class=\"math\">");
	html_escape(w->o, ESCAPE_TEXT, tex);
	html_str(w->o, "</code>");
}

/* What mdmath.c made of "$...$". */
void
md_math(struct writer *w, cmark_node *node, int entering)
{
	struct mdmath_found found;

	if (!entering)
		return;
	mdmath_found(node, &found);
	write_math(w, found.tex, found.display, found.line, found.column);
}

/* The first word behind the fence, as ```rust,ignore and ```{.python} have it
 * too. */
static struct slice
language_of(cmark_node *node)
{
	const char *info = cmark_node_get_fence_info(node);

	if (info == NULL)
		return slice_of("");
	info += strspn(info, "{. ");
	return (struct slice){info, strcspn(info, " \t\n,{}:")};
}

static void
write_code(struct writer *w, struct slice language, struct slice code)
{
	if (language.len > 0 && highlight_write(w->o, language, code))
		html_needs(w->o, NOTES_CODE);
	else
		html_escape(w->o, ESCAPE_TEXT, code);
}

/* Code with long lines can be scrolled, and must be so by keyboard too; short
 * code is no place to stop at. */
static void
write_pre(struct writer *w, struct slice code)
{
	const char *end;
	size_t n;

	while (code.len > NARROW) {
		end = memchr(code.data, '\n', code.len);
		n = end != NULL ? (size_t)(end - code.data) : code.len;
		if (n > NARROW) {
			html_str(w->o, "<pre tabindex=\"0\" role=\"group\" "
				       "aria-label=\"");
			html_word(w->o, "Code");
			html_str(w->o, "\">");
			return;
		}
		n += end != NULL;
		code = (struct slice){code.data + n, code.len - n};
	}
	html_str(w->o, "<pre>");
}

void
md_code_block(struct writer *w, cmark_node *node, int entering)
{
	struct slice language = language_of(node);

	(void)entering;
	html_newline(w->o);
	if (slice_is(language, "math")) {
		html_str(w->o, "<p>");
		write_math(w, md_literal(node), 1,
			   cmark_node_get_start_line(node),
			   cmark_node_get_start_column(node));
		html_str(w->o, "</p>\n");
		return;
	}
	write_pre(w, md_literal(node));
	if (language.len > 0) {
		html_str(w->o, "<code class=\"language-");
		html_escape(w->o, ESCAPE_TEXT, language);
		html_str(w->o, "\">");
	} else {
		html_str(w->o, "<code>");
	}
	md_count_words(w, md_literal(node));
	write_code(w, language, md_literal(node));
	html_str(w->o, "</code></pre>\n");
}
