/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_REGION_H
#define BLOGD_REGION_H

#include "../buf.h"

/* Memory that is freed all at once: what one site makes while it is built.
 * Zero-initialise it.  Allocation never fails (see buf.h). */
struct region_block;

struct region {
	struct region_block *blocks;
};

void *region_alloc(struct region *r, size_t n, size_t size); /* zeroed */
struct slice region_copy(struct region *r, struct slice s);
/* Copies what b holds and empties it. */
struct slice region_take(struct region *r, struct buf *b);
/* Frees what is in it; some memory is kept for what comes next. */
void region_clear(struct region *r);
void region_free(struct region *r);

#endif
