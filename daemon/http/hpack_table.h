/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HPACK_TABLE_H
#define BLOGD_HPACK_TABLE_H

#include "hpack.h"

/* The tables of HPACK: RFC 7541 section 2.3 and appendix A. */
#define HPACK_STATIC   61 /* entries, from index 1 */
#define HPACK_OVERHEAD 32 /* bytes an entry counts beside its text */

struct hpack_entry {
	struct slice name, value;
};

/* 0: nothing has this index.  The slices live until the table changes. */
int hpack_table_get(const struct hpack *h, size_t index, struct hpack_entry *e);

/* Adds an entry, whose bytes are not the table's own, and drops old ones to
 * make room; all of them when it is larger than the table. */
void hpack_table_add(struct hpack *h, const struct hpack_entry *e);

/* The peer's new maximum, at most HPACK_TABLE_MAX. */
void hpack_table_resize(struct hpack *h, size_t max);

#endif
