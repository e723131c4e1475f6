/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_LANG_H
#define BLOGD_LANG_H

#include "../buf.h"

/* Language tags, BCP 47 (RFC 5646 section 2.1). */

#define LANG_MAX 64 /* bytes in a tag */

/* Is it well-formed?  Whether its parts are registered is not asked. */
int lang_is_tag(struct slice tag);

/* Is it written from right to left?  By its script, if the tag names one. */
int lang_is_rtl(struct slice tag);

#endif
