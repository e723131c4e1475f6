/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HPACK_TABLE_H
#define BLOGD_HPACK_TABLE_H

#include "hpack.h"

/* The tables of HPACK: RFC 7541 section 2.3 and appendix A. */
#define HPACK_STATIC   61 /* entries, from index 1 */
#define HPACK_OVERHEAD 32 /* bytes an entry counts beside its text */

/* 0: nothing has this index.  The slices live until the table changes, but
 * names that are known as long as the program. */
int hpack_table_get(const struct hpack *h, size_t index, struct hpack_field *f);

/* enum hpack_name, or another place of the name in the static table. */
uint8_t hpack_table_name(struct slice name);

/* Adds an entry, whose bytes are not the table's own, and drops old ones to
 * make room; all of them when it is larger than the table. */
void hpack_table_add(struct hpack *h, const struct hpack_field *f);

/* The peer's new maximum, at most HPACK_TABLE_MAX. */
void hpack_table_resize(struct hpack *h, size_t max);

#endif
