/* SPDX-License-Identifier: ISC */
#include "trim.h"

#include "heap.h"

/* Fewer hold no memory worth the time.  A crowd that goes costs as many times
 * as it can be divided by PART. */
#define CROWD 32
#define PART  4

int
trim_left(struct trim *t, uint32_t n)
{
	if (n > t->most)
		t->most = n;
	if (t->most < CROWD || n > t->most / PART)
		return 0;
	t->most = n;
	heap_give_back();
	return 1;
}
