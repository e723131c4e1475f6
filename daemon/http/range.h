/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_RANGE_H
#define BLOGD_RANGE_H

#include <stdint.h>

#include "../buf.h"

/*
 * The value of the Range field (RFC 9110 section 14.1.2), for content of a
 * known length.  Ranges come out in ascending order, each within the content
 * and not empty, no two of them overlapping.
 */
#define RANGES_MAX 8

struct range {
	uint64_t first, len;
};

struct ranges {
	unsigned n;
	struct range range[RANGES_MAX];
};

enum ranges_result {
	/* To be answered as if the field were not there (section 14.2): another
	 * unit, malformed, more than RANGES_MAX, descending or overlapping. */
	RANGES_IGNORED,
	RANGES_UNSATISFIABLE, /* 416 */
	RANGES_FOUND /* 206; those that begin behind the end are left out */
};

enum ranges_result ranges_parse(struct slice value, uint64_t length,
				struct ranges *out);

#endif
