/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_FRONTMATTER_LINE_H
#define BLOGD_FRONTMATTER_LINE_H

#include "../buf.h"

/* One line of a header, as Canopy writes them. */

/* Three or more of the character and nothing else? */
int line_is_fence(struct slice line, char c);
/* Offset of the ":" that ends a key, or 0.  YAML allows blanks before it. */
size_t line_key_end(struct slice line);
struct slice line_key(struct slice line, size_t colon);
struct slice line_value(struct slice line, size_t colon);
/* Can it be understood as YAML only?  See frontmatter.h. */
int line_needs_yaml(struct slice line);

/* Where the quoted string at the beginning ends, or 0. */
size_t quoted_end(struct slice s);
/* Where the bracket at the beginning is closed, or 0.  Quoted strings in a list
 * of YAML may hold brackets. */
size_t bracket_end(struct slice s);

#endif
