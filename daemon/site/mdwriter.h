/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_MDWRITER_H
#define BLOGD_MDWRITER_H

#include <cmark-gfm.h>

#include "htmlout.h"
#include "notes.h"

/* What the parts of the HTML writer share: mdnode.c (walk, plain blocks),
 * mdblock.c (paragraphs, lists, quotes), mdheading.c, mdcode.c, mdinline.c,
 * mdlink.c (links, images), mdfoot.c (footnotes), mdext.c (GFM's extensions),
 * mdplace.c (where in the source we are), mdtell.c (what is not shown). */
struct writer {
	struct htmlout *o;
	struct slice source;  /* the whole text */
	size_t line, line_at; /* one of its lines, and where that begins */

	cmark_node *image;  /* inside this one only text counts: its alt */
	cmark_node *figure; /* the image that is a paragraph of its own */
	cmark_node *skip;   /* a paragraph that is not written */
	size_t content;	    /* where that of a link or image begins in o */

	int shift;	      /* what is added to the level of a heading */
	unsigned footnote;    /* the definition we are in, from 1 */
	int returned;	      /* does it have its links back yet? */
	unsigned *references; /* to each footnote, by its number */
	size_t nreferences;

	uint8_t *alignment;
	unsigned columns, column;
	int in_head, in_body; /* of a table */

	unsigned refused;   /* formulas that are shown as their source */
	unsigned undefined; /* references to what is not there */
	const char *told;   /* the last of these, in the source */
};

/* Writes a node when the walk enters it, and again when it leaves it; nodes
 * that hold no others come once. */
typedef void md_write_fn(struct writer *w, cmark_node *node, int entering);

struct slice md_literal(cmark_node *node);

/* Writes a start tag and a barrier, or closes what is open and ends it. */
void md_element(struct writer *w, int entering, const char *start,
		const char *end);
/* The same on lines of their own. */
void md_block(struct writer *w, int entering, const char *start,
	      const char *end);

md_write_fn md_text, md_softbreak, md_linebreak, md_code, md_html_inline,
    md_emphasis, md_strong, md_math, md_link, md_image, md_footnote_reference,
    md_footnote, md_quote, md_list, md_item, md_paragraph, md_heading,
    md_code_block;

/* Inside an image: what goes into its alternative text. */
void md_alt(struct writer *w, cmark_node *node, int entering);

/* For a node of an extension, or NULL. */
md_write_fn *md_extension_writer(cmark_node *node);

/* What is added to the level of each heading, so that the highest of them is
 * the second: the first is the page's title. */
int md_heading_shift(cmark_node *document);

/* The links from the footnote we are in to where it is referred to. */
void md_footnote_return(struct writer *w);
/* Behind the last footnote. */
void md_footnotes_end(struct writer *w);

/* ---- what is noted (mdplace.c) ---- */

/* The notes' mark is where the node begins. */
void md_mark(struct writer *w, cmark_node *node);
void md_problem(struct writer *w, cmark_node *node, enum severity severity,
		const char *message);
/* Likewise, where the parser has seen it. */
void md_problem_at(struct writer *w, int line, int column,
		   enum severity severity, const char *message);
/* The source from where the node, or the block that it is in, begins: that line
 * and the byte in it, from 1. */
struct slice md_source_from(struct writer *w, cmark_node *node, int *line,
			    int *column);
/* Counts its words for the time it takes to read them. */
void md_count_words(struct writer *w, struct slice text);

/* ---- what is not shown as it was meant (mdtell.c) ---- */

/* Footnotes that nothing refers to. */
void md_tell_footnotes(struct writer *w, cmark_node *document);
/* In text: references to footnotes and addresses that are not defined. */
void md_tell_text(struct writer *w, cmark_node *node, struct slice text);

#endif
