/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "mdnode.h"

#include <string.h>

#include "mdwriter.h"
#include "rawhtml.h"

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
	md_mark(w, node);
	rawhtml_write(w->o, html);
	if (as_text)
		md_element(w, 0, "", "</p>");
	html_newline(w->o);
}

static void
write_rule(struct writer *w, cmark_node *node, int entering)
{
	(void)node;
	(void)entering;
	html_newline(w->o);
	html_str(w->o, "<hr>\n");
}

static md_write_fn *
writer_of(cmark_node *node, uint32_t *needs)
{
	static const struct {
		cmark_node_type type;
		md_write_fn *write;
		uint32_t needs; /* see html_needs */
	} writers[] = {
	    {CMARK_NODE_TEXT, md_text, 0},
	    {CMARK_NODE_SOFTBREAK, md_softbreak, 0},
	    {CMARK_NODE_PARAGRAPH, md_paragraph, 0},
	    {CMARK_NODE_CODE, md_code, NOTES_TEXT},
	    {CMARK_NODE_LINK, md_link, 0},
	    {CMARK_NODE_EMPH, md_emphasis, 0},
	    {CMARK_NODE_STRONG, md_strong, 0},
	    {CMARK_NODE_ITEM, md_item, 0},
	    {CMARK_NODE_LIST, md_list, 0},
	    {CMARK_NODE_HEADING, md_heading, NOTES_TEXT},
	    {CMARK_NODE_CODE_BLOCK, md_code_block, NOTES_TEXT},
	    {CMARK_NODE_IMAGE, md_image, NOTES_FIGURE},
	    {CMARK_NODE_HTML_INLINE, md_html_inline, 0},
	    {CMARK_NODE_HTML_BLOCK, write_html_block, 0},
	    {CMARK_NODE_BLOCK_QUOTE, md_quote, 0},
	    {CMARK_NODE_LINEBREAK, md_linebreak, 0},
	    {CMARK_NODE_CUSTOM_INLINE, md_math, 0},
	    {CMARK_NODE_THEMATIC_BREAK, write_rule, NOTES_FIGURE},
	    {CMARK_NODE_FOOTNOTE_REFERENCE, md_footnote_reference, NOTES_ASIDE},
	    {CMARK_NODE_FOOTNOTE_DEFINITION, md_footnote, NOTES_ASIDE},
	};
	cmark_node_type type = cmark_node_get_type(node);
	size_t i;

	for (i = 0; i < sizeof(writers) / sizeof(writers[0]); i++)
		if (writers[i].type == type) {
			*needs = writers[i].needs;
			return writers[i].write;
		}
	return md_extension_writer(node);
}

static int
makes_element(cmark_node *node)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_DOCUMENT:
	case CMARK_NODE_TEXT:
	case CMARK_NODE_SOFTBREAK:
	case CMARK_NODE_LINEBREAK:
	case CMARK_NODE_HTML_INLINE:
	case CMARK_NODE_HTML_BLOCK:
		return 0;
	default:
		return 1;
	}
}

static void
write_event(struct writer *w, cmark_node *node, int entering)
{
	md_write_fn *write;
	uint32_t needs = 0;

	if (w->image == node)
		w->image = NULL;
	if (w->image != NULL) {
		md_alt(w, node, entering);
		return;
	}
	if (entering && makes_element(node))
		rawhtml_end_table(w->o);
	write = writer_of(node, &needs);
	html_needs(w->o, needs);
	if (write != NULL)
		write(w, node, entering);
}

void
mdnode_write(struct htmlout *o, cmark_node *document, struct slice source)
{
	struct writer w = {
	    .o = o, .source = source, .shift = md_heading_shift(document)};
	cmark_iter *iter = cmark_iter_new(document);
	cmark_event_type event;

	if (o->notes != NULL)
		md_tell_footnotes(&w, document);
	html_barrier(o);
	while (!o->full && (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE)
		write_event(&w, cmark_iter_get_node(iter),
			    event == CMARK_EVENT_ENTER);
	md_footnotes_end(&w);
	html_leave(o);
}
