/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <cmark-gfm-core-extensions.h>
#include <string.h>
#include <strings.h>

#include "mdwriter.h"

/* ---- quotes, and GitHub's alerts ---- */

static const struct alert {
	const char *mark, *class, *word;
} alerts[] = {
    {"[!NOTE]", "note", "Note"},
    {"[!TIP]", "tip", "Tip"},
    {"[!IMPORTANT]", "important", "Important"},
    {"[!WARNING]", "warning", "Warning"},
    {"[!CAUTION]", "caution", "Caution"},
};

static const struct alert *
alert_of(struct slice text)
{
	size_t i;

	for (i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++)
		if (strlen(alerts[i].mark) == text.len &&
		    strncasecmp(alerts[i].mark, text.data, text.len) == 0)
			return &alerts[i];
	return NULL;
}

static int
is_break(cmark_node *node)
{
	cmark_node_type type = cmark_node_get_type(node);

	return type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK;
}

/* Is the first line of the quote the mark of an alert?  Takes it out.  The walk
 * has not yet looked inside the paragraph, but is about to enter it. */
static const struct alert *
take_alert(struct writer *w, cmark_node *quote)
{
	cmark_node *paragraph = cmark_node_first_child(quote);
	cmark_node *mark =
	    paragraph != NULL ? cmark_node_first_child(paragraph) : NULL;
	cmark_node *next = mark != NULL ? cmark_node_next(mark) : NULL;
	const struct alert *alert;

	if (mark == NULL ||
	    cmark_node_get_type(paragraph) != CMARK_NODE_PARAGRAPH ||
	    cmark_node_get_type(mark) != CMARK_NODE_TEXT ||
	    (next != NULL && !is_break(next)))
		return NULL;
	alert = alert_of(md_literal(mark));
	if (alert == NULL)
		return NULL;
	cmark_node_unlink(mark);
	if (next != NULL)
		cmark_node_unlink(next);
	else
		w->skip = paragraph;
	return alert;
}

static void
start_alert(struct writer *w, const struct alert *alert)
{
	html_needs(w->o, NOTES_ASIDE);
	html_newline(w->o);
	html_str(w->o, "<div class=\"alert ");
	html_str(w->o, alert->class);
	html_str(w->o, "\" role=\"note\">\n<p class=\"alert-title\">");
	html_word(w->o, alert->word);
	md_element(w, 1, "</p>\n", "");
}

void
md_quote(struct writer *w, cmark_node *node, int entering)
{
	static char is_alert;
	const struct alert *alert;

	if (!entering) {
		md_block(w, 0, "",
			 cmark_node_get_user_data(node) == &is_alert
			     ? "</div>\n"
			     : "</blockquote>\n");
		return;
	}
	alert = take_alert(w, node);
	if (alert != NULL) {
		cmark_node_set_user_data(node, &is_alert);
		start_alert(w, alert);
		return;
	}
	html_needs(w->o, NOTES_FIGURE);
	md_block(w, 1, "<blockquote>\n", "");
}

/* ---- lists ---- */

void
md_list(struct writer *w, cmark_node *node, int entering)
{
	int start = cmark_node_get_list_start(node);

	if (cmark_node_get_list_type(node) != CMARK_ORDERED_LIST) {
		md_block(w, entering, "<ul>\n", "</ul>\n");
	} else if (entering && start != 1) {
		html_newline(w->o);
		html_str(w->o, "<ol start=\"");
		html_number(w->o, (unsigned long)(start > 0 ? start : 0));
		md_element(w, 1, "\">\n", "");
	} else {
		md_block(w, entering, "<ol>\n", "</ol>\n");
	}
}

static int
is_task(cmark_node *item)
{
	return cmark_node_get_type(item) == CMARK_NODE_ITEM &&
	       strcmp(cmark_node_get_type_string(item), "tasklist") == 0;
}

