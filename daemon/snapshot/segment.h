/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SNAPSHOT_SEGMENT_H
#define BLOGD_SNAPSHOT_SEGMENT_H

#include <stdint.h>

#include "../buf.h"
#include "../err.h"

/*
 * A segment being written: appended to a memfd by write(2), so that a large
 * site is in memory once and not once more in a growing heap.
 */
struct segment {
	int fd;		   /* -1: nothing was appended yet */
	uint64_t size;	   /* appended so far */
	int failed;	   /* to write, once: nothing good can follow */
	struct buf unsent; /* not yet written to fd */
};

void segment_init(struct segment *s);
void segment_free(struct segment *s); /* closes fd, if it was not taken */

/* -1 with err when there is no memory left for it. */
int segment_append(struct segment *s, const void *data, size_t len,
		   struct err *err);

/* Writes the rest and seals.  The descriptor becomes the caller's; -1 with err,
 * also when an append has failed before. */
int segment_take(struct segment *s, struct err *err);

#endif
