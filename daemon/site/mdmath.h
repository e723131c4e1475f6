/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_MDMATH_H
#define BLOGD_MDMATH_H

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

/*
 * Mathematics in Markdown by GitHub's rules: "$" before something that is no
 * blank, "$" behind something that is no blank and before no letter or digit;
 * "$$" around what stands on a line of its own.
 */

/* Once, with the memory of the nodes that parsing makes. */
cmark_syntax_extension *mdmath_extension(cmark_mem *mem);

/* Before each text. */
void mdmath_reset(void);

#endif
