/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_ICON_H
#define BLOGD_ICON_H

#include "model.h"

/*
 * The site's icon: the repository's favicon.svg, favicon.png or favicon.ico, at
 * its root or below static/, else a drawing of the first letter of its name.
 * /favicon.ico, which browsers ask for on their own, leads to it.
 */

/* Sets s->icon and s->logo and plans the pages. */
void plan_icon(struct site *s);
void icon_write(const struct site *s, struct buf *out);

#endif
