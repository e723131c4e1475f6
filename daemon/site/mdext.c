/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "mdwriter.h"

#include <cmark-gfm-core-extensions.h>
#include <string.h>

/* ---- extensions: their node types are known by name only ---- */

static void
write_strikethrough(struct writer *w, cmark_node *node, int entering)
{
	(void)node;
	md_element(w, entering, "<del>", "</del>");
}

static void
write_table(struct writer *w, cmark_node *node, int entering)
{
	if (entering) {
		html_needs(w->o, NOTES_ASIDE);
		w->columns = cmark_gfm_extensions_get_table_columns(node);
		w->alignment = cmark_gfm_extensions_get_table_alignments(node);
		w->in_body = 0;
	} else if (w->in_body) {
		html_str(w->o, "</tbody>\n");
	}
	if (!entering) {
		md_element(w, 0, "", "</table>\n</div>\n");
		return;
	}
	/* A wide one is scrolled, by keyboard too. */
	html_newline(w->o);
	html_str(w->o, "<div class=\"table\" role=\"group\" aria-label=\"");
	html_word(w->o, "Table");
	md_element(w, 1, "\" tabindex=\"0\">\n<table>\n", "");
}

static void
write_row(struct writer *w, cmark_node *node, int entering)
{
	if (!entering) {
		md_element(w, 0, "", "</tr>\n");
		if (w->in_head)
			html_str(w->o, "</thead>\n");
		return;
	}
	w->column = 0;
	w->in_head = cmark_gfm_extensions_get_table_row_is_header(node) == 1;
	if (w->in_head)
		html_str(w->o, "<thead>\n");
	else if (!w->in_body)
		html_str(w->o, "<tbody>\n");
	w->in_body |= !w->in_head;
	md_element(w, 1, "<tr>\n", "");
}

static void
write_cell(struct writer *w, cmark_node *node, int entering)
{
	uint8_t align;

	(void)node;
	if (!entering) {
		md_element(w, 0, "", w->in_head ? "</th>\n" : "</td>\n");
		return;
	}
	align = w->alignment != NULL && w->column < w->columns
		    ? w->alignment[w->column]
		    : 0;
	w->column++;
	html_str(w->o, w->in_head ? "<th" : "<td");
	if (align == 'c')
		html_str(w->o, " class=\"center\"");
	else if (align == 'r')
		html_str(w->o, " class=\"right\"");
	md_element(w, 1, ">", "");
}

md_write_fn *
md_extension_writer(cmark_node *node)
{
	static const struct {
		const char *type;
		md_write_fn *write;
	} writers[] = {
	    {"table_cell", write_cell},
	    {"table_row", write_row},
	    {"table_header", write_row},
	    {"table", write_table},
	    {"strikethrough", write_strikethrough},
	};
	const char *type = cmark_node_get_type_string(node);
	size_t i;

	for (i = 0; i < sizeof(writers) / sizeof(writers[0]); i++)
		if (strcmp(writers[i].type, type) == 0)
			return writers[i].write;
	return NULL;
}
