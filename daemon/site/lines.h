/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_LINES_H
#define BLOGD_LINES_H

#include "../buf.h"

/* Text by lines, which end in LF or CR LF. */
struct lines {
	struct slice rest;
	size_t number; /* of the line that was returned last, from 1 */
};

void lines_start(struct lines *l, struct slice text); /* skips a BOM */

/* 1 and the next line without its end, or 0. */
int lines_next(struct lines *l, struct slice *line);

/* Number of UTF-8 characters, bytes that are none counting one each, before
 * offset. */
size_t lines_column(struct slice line, size_t offset);

#endif
