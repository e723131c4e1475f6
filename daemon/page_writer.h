/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_PAGE_WRITER_H
#define BLOGD_PAGE_WRITER_H

#include "site/site.h"

/*
 * The last step of rendering: every page of a linked site goes to the snapshot
 * writer, taken over from the previous snapshot or composed and compressed.
 */
struct pages_count {
	size_t reused, made;
	size_t left_out; /* already logged */
};

/* Once, before the filter: what hashing loads.  fatal when it cannot. */
void page_writer_warm_up(void);

/* A run that makes more pages than this compresses them with gzip alone, so that
 * a new site is there soon. */
#define PAGES_AT_ONCE 256

/* Pages are added in the site's order, whichever worker is first, so that the
 * same site makes the same bytes.  -1 with err when workers cannot start. */
int page_writer_run(struct site *site, const struct render_settings *set,
		    struct snapshot_writer *writer, uint32_t wall_ms,
		    struct pages_count *count, struct err *err);

#endif
