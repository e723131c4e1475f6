/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "../ascii.h"
#include "../utf8.h"
#include "markdown.h"
#include "mdwriter.h"

/* Headings: their levels, ids and anchors. */

#define HEADING_TEXT_MAX 512 /* bytes of it that are looked at for its id */
#define HEADING_ID_MAX	 200 /* of an id that it is given, with its marks */

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
	html_str(w->o, ">" MARKDOWN_ANCHOR);
	html_escape(w->o, ESCAPE_HREF, id);
	html_str(w->o, "\" aria-labelledby=\"");
	html_escape(w->o, ESCAPE_TEXT, id);
	html_str(w->o, "\"></a></div>\n");
}

static int
is_id(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		char c = s.data[i];

		if ((unsigned char)c < 0x80 && !ascii_is_alnum(c) && c != '-' &&
		    c != '_')
			return 0;
	}
	return s.len > 0;
}

/* The id that the author gives the heading, "{#id}" at its end as Hugo, Zola
 * and Jekyll have it: taken out of the text.  Empty: none. */
static struct slice
take_id(struct writer *w, cmark_node *heading)
{
	cmark_node *last = cmark_node_last_child(heading);
	struct slice text, id = {"", 0};
	size_t at;
	char *copy;

	if (last == NULL || cmark_node_get_type(last) != CMARK_NODE_TEXT)
		return id;
	text = md_literal(last);
	for (at = text.len; at > 0 && text.data[at - 1] != '{';)
		at--;
	if (at == 0 || text.len - at < 3 || text.len - at > HEADING_ID_MAX ||
	    text.data[at] != '#' || text.data[text.len - 1] != '}')
		return id;
	id = (struct slice){text.data + at + 1, text.len - at - 2};
	if (!is_id(id))
		return slice_of("");
	copy = arena_calloc(w->o->arena, text.len + 1, 1);
	memcpy(copy, text.data, text.len);
	id.data = copy + at + 1;
	for (at--; at > 0 && copy[at - 1] == ' ';)
		at--;
	if (at == 0 && cmark_node_previous(last) == NULL)
		return slice_of("");
	copy[at] = '\0';
	cmark_node_set_literal(last, copy);
	return id;
}

/* Writes the id of the heading: its own, or that of its text. */
static struct slice
write_id(struct writer *w, cmark_node *node, struct slice own,
	 struct slice text)
{
	if (own.len == 0)
		return html_heading_id(w->o, text);
	if (html_claim_id(w->o, own)) {
		html_escape(w->o, ESCAPE_TEXT, own);
		return own;
	}
	md_problem(w, node, SEVERITY_WARNING,
		   "something before the heading has its id already; it is "
		   "given another");
	return html_heading_id(w->o, own);
}

void
md_heading(struct writer *w, cmark_node *node, int entering)
{
	unsigned level = shifted_level(w, node);
	char text[HEADING_TEXT_MAX], *copy;
	struct slice own, id;
	size_t n;

	w->o->in_heading = entering;
	if (!entering) {
		end_heading(w, node);
		return;
	}
	own = take_id(w, node);
	n = text_below(node, text, sizeof(text));
	html_newline(w->o);
	html_str(w->o, "<div class=\"heading\"><h");
	html_number(w->o, level);
	html_str(w->o, " id=\"");
	id = write_id(w, node, own, (struct slice){text, n});
	copy = arena_calloc(w->o->arena, id.len + 1, 1);
	memcpy(copy, id.data, id.len);
	cmark_node_set_user_data(node, copy);
	note_heading(w, node, level, (struct slice){text, n}, id);
	md_element(w, 1, "\">", "");
}
