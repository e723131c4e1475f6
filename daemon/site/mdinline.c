/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "mdwriter.h"

#include <string.h>

#include "rawhtml.h"
#include "url.h"

void
md_text(struct writer *w, cmark_node *node, int entering)
{
	(void)entering;
	html_escape(w->o, ESCAPE_TEXT, md_literal(node));
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

static void
write_url(struct writer *w, cmark_node *node, enum url_use use)
{
	const char *s = cmark_node_get_url(node);
	struct slice url = slice_of(s != NULL ? s : "");

	if (url_allowed(url, use))
		html_escape(w->o, ESCAPE_HREF, url);
}

static void
write_title(struct writer *w, cmark_node *node)
{
	const char *title = cmark_node_get_title(node);

	if (title == NULL || *title == '\0')
		return;
	html_str(w->o, "\" title=\"");
	html_escape(w->o, ESCAPE_TEXT, slice_of(title));
}

void
md_link(struct writer *w, cmark_node *node, int entering)
{
	if (!entering) {
		md_element(w, 0, "", "</a>");
		return;
	}
	html_str(w->o, "<a href=\"");
	write_url(w, node, URL_LINK);
	write_title(w, node);
	md_element(w, 1, "\">", "");
}

/* An image's content is its alternative text: see md_alt. */
void
md_image(struct writer *w, cmark_node *node, int entering)
{
	if (entering) {
		html_str(w->o, "<img src=\"");
		write_url(w, node, URL_MEDIA);
		html_str(w->o, "\" alt=\"");
		w->image = node;
	} else {
		write_title(w, node);
		html_str(w->o, "\">");
	}
}

void
md_alt(struct writer *w, cmark_node *node, int entering)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
	case CMARK_NODE_CODE:
	case CMARK_NODE_HTML_INLINE:
		md_text(w, node, entering);
		break;
	case CMARK_NODE_SOFTBREAK:
	case CMARK_NODE_LINEBREAK:
		html_char(w->o, ' ');
		break;
	default:
		break;
	}
}

void
md_footnote_reference(struct writer *w, cmark_node *node, int entering)
{
	struct slice number = md_literal(node);
	char id[32] = "fnref.";

	if (!entering || number.len > sizeof(id) - 7)
		return;
	memcpy(id + 6, number.data, number.len);
	html_str(w->o, "<sup class=\"footnote-ref\"><a href=\"#fn.");
	html_escape(w->o, ESCAPE_TEXT, number);
	html_char(w->o, '"');
	if (html_claim_id(w->o, (struct slice){id, number.len + 6})) {
		html_str(w->o, " id=\"");
		html_escape(w->o, ESCAPE_TEXT,
			    (struct slice){id, number.len + 6});
		html_char(w->o, '"');
	}
	html_char(w->o, '>');
	html_escape(w->o, ESCAPE_TEXT, number);
	html_str(w->o, "</a></sup>");
}
