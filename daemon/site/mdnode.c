/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "mdnode.h"

#include <cmark-gfm-core-extensions.h>
#include <string.h>

#include "mdwriter.h"
#include "rawhtml.h"

#define HEADING_TEXT_MAX 512 /* bytes of it that are looked at for its id */

struct slice
md_literal(cmark_node *node)
{
	const char *s = cmark_node_get_literal(node);

	return slice_of(s != NULL ? s : "");
}

void
md_element(struct writer *w, int entering, const char *start, const char *end)
{
	if (entering) {
		html_str(w->o, start);
		html_barrier(w->o);
	} else {
		html_leave(w->o);
		html_str(w->o, end);
	}
}

void
md_block(struct writer *w, int entering, const char *start, const char *end)
{
	if (!entering)
		html_leave(w->o);
	html_newline(w->o);
	html_str(w->o, entering ? start : end);
	if (entering)
		html_barrier(w->o);
}

static void
write_quote(struct writer *w, cmark_node *node, int entering)
{
	(void)node;
	md_block(w, entering, "<blockquote>\n", "</blockquote>\n");
}

static void
write_list(struct writer *w, cmark_node *node, int entering)
{
	int start = cmark_node_get_list_start(node);

	if (cmark_node_get_list_type(node) != CMARK_ORDERED_LIST) {
		md_block(w, entering, "<ul>\n", "</ul>\n");
	} else if (entering && start > 1) {
		html_newline(w->o);
		html_str(w->o, "<ol start=\"");
		html_number(w->o, (unsigned long)start);
		md_element(w, 1, "\">\n", "");
	} else {
		md_block(w, entering, "<ol>\n", "</ol>\n");
	}
}

static void
write_item(struct writer *w, cmark_node *node, int entering)
{
	if (!entering) {
		md_element(w, 0, "", "</li>\n");
		return;
	}
	md_block(w, 1, "<li>", "");
	if (strcmp(cmark_node_get_type_string(node), "tasklist") != 0)
		return;
	html_str(w->o, "<input type=\"checkbox\" disabled");
	if (cmark_gfm_extensions_get_tasklist_item_checked(node))
		html_str(w->o, " checked");
	html_str(w->o, "> ");
}

static void
write_html_block(struct writer *w, cmark_node *node, int entering)
{
	struct slice html = md_literal(node);
	int as_text = !rawhtml_begins_allowed(html);

	(void)entering;
	while (html.len > 0 && html.data[html.len - 1] == '\n')
		html.len--;
	html_newline(w->o);
	if (as_text)
		md_element(w, 1, "<p>", "");
	rawhtml_write(w->o, html);
	if (as_text)
		md_element(w, 0, "", "</p>");
	html_newline(w->o);
}

static void
write_backref(struct writer *w)
{
	w->returned = 1;
	html_str(w->o, "<a href=\"#fnref.");
	html_number(w->o, w->footnote);
	html_str(w->o, "\" class=\"footnote-backref\" aria-label=\"Back to "
		       "reference ");
	html_number(w->o, w->footnote);
	html_str(w->o, "\">\xe2\x86\xa9</a>");
}

static void
write_paragraph(struct writer *w, cmark_node *node, int entering)
{
	cmark_node *parent = cmark_node_parent(node);
	cmark_node *list = cmark_node_parent(parent);

	if (list != NULL && cmark_node_get_type(list) == CMARK_NODE_LIST &&
	    cmark_node_get_list_tight(list)) {
		md_element(w, entering, "", "");
		return;
	}
	if (!entering && w->footnote > 0 && cmark_node_next(node) == NULL &&
	    cmark_node_get_type(parent) == CMARK_NODE_FOOTNOTE_DEFINITION) {
		html_char(w->o, ' ');
		write_backref(w);
	}
	if (entering)
		html_newline(w->o);
	md_element(w, entering, "<p>", "</p>\n");
}

/* The text below a node, as much of it as fits. */
static size_t
text_below(cmark_node *node, char *out, size_t room)
{
	cmark_iter *iter = cmark_iter_new(node);
	size_t len = 0, n;
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *at = cmark_iter_get_node(iter);
		cmark_node_type type = cmark_node_get_type(at);
		struct slice s = slice_of("");

		if (event == CMARK_EVENT_ENTER &&
		    (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE))
			s = md_literal(at);
		else if (type == CMARK_NODE_SOFTBREAK ||
			 type == CMARK_NODE_LINEBREAK)
			s = slice_of(" ");
		n = s.len < room - len ? s.len : room - len;
		memcpy(out + len, s.data, n);
		len += n;
	}
	cmark_iter_free(iter);
	return len;
}

