/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "math.h"

#include "mathtree.h"

static const char *const elements[] = {
    [MATH_ROW] = "mrow",
    [MATH_MI] = "mi",
    [MATH_MN] = "mn",
    [MATH_MO] = "mo",
    [MATH_MTEXT] = "mtext",
    [MATH_MSPACE] = "mspace",
    [MATH_MFRAC] = "mfrac",
    [MATH_MSQRT] = "msqrt",
    [MATH_MROOT] = "mroot",
    [MATH_MSUB] = "msub",
    [MATH_MSUP] = "msup",
    [MATH_MSUBSUP] = "msubsup",
    [MATH_MUNDER] = "munder",
    [MATH_MOVER] = "mover",
    [MATH_MUNDEROVER] = "munderover",
    [MATH_MSTYLE] = "mstyle",
    [MATH_MPHANTOM] = "mphantom",
    [MATH_MPADDED] = "mpadded",
    [MATH_MTABLE] = "mtable",
    [MATH_MTR] = "mtr",
    [MATH_MTD] = "mtd",
};

static void
write_cp(struct htmlout *o, uint32_t cp)
{
	char utf8[4];

	html_escape(o, ESCAPE_TEXT,
		    (struct slice){utf8, utf8_encode(cp, utf8)});
}

/* Letters and digits of ASCII in an alphabet. */
static void
write_letters(struct htmlout *o, struct slice text, enum math_font font)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		write_cp(o, math_in_font(font, (unsigned char)text.data[i]));
}

/* The name of an operator: its spaces do not count, but the written ones. */
static void
write_name(struct htmlout *o, struct slice text)
{
	size_t i, n;

	for (i = 0; i < text.len; i += n) {
		n = 1;
		if (text.data[i] == '\\') {
			html_str(o, "\xe2\x80\x89");
			n = 2;
		} else if (text.data[i] != ' ') {
			while (i + n < text.len && text.data[i + n] != ' ' &&
			       text.data[i + n] != '\\')
				n++;
			html_escape(o, ESCAPE_TEXT,
				    (struct slice){text.data + i, n});
		}
	}
}

static int
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '~';
}

/* Words: spaces count as one, and do not break. */
static void
write_text(struct htmlout *o, struct slice text)
{
	size_t i = 0, n;

	while (i < text.len) {
		if (is_space(text.data[i])) {
			while (i < text.len && is_space(text.data[i]))
				i++;
			html_str(o, "\xc2\xa0");
			continue;
		}
		if (text.data[i] == '\\' &&
		    (text.data[i + 1] == ' ' || text.data[i + 1] == ',')) {
			html_str(o, "\xc2\xa0");
			i += 2;
			continue;
		}
		i += text.data[i] == '\\';
		for (n = 1; i + n < text.len && !is_space(text.data[i + n]) &&
			    text.data[i + n] != '\\';)
			n++;
		html_escape(o, ESCAPE_TEXT, (struct slice){text.data + i, n});
		i += n;
	}
}

static void
write_token(struct htmlout *o, const struct math_node *node)
{
	if (node->tag != NULL) {
		html_char(o, '<');
		html_str(o, node->tag);
		html_char(o, '>');
	}
	if (node->text.len == 0 && node->cp != 0)
		write_cp(o, math_in_font(node->font, node->cp));
	else if (node->text_kind == MATH_NAME_TEXT)
		write_name(o, node->text);
	else if (node->text_kind == MATH_TEXT_TEXT)
		write_text(o, node->text);
	else if (node->font != MATH_NO_FONT)
		write_letters(o, node->text, node->font);
	else
		html_escape(o, ESCAPE_TEXT, node->text);
	if (node->tag != NULL) {
		html_str(o, "</");
		html_str(o, node->tag);
		html_char(o, '>');
	}
}

/* A lone letter in <mi> is italic, unless it is said not to be. */
static int
is_upright(const struct math_node *node)
{
	if (node->element != MATH_MI)
		return 0;
	if (node->class == MATH_FUNCTION)
		return node->text.len == 1;
	return node->font == MATH_NORMAL && node->text.len <= 1;
}

