/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HIGHLIGHT_H
#define BLOGD_HIGHLIGHT_H

#include "htmlout.h"

/*
 * Code as HTML in which each token that has a class stands in a span:
 *
 *	k  keyword, tag		a  attribute, key, decorator, preprocessor
 *	t  type, constructor	v  variable
 *	s  string, character	p  prompt
 *	n  number		d  deleted line
 *	c  comment		i  inserted line
 *	f  function		h  heading of a part
 *	b  builtin, constant
 *
 * Neighbours of one class, and blanks between them, share a span; plain text
 * has none.  The languages are data: lang/README.md.
 *
 * The code is hostile: it takes linear time and no memory, and no more than
 * HIGHLIGHT_GROWTH bytes of tags for each of its bytes (and a few more) are
 * written; what comes behind stays plain.
 */
#define HIGHLIGHT_GROWTH 12
#define HIGHLIGHT_EXTRA	 4096

/* 1 when it wrote the code; 0, and nothing written, when it does not know the
 * language: the first word of a fence's info, such as "c", "Rust",
 * "rust,no_run" or "{.python}". */
int highlight_write(struct htmlout *o, struct slice language,
		    struct slice code);

#endif
