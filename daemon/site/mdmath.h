/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_MDMATH_H
#define BLOGD_MDMATH_H

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include "../buf.h"

/*
 * Mathematics in Markdown by GitHub's rules: "$" before something that is no
 * blank, "$" behind something that is no blank and before no letter or digit;
 * "$$" around what stands on a line of its own.
 */

/* Once, with the memory of the nodes that parsing makes. */
cmark_syntax_extension *mdmath_extension(cmark_mem *mem);

/* Before each text. */
void mdmath_reset(void);

struct mdmath_found {
	struct slice tex;
	int display;	  /* on a line of its own */
	int line, column; /* where it begins, as cmark counts */
};

/* Of a node that the extension has made. */
void mdmath_found(cmark_node *node, struct mdmath_found *found);

#endif