static void
write_cell_class(struct htmlout *o, uint8_t cell)
{
	static const struct {
		uint8_t bit;
		const char *name;
	} names[] = {
	    {MATH_CELL_LEFT, " math-left"},
	    {MATH_CELL_RIGHT, " math-right"},
	    {MATH_CELL_LEFT_LINE, " math-line-left"},
	    {MATH_CELL_RIGHT_LINE, " math-line-right"},
	    {MATH_CELL_LINE_ABOVE, " math-line-above"},
	    {MATH_CELL_LINE_BELOW, " math-line-below"},
	};
	const char *before = " class=\"";
	size_t i;

	if (cell == 0)
		return;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (cell & names[i].bit) {
			html_str(o, before);
			html_str(o, names[i].name + (*before == ' '));
			before = "";
		}
	html_char(o, '"');
}

static void
write_start(struct htmlout *o, const struct math_node *node)
{
	html_char(o, '<');
	html_str(o, elements[node->element]);
	if (is_upright(node))
		html_str(o, " mathvariant=\"normal\"");
	if (node->attributes[0] != NULL)
		html_str(o, node->attributes[0]);
	if (node->attributes[1] != NULL)
		html_str(o, node->attributes[1]);
	write_cell_class(o, node->cell);
	html_char(o, '>');
}

/* A row of one child is that child. */
static const struct math_node *
unwrapped(const struct math_node *node)
{
	while (node->element == MATH_ROW && node->attributes[0] == NULL &&
	       node->first != NULL && node->first->next == NULL)
		node = node->first;
	return node;
}

/* Alone in what is a row by itself, a row needs no element. */
static int
is_bare(const struct math_node *node, const struct math_node *parent)
{
	if (node->element != MATH_ROW || node->attributes[0] != NULL ||
	    parent == NULL || parent->first->next != NULL)
		return 0;
	switch (parent->element) {
	case MATH_ROW:
	case MATH_MSQRT:
	case MATH_MSTYLE:
	case MATH_MPHANTOM:
	case MATH_MPADDED:
	case MATH_MTD:
		return 1;
	default:
		return 0;
	}
}

/* Not deeper than what was read: MATH_DEPTH_MAX groups, each of a few nodes. */
static void
write_node(struct htmlout *o, const struct math_node *node,
	   const struct math_node *parent)
{
	const struct math_node *child;
	int bare;

	node = unwrapped(node);
	bare = is_bare(node, parent);
	if (!bare)
		write_start(o, node);
	if (node->element >= MATH_MI && node->element <= MATH_MTEXT)
		write_token(o, node);
	for (child = node->first; child != NULL; child = child->next)
		write_node(o, child, node);
	if (bare)
		return;
	html_str(o, "</");
	html_str(o, elements[node->element]);
	html_char(o, '>');
}

static void
write_math(struct htmlout *o, const struct math_node *row, struct slice tex,
	   int display)
{
	html_str(o, display ? "<math display=\"block\"><semantics>"
			    : "<math><semantics>");
	write_node(o, row, NULL);
	html_str(o, "<annotation encoding=\"application/x-tex\">");
	html_escape(o, ESCAPE_TEXT, tex);
	html_str(o, "</annotation></semantics></math>");
}

/* The whole of it; NULL when it is not TeX that we know. */
static struct math_node *
read_math(struct math_parser *p)
{
	struct math_node *row = math_row(p, 0);
	const struct math_command *c = math_peek(p);

	if (row != NULL && c != NULL && c->kind == MATH_K_NEWLINE)
		row = math_lines(p, row, p->display);
	math_skip_space(p);
	if (p->bad || p->p != p->end ||
	    (row->element == MATH_ROW && row->first == NULL))
		return NULL;
	return row;
}

/* Without the spaces around it, but for one that a backslash makes. */
static struct slice
trimmed(struct slice tex)
{
	while (tex.len > 0 && strchr(" \t\r\n", tex.data[0]) != NULL &&
	       tex.data[0] != '\0') {
		tex.data++;
		tex.len--;
	}
	while (tex.len > 0 &&
	       strchr(" \t\r\n", tex.data[tex.len - 1]) != NULL &&
	       tex.data[tex.len - 1] != '\0' &&
	       (tex.len == 1 || tex.data[tex.len - 2] != '\\'))
		tex.len--;
	return tex;
}

int
math_write(struct htmlout *o, struct slice tex, int display)
{
	struct math_parser p = {.arena = o->arena, .display = display};
	struct math_node *root, *node;

	tex = trimmed(tex);
	if (tex.len == 0)
		return 0;
	p.p = tex.data;
	p.end = tex.data + tex.len;
	root = read_math(&p);
	if (root != NULL)
		write_math(o, root, tex, display);
	while ((node = p.made) != NULL) {
		p.made = node->made;
		arena_free(p.arena, node);
	}
	return root != NULL;
}
