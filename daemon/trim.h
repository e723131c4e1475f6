/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TRIM_H
#define BLOGD_TRIM_H

#include <stdint.h>

/*
 * Memory of connections that are gone.  malloc gives back only what is free at
 * the end of its heap, and one block there that stays holds all below it: after
 * a crowd a process would keep what it took at its greatest.
 */
struct trim {
	uint32_t most; /* connections at a time since the last of the below */
};

/* So many are left.  When most of a crowd are gone, free memory is given back
 * to the system; 1 when that was done. */
int trim_left(struct trim *t, uint32_t n);

#endif
