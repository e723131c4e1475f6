/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_RESOLVE_H
#define BLOGD_RESOLVE_H

#include "model.h"

/*
 * References from one file to another: in an article's HTML a link to
 * "../other.md#part" becomes one to the address of that file, and an image of
 * the repository gets its width and height.  What leads nowhere is reported.
 * Words that a worker writes in English come to stand in the language of the
 * article.
 *
 * The HTML that an article has is either as the worker wrote it, or has its
 * references replaced: a->spliced is a row of uint32_t, the length that each
 * has in the HTML now (empty: as the notes have it).  The notes keep what they
 * were, so that they can be replaced again when something moves.
 *
 * Of an abstract the HTML of the worker is kept beside that with its references
 * replaced.  Pages other than the article's show it, so that a "#part" of the
 * article becomes one with its address.
 */

/* For all that is shown, once every page has its address. */
void resolve_articles(struct site *s);

/* Is this HTML what comes of these notes?  0 also when nothing is wrong but
 * nothing can be told. */
int resolve_check(const struct article *a);

#endif
