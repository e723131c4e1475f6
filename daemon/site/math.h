/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_MATH_H
#define BLOGD_MATH_H

#include "htmlout.h"

/* Writes TeX as MathML, for a line of its own or for within one: 1.  0 and
 * nothing written when there is something in it that we do not know; then the
 * caller shows the source.  Runs in a worker: no memory but o's arena and its
 * own. */
int math_write(struct htmlout *o, struct slice tex, int display);

/* The first command in TeX that was refused which is not known, with its
 * backslash and in printable ASCII; empty when it is something else. */
struct slice math_unknown(struct slice tex);

#endif
