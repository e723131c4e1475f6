/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "mdwriter.h"
#include "url.h"

/* Links and images. */

/* A refused address is left out, so the link leads nowhere. */
static void
write_url(struct writer *w, cmark_node *node, enum url_use use,
	  enum note_type type)
{
	const char *s = cmark_node_get_url(node);
	struct slice url = slice_of(s != NULL ? s : "");
	size_t start = w->o->len;

	md_mark(w, node);
	if (!url_allowed(url, use)) {
		md_problem(w, node, SEVERITY_ERROR,
			   "an address of this kind is not allowed; it is left "
			   "out");
		return;
	}
	html_escape(w->o, ESCAPE_HREF, url);
	html_note_reference(w->o, type, url, start);
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

static void
end_link(struct writer *w, cmark_node *node)
{
	const char *url = cmark_node_get_url(node);

	if (w->o->len == w->content)
		md_problem(w, node, SEVERITY_WARNING, "the link has no text");
	else if (url == NULL || *url == '\0')
		md_problem(w, node, SEVERITY_WARNING, "the link leads nowhere");
	md_element(w, 0, "", "</a>");
}

void
md_link(struct writer *w, cmark_node *node, int entering)
{
	if (!entering) {
		end_link(w, node);
		return;
	}
	html_str(w->o, "<a href=\"");
	write_url(w, node, URL_LINK, NOTE_LINK);
	write_title(w, node);
	md_element(w, 1, "\">", "");
	w->content = w->o->len;
}

static void
end_image(struct writer *w, cmark_node *node)
{
	if (w->o->len == w->content)
		md_problem(w, node, SEVERITY_WARNING,
			   "the image has no alternative text");
	if (w->figure != node)
		write_title(w, node);
	html_char(w->o, '"');
	html_lazy(w->o);
	html_char(w->o, '>');
	w->content = 0; /* so a link around it is not empty */
}

/* An image's content is its alternative text: see md_alt. */
void
md_image(struct writer *w, cmark_node *node, int entering)
{
	if (!entering) {
		end_image(w, node);
		return;
	}
	html_str(w->o, "<img src=\"");
	write_url(w, node, URL_MEDIA, NOTE_IMAGE);
	html_str(w->o, "\" alt=\"");
	w->image = node;
	w->content = w->o->len;
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
	case CMARK_NODE_CUSTOM_INLINE:
		if (entering)
			html_escape(w->o, ESCAPE_TEXT,
				    slice_of(cmark_node_get_on_enter(node)));
		break;
	case CMARK_NODE_SOFTBREAK:
	case CMARK_NODE_LINEBREAK:
		html_char(w->o, ' ');
		break;
	default:
		break;
	}
}
