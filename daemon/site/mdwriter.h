/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_MDWRITER_H
#define BLOGD_MDWRITER_H

#include <cmark-gfm.h>

#include "htmlout.h"

/* What the parts of the HTML writer share: mdnode.c (walk, blocks), mdinline.c,
 * mdext.c (GFM's extensions). */
struct writer {
	struct htmlout *o;
	cmark_node *image; /* inside this one only text counts: its alt */
	unsigned footnote; /* the definition we are in, from 1 */
	int returned;	   /* does it have its link back yet? */
	uint8_t *alignment;
	unsigned columns, column;
	int in_head, in_body; /* of a table */
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
    md_emphasis, md_strong, md_link, md_image, md_footnote_reference,
    md_code_block;

/* TeX: as MathML, or as the code it is. */
void md_math(struct writer *w, struct slice tex, int display);

/* Inside an image: what goes into its alternative text. */
void md_alt(struct writer *w, cmark_node *node, int entering);

/* For a node of an extension, or NULL. */
md_write_fn *md_extension_writer(cmark_node *node);

#endif
