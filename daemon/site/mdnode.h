/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_MDNODE_H
#define BLOGD_MDNODE_H

#include <cmark-gfm.h>

#include "htmlout.h"

/* Writes the parsed document as HTML: what cmark's own writer does, and heading
 * ids, raw HTML by allowlist, refused URLs, and an end when the room is full.
 * source is what it was parsed from, for columns. */
void mdnode_write(struct htmlout *o, cmark_node *document, struct slice source);

#endif