static void
write_heading(struct writer *w, cmark_node *node, int entering)
{
	unsigned long level = (unsigned long)cmark_node_get_heading_level(node);
	char text[HEADING_TEXT_MAX];
	size_t n;

	if (!entering) {
		md_element(w, 0, "", "</h");
		html_number(w->o, level);
		html_str(w->o, ">\n");
		return;
	}
	n = text_below(node, text, sizeof(text));
	html_newline(w->o);
	html_str(w->o, "<h");
	html_number(w->o, level);
	html_str(w->o, " id=\"");
	html_heading_id(w->o, (struct slice){text, n});
	md_element(w, 1, "\">", "");
}

static void
write_rule(struct writer *w, cmark_node *node, int entering)
{
	(void)node;
	(void)entering;
	html_newline(w->o);
	html_str(w->o, "<hr>\n");
}

static void
write_footnote(struct writer *w, cmark_node *node, int entering)
{
	(void)node;
	if (!entering) {
		if (!w->returned)
			write_backref(w);
		md_element(w, 0, "", "</li>\n");
		return;
	}
	html_newline(w->o);
	if (w->footnote == 0)
		html_str(w->o, "<section class=\"footnotes\">\n<ol>\n");
	w->footnote++;
	w->returned = 0;
	html_str(w->o, "<li id=\"fn.");
	html_number(w->o, w->footnote);
	md_element(w, 1, "\">\n", "");
}

static md_write_fn *
writer_of(cmark_node *node)
{
	static const struct {
		cmark_node_type type;
		md_write_fn *write;
	} writers[] = {
	    {CMARK_NODE_TEXT, md_text},
	    {CMARK_NODE_SOFTBREAK, md_softbreak},
	    {CMARK_NODE_PARAGRAPH, write_paragraph},
	    {CMARK_NODE_CODE, md_code},
	    {CMARK_NODE_LINK, md_link},
	    {CMARK_NODE_EMPH, md_emphasis},
	    {CMARK_NODE_STRONG, md_strong},
	    {CMARK_NODE_ITEM, write_item},
	    {CMARK_NODE_LIST, write_list},
	    {CMARK_NODE_HEADING, write_heading},
	    {CMARK_NODE_CODE_BLOCK, md_code_block},
	    {CMARK_NODE_IMAGE, md_image},
	    {CMARK_NODE_HTML_INLINE, md_html_inline},
	    {CMARK_NODE_HTML_BLOCK, write_html_block},
	    {CMARK_NODE_BLOCK_QUOTE, write_quote},
	    {CMARK_NODE_LINEBREAK, md_linebreak},
	    {CMARK_NODE_THEMATIC_BREAK, write_rule},
	    {CMARK_NODE_FOOTNOTE_REFERENCE, md_footnote_reference},
	    {CMARK_NODE_FOOTNOTE_DEFINITION, write_footnote},
	};
	cmark_node_type type = cmark_node_get_type(node);
	size_t i;

	for (i = 0; i < sizeof(writers) / sizeof(writers[0]); i++)
		if (writers[i].type == type)
			return writers[i].write;
	return md_extension_writer(node);
}

static void
write_event(struct writer *w, cmark_node *node, int entering)
{
	md_write_fn *write;

	if (w->image == node)
		w->image = NULL;
	if (w->image != NULL) {
		md_alt(w, node, entering);
		return;
	}
	write = writer_of(node);
	if (write != NULL)
		write(w, node, entering);
}

void
mdnode_write(struct htmlout *o, cmark_node *document)
{
	struct writer w = {.o = o};
	cmark_iter *iter = cmark_iter_new(document);
	cmark_event_type event;

	html_barrier(o);
	while (!o->full && (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE)
		write_event(&w, cmark_iter_get_node(iter),
			    event == CMARK_EVENT_ENTER);
	if (w.footnote > 0)
		html_str(o, "</ol>\n</section>\n");
	html_leave(o);
}
