/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <cmark-gfm-core-extensions.h>
#include <string.h>
#include <strings.h>

#include "../utf8.h"
#include "mdwriter.h"

#define HEADING_TEXT_MAX 512 /* bytes of it that are looked at for its id */

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

/* ---- headings ---- */

/* Only blocks are looked at: the next one, not below a paragraph. */
static cmark_node *
next_block(cmark_node *node, cmark_node *document)
{
	cmark_node *next = NULL;

	if (cmark_node_get_type(node) != CMARK_NODE_PARAGRAPH &&
	    cmark_node_get_type(node) != CMARK_NODE_HEADING)
		next = cmark_node_first_child(node);
	while (next == NULL && node != document) {
		next = cmark_node_next(node);
		node = cmark_node_parent(node);
	}
	return next;
}

int
md_heading_shift(cmark_node *document)
{
	cmark_node *node = document;
	int level, highest = 7;

	while ((node = next_block(node, document)) != NULL) {
		if (cmark_node_get_type(node) != CMARK_NODE_HEADING)
			continue;
		level = cmark_node_get_heading_level(node);
		highest = level < highest ? level : highest;
	}
	return highest <= 6 ? 2 - highest : 0;
}

/* What a node says as text. */
static struct slice
text_of(cmark_node *node)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
	case CMARK_NODE_CODE:
		return md_literal(node);
	case CMARK_NODE_CUSTOM_INLINE:
		return slice_of(cmark_node_get_on_enter(node));
	case CMARK_NODE_SOFTBREAK:
	case CMARK_NODE_LINEBREAK:
		return slice_of(" ");
	default:
		return slice_of("");
	}
}

/* The text below a node, as much of it as fits. */
static size_t
text_below(cmark_node *node, char *out, size_t room)
{
	cmark_iter *iter = cmark_iter_new(node);
	size_t len = 0, i, n;
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		struct slice s;

		if (event != CMARK_EVENT_ENTER)
			continue;
		s = text_of(cmark_iter_get_node(iter));
		n = s.len < room - len ? s.len : room - len;
		memcpy(out + len, s.data, n);
		len += n;
	}
	cmark_iter_free(iter);
	for (i = 0; i < len; i++)
		if ((unsigned char)out[i] < 0x20 || out[i] == 0x7f)
			out[i] = ' ';
	/* Not a part of a character. */
	while (len > 0 && len == room && !utf8_valid(out, len))
		len--;
	return len;
}

static void
note_heading(struct writer *w, cmark_node *node, unsigned level,
	     struct slice text, struct slice id)
{
	struct note note = {
	    .type = NOTE_HEADING, .number = level, .text = text, .id = id};

	md_mark(w, node);
	if (w->o->notes != NULL && !w->o->full)
		notes_here(w->o->notes, &note);
}

static unsigned
shifted_level(struct writer *w, cmark_node *node)
{
	int level = cmark_node_get_heading_level(node) + w->shift;

	return level < 6 ? (unsigned)level : 6;
}

/* The link to it stands beside the heading, whose name it must not change, and
 * is named by it; its sign is the style sheet's. */
static void
end_heading(struct writer *w, cmark_node *node)
{
	struct slice id = slice_of(cmark_node_get_user_data(node));

	md_element(w, 0, "", "</h");
	html_number(w->o, shifted_level(w, node));
	html_str(w->o, "><a class=\"anchor\" href=\"#");
	html_escape(w->o, ESCAPE_HREF, id);
	html_str(w->o, "\" aria-labelledby=\"");
	html_escape(w->o, ESCAPE_TEXT, id);
	html_str(w->o, "\"></a></div>\n");
}

void
md_heading(struct writer *w, cmark_node *node, int entering)
{
	unsigned level = shifted_level(w, node);
	char text[HEADING_TEXT_MAX], *copy;
	struct slice id;
	size_t n;

	if (!entering) {
		end_heading(w, node);
		return;
	}
	n = text_below(node, text, sizeof(text));
	html_newline(w->o);
	html_str(w->o, "<div class=\"heading\"><h");
	html_number(w->o, level);
	html_str(w->o, " id=\"");
	id = html_heading_id(w->o, (struct slice){text, n});
	copy = arena_calloc(w->o->arena, id.len + 1, 1);
	memcpy(copy, id.data, id.len);
	cmark_node_set_user_data(node, copy);
	note_heading(w, node, level, (struct slice){text, n}, id);
	md_element(w, 1, "\">", "");
}
