/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "mdwriter.h"

/*
 * Footnotes, as GitHub has them: a reference is "1", the definitions are a
 * section behind the text, and each has a link back to each reference.  Ids
 * have a dot, which those of the text cannot have.
 */
#define REFERENCES_MAX 1000 /* to one footnote that have a link back */

/* How often footnote `number` was referred to, with room to count on. */
static unsigned *
references_to(struct writer *w, unsigned number)
{
	size_t cap = w->nreferences;
	unsigned *grown;

	if (number >= cap) {
		while (number >= cap)
			cap = cap > 0 ? cap * 2 : 16;
		grown = arena_calloc(w->o->arena, cap, sizeof(*grown));
		if (w->nreferences > 0)
			memcpy(grown, w->references,
			       w->nreferences * sizeof(*grown));
		arena_free(w->o->arena, w->references);
		w->references = grown;
		w->nreferences = cap;
	}
	return &w->references[number];
}

/* "fnref.1" for the first reference, "fnref.1.2" for the second. */
static void
write_reference_id(struct writer *w, unsigned number, unsigned n)
{
	html_str(w->o, "fnref.");
	html_number(w->o, number);
	if (n > 1) {
		html_char(w->o, '.');
		html_number(w->o, n);
	}
}

void
md_footnote_reference(struct writer *w, cmark_node *node, int entering)
{
	struct slice digits = md_literal(node);
	unsigned number = 0, *count;
	size_t i;

	if (!entering)
		return;
	for (i = 0; i < digits.len && i < 7; i++)
		number = number * 10 + (unsigned)(digits.data[i] - '0') % 10;
	count = references_to(w, number);
	html_str(w->o, "<sup class=\"footnote-ref\"><a href=\"#fn.");
	html_number(w->o, number);
	if (*count < REFERENCES_MAX) {
		html_str(w->o, "\" id=\"");
		write_reference_id(w, number, ++*count);
	}
	html_str(w->o, "\">");
	html_number(w->o, number);
	html_str(w->o, "</a></sup>");
}

static void
write_return(struct writer *w, unsigned n)
{
	html_str(w->o, "<a href=\"#");
	write_reference_id(w, w->footnote, n);
	html_str(w->o, "\" class=\"footnote-backref\" aria-label=\"");
	html_word(w->o, "Back to reference");
	html_char(w->o, ' ');
	html_number(w->o, w->footnote);
	if (n > 1) {
		html_char(w->o, '-');
		html_number(w->o, n);
	}
	/* U+FE0E: as text, where the arrow would be a coloured picture. */
	html_str(w->o, "\">\xe2\x86\xa9\xef\xb8\x8e");
	if (n > 1) {
		html_str(w->o, "<sup>");
		html_number(w->o, n);
		html_str(w->o, "</sup>");
	}
	html_str(w->o, "</a>");
}

void
md_footnote_return(struct writer *w)
{
	unsigned i, n = *references_to(w, w->footnote);

	w->returned = 1;
	for (i = 1; i <= n; i++) {
		if (i > 1)
			html_char(w->o, ' ');
		write_return(w, i);
	}
}

void
md_footnote(struct writer *w, cmark_node *node, int entering)
{
	(void)node;
	if (!entering) {
		if (!w->returned)
			md_footnote_return(w);
		md_element(w, 0, "", "</li>\n");
		return;
	}
	html_newline(w->o);
	if (w->footnote == 0) {
		html_str(w->o, "<section class=\"footnotes\" "
			       "aria-labelledby=\"footnotes.label\">\n"
			       "<h2 class=\"visually-hidden\" "
			       "id=\"footnotes.label\">");
		html_word(w->o, "Footnotes");
		html_str(w->o, "</h2>\n<ol>\n");
	}
	w->footnote++;
	w->returned = 0;
	html_str(w->o, "<li id=\"fn.");
	html_number(w->o, w->footnote);
	md_element(w, 1, "\">\n", "");
}

void
md_footnotes_end(struct writer *w)
{
	if (w->footnote > 0)
		html_str(w->o, "</ol>\n</section>\n");
}
