/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_RAWSRCSET_H
#define BLOGD_RAWSRCSET_H

#include "htmlout.h"

/*
 * The attribute srcset (HTML, section 4.8.4.2.1): addresses of one image in
 * several sizes, with commas between.  It is written anew from its parts; each
 * address is checked and noted as that of src is.
 */

/* Writes the attribute with those of the candidates that may be there, and
 * tells of others; 0 when there is none.  value: without character
 * references. */
int rawsrcset_write(struct htmlout *o, struct slice value);

#endif
