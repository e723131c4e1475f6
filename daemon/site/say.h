/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SAY_H
#define BLOGD_SAY_H

#include "model.h"
#include "spoken.h"

/*
 * Which words (spoken.h) a site and each of its articles speak: the built-in
 * ones of their language, as the repository's .config/words changes them.
 */

/* text: that file's; once the site's language is known.  Sets s->say. */
void say_read(struct site *s, struct slice text);

/* Of a language; stays as long as the site. */
const struct spoken *say_of(struct site *s, struct slice tag);

/* Of all that they may be. */
void say_digest(const struct site *s, struct digest *d);

#endif
