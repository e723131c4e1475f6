/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_RAWTEXT_H
#define BLOGD_RAWTEXT_H

#include "htmlout.h"

/* Text of raw HTML, between tags and in values: its character references (HTML,
 * section 13.5). */

/* Markup characters are escaped, well-formed references stay. */
void rawtext_write(struct htmlout *o, struct slice text);

/* Decodes the references that may stand in a URL; -1 when it gets longer than
 * room. */
int rawtext_decode(struct slice s, char *out, size_t room, size_t *len);

#endif
