/* SPDX-License-Identifier: ISC */
#include "heap.h"

#include <sys/mman.h>

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/* AddressSanitizer has a malloc of its own: the other one would only begin to
 * set itself up, by system calls that are not allowed. */
#if defined(__GLIBC__) && !defined(BLOGD_SANITIZE)
#include <malloc.h>

#define LEAST ((size_t)16 << 20)

size_t
heap_reserve(size_t size)
{
	void *volatile heap = NULL; /* the compiler would see no use */

	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TRIM_THRESHOLD, -1);
	mallopt(M_TOP_PAD, 0);
	while (size >= LEAST && (heap = malloc(size)) == NULL)
		size /= 2;
	free(heap);
	return heap != NULL ? size : 0;
}

/* The end of the heap, which malloc_trim would give back by brk. */
static void
give_back_top(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = mallinfo2().keepcost;
	uintptr_t first, end;
	void *top;

	if (size < 4 * page || (top = malloc(size - 2 * page)) == NULL)
		return;
	first = ((uintptr_t)top + page - 1) / page * page;
	end = ((uintptr_t)top + size - 2 * page) / page * page;
	madvise((void *)first, end - first, MADV_DONTNEED);
	free(top);
}

void
heap_give_back(void)
{
	malloc_trim(SIZE_MAX / 2); /* all but the top */
	give_back_top();
}

#else

size_t
heap_reserve(size_t size)
{
	(void)size;
	return 0;
}

void
heap_give_back(void)
{
}

#endif
