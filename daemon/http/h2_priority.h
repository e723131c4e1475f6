/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_H2_PRIORITY_H
#define BLOGD_H2_PRIORITY_H

#include <stdint.h>

#include "../buf.h"

/* Which response goes first (RFC 9218 section 4). */
struct h2_priority {
	uint8_t urgency;     /* 0, the most urgent, to 7 */
	uint8_t incremental; /* useful in pieces: takes turns with its like */
};
#define H2_PRIORITY_DEFAULT ((struct h2_priority){3, 0})

/* What the value of a priority field, or of PRIORITY_UPDATE, says.  What it
 * does not say, or says wrongly, has its default. */
struct h2_priority h2_priority_parse(struct slice value);

#endif
