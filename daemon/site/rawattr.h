/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_RAWATTR_H
#define BLOGD_RAWATTR_H

#include "htmlout.h"

/* Attributes of raw HTML tags.  id, class, lang, dir and title may stand on
 * every element; these only where they are named. */
enum {
	ATTR_ALT = 1 << 0,
	ATTR_CITE = 1 << 1,
	ATTR_COLSPAN = 1 << 2,
	ATTR_DATETIME = 1 << 3,
	ATTR_HEIGHT = 1 << 4,
	ATTR_HREF = 1 << 5,
	ATTR_NAME = 1 << 6,
	ATTR_OPEN = 1 << 7,
	ATTR_PLAYER = 1 << 8, /* controls, loop, muted, preload */
	ATTR_POSTER = 1 << 9,
	ATTR_REVERSED = 1 << 10,
	ATTR_ROWSPAN = 1 << 11,
	ATTR_SCOPE = 1 << 12,
	ATTR_SPAN = 1 << 13,
	ATTR_SRC = 1 << 14,
	ATTR_START = 1 << 15,
	ATTR_TYPE = 1 << 16,
	ATTR_VALUE = 1 << 17,
	ATTR_WIDTH = 1 << 18,
	ATTR_GLOBAL = 1 << 19,
	ATTR_HAS_CLASS = 1 << 20, /* it has one, which was written already */
	ATTR_ALIGN = 1 << 21,
	ATTR_MEDIA = 1 << 22,
	ATTR_REL = 1 << 23,
	ATTR_SRCSET = 1 << 24 /* and sizes */
};

/* Length of the well-formed attributes (and blanks) at the beginning of s. */
size_t rawattr_skip(struct slice s);

/* Writes those of the attributes that are allowed and have a proper value, and
 * returns which of ATTR_ALT, ATTR_HEIGHT and ATTR_WIDTH were there, and if
 * ATTR_SRCSET was written. */
unsigned rawattr_write(struct htmlout *o, struct slice attributes,
		       unsigned allowed);

#endif
