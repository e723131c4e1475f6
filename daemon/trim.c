/* SPDX-License-Identifier: ISC */
#include "trim.h"

/* AddressSanitizer has a malloc of its own: the other one would only begin to
 * set itself up, by system calls that are not allowed. */
#if defined(__GLIBC__) && !defined(BLOGD_SANITIZE)
#include <malloc.h>
#define MAY_TRIM
#endif

/* Fewer hold no memory worth the time.  A crowd that goes costs as many times
 * as it can be divided by PART. */
#define CROWD 32
#define PART  4

static void
give_back(void)
{
#ifdef MAY_TRIM
	malloc_trim(0);
#endif
}

int
trim_left(struct trim *t, uint32_t n)
{
	if (n > t->most)
		t->most = n;
	if (t->most < CROWD || n > t->most / PART)
		return 0;
	t->most = n;
	give_back();
	return 1;
}
