/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "mdwriter.h"

#include <string.h>

#include "rawhtml.h"

void
md_text(struct writer *w, cmark_node *node, int entering)
{
	struct slice text = md_literal(node);

	(void)entering;
	if (cmark_node_get_type(node) == CMARK_NODE_TEXT)
		md_tell_text(w, node, text);
	md_count_words(w, text);
	html_escape(w->o, ESCAPE_TEXT, text);
}

void
md_softbreak(struct writer *w, cmark_node *node, int entering)
{
	(void)node;
	(void)entering;
	html_char(w->o, '\n');
}

void
md_linebreak(struct writer *w, cmark_node *node, int entering)
{
	(void)node;
	(void)entering;
	html_str(w->o, "<br>\n");
}

void
md_code(struct writer *w, cmark_node *node, int entering)
{
	html_str(w->o, "<code>");
	md_text(w, node, entering);
	html_str(w->o, "</code>");
}

void
md_html_inline(struct writer *w, cmark_node *node, int entering)
{
	(void)entering;
	md_mark(w, node);
	rawhtml_write(w->o, md_literal(node));
}

void
md_emphasis(struct writer *w, cmark_node *node, int entering)
{
	(void)node;
	md_element(w, entering, "<em>", "</em>");
}

void
md_strong(struct writer *w, cmark_node *node, int entering)
{
	(void)node;
	md_element(w, entering, "<strong>", "</strong>");
}
