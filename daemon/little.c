/* SPDX-License-Identifier: ISC */
#include "little.h"

#include <unistd.h>

static uint64_t total = UINT64_MAX;

void
little_look(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);

	if (total == UINT64_MAX && pages > 0 && page > 0)
		total = (uint64_t)pages * (uint64_t)page;
}

int
little_is(void)
{
	return total < LITTLE_BYTES;
}

size_t
little_bound_of(uint64_t of, size_t want)
{
	return of < LITTLE_BYTES && want > of / 2 ? (size_t)(of / 2) : want;
}

size_t
little_bound(size_t want)
{
	return little_bound_of(total, want);
}
