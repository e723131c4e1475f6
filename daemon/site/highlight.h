/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HIGHLIGHT_H
#define BLOGD_HIGHLIGHT_H

#include "htmlout.h"

/* Writes the code as HTML with spans that say what its parts are: 1.  0 and
 * nothing written when the language is not known; then the caller writes it
 * plain.  Runs in a worker: no memory but o's arena and its own. */
int highlight_write(struct htmlout *o, struct slice language,
		    struct slice code);

#endif
