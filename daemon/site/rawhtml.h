/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_RAWHTML_H
#define BLOGD_RAWHTML_H

#include "htmlout.h"

/*
 * Raw HTML in Markdown: a strict tokenizer and one table of what may pass.
 * Allowed tags are written anew from their parsed parts, with allowed
 * attributes whose values were checked; comments go; all else, unknown tags
 * above all, shows as the text it is.
 */
void rawhtml_write(struct htmlout *o, struct slice html);

/* Before what Markdown makes: ends a raw table that is open outside of its
 * cells, where nothing else may stand. */
void rawhtml_end_table(struct htmlout *o);

/* Does the text begin (after blanks) with a tag or comment that passes? */
int rawhtml_begins_allowed(struct slice html);

/* Name of element number i, "" when there is none. */
const char *rawhtml_name(uint8_t i);

#endif