static void
write_checkbox(struct writer *w, cmark_node *item, int labelled)
{
	html_str(w->o, "<input type=\"checkbox\" disabled");
	if (cmark_gfm_extensions_get_tasklist_item_checked(item))
		html_str(w->o, " checked");
	if (!labelled) {
		html_str(w->o, " aria-label=\"");
		html_word(w->o, "Task");
		html_char(w->o, '"');
	}
	html_str(w->o, "> ");
}

/* The text of a task is the label of its box. */
static int
is_task_text(cmark_node *paragraph)
{
	return cmark_node_previous(paragraph) == NULL &&
	       is_task(cmark_node_parent(paragraph));
}

void
md_item(struct writer *w, cmark_node *node, int entering)
{
	cmark_node *first;

	if (!entering) {
		md_element(w, 0, "", "</li>\n");
		return;
	}
	if (!is_task(node)) {
		md_block(w, 1, "<li>", "");
		return;
	}
	html_needs(w->o, NOTES_ASIDE);
	md_block(w, 1, "<li class=\"task\">", "");
	first = cmark_node_first_child(node);
	if (first == NULL || cmark_node_get_type(first) != CMARK_NODE_PARAGRAPH)
		write_checkbox(w, node, 0);
}

/* ---- paragraphs ---- */

static int
is_tight(cmark_node *paragraph)
{
	cmark_node *list = cmark_node_parent(cmark_node_parent(paragraph));

	return list != NULL && cmark_node_get_type(list) == CMARK_NODE_LIST &&
	       cmark_node_get_list_tight(list);
}

/* The image that is all of the paragraph, alone or in a link; or NULL. */
static cmark_node *
lone_image(cmark_node *paragraph)
{
	cmark_node *node = cmark_node_first_child(paragraph);

	if (node != NULL && cmark_node_next(node) == NULL &&
	    cmark_node_get_type(node) == CMARK_NODE_LINK)
		node = cmark_node_first_child(node);
	return node != NULL && cmark_node_next(node) == NULL &&
		       cmark_node_get_type(node) == CMARK_NODE_IMAGE
		   ? node
		   : NULL;
}

static void
write_figure(struct writer *w, int entering)
{
	const char *title;

	if (entering) {
		md_block(w, 1, "<figure>", "");
		return;
	}
	title = cmark_node_get_title(w->figure);
	if (title != NULL && *title != '\0') {
		html_leave(w->o);
		html_str(w->o, "<figcaption>");
		html_escape(w->o, ESCAPE_TEXT, slice_of(title));
		html_str(w->o, "</figcaption>");
		html_barrier(w->o);
	}
	md_element(w, 0, "", "</figure>\n");
	w->figure = NULL;
}

/* The last paragraph of a footnote ends with the links back. */
static int
ends_footnote(struct writer *w, cmark_node *paragraph)
{
	return w->footnote > 0 && cmark_node_next(paragraph) == NULL &&
	       cmark_node_get_type(cmark_node_parent(paragraph)) ==
		   CMARK_NODE_FOOTNOTE_DEFINITION;
}

void
md_paragraph(struct writer *w, cmark_node *node, int entering)
{
	int tight, task;

	if (w->skip == node)
		return;
	if (w->figure != NULL && !entering) {
		write_figure(w, 0);
		return;
	}
	tight = is_tight(node);
	task = is_task_text(node);
	if (entering && !tight && !task && w->footnote == 0) {
		w->figure = lone_image(node);
		if (w->figure != NULL) {
			write_figure(w, 1);
			return;
		}
	}
	if (entering) {
		if (!tight) {
			html_newline(w->o);
			html_str(w->o, "<p>");
		}
		if (task) {
			html_str(w->o, "<label>");
			write_checkbox(w, cmark_node_parent(node), 1);
		}
		html_barrier(w->o);
		return;
	}
	html_leave(w->o);
	if (task)
		html_str(w->o, "</label>");
	if (ends_footnote(w, node)) {
		html_char(w->o, ' ');
		md_footnote_return(w);
	}
	if (!tight)
		html_str(w->o, "</p>\n");
}
