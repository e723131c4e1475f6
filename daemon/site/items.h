/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_ITEMS_H
#define BLOGD_ITEMS_H

#include "region.h"

/*
 * A list of texts in one slice: items with "\n" between them, none of them
 * empty or with a line break in it.  So a list is kept and compared like any
 * other text.
 */

/* Takes the next item off the list; 0 when there is none. */
int items_next(struct slice *list, struct slice *item);
size_t items_count(struct slice list);
/* Adds an item, unless it is empty or has been added, or the list is full. */
#define ITEMS_MAX	64
#define ITEMS_BYTES_MAX 8192
void items_add(struct buf *list, struct slice item);
/* The items of a text with `separator` between them, trimmed. */
struct slice items_split(struct region *r, struct slice text, char separator);
/* As an array of *n in the region. */
struct slice *items_array(struct region *r, struct slice list, size_t *n);

#endif
