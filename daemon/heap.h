/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HEAP_H
#define BLOGD_HEAP_H

#include <stddef.h>

/*
 * malloc's heap in a process that asks the system for no more of it: all that
 * there will be is reserved before the filter.  Pages that nobody has used yet
 * take no memory.
 *
 * With another malloc than glibc's, or AddressSanitizer's, both do nothing.
 */

/* Reserves so many bytes, or half as much as often as the system refuses.  What
 * it did reserve; 0: nothing. */
size_t heap_reserve(size_t size);

/* Gives what is free back to the system, but for the addresses. */
void heap_give_back(void);

#endif
