/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_LITTLE_H
#define BLOGD_LITTLE_H

#include <stddef.h>
#include <stdint.h>

/*
 * What is different on a machine with little memory, less than LITTLE_BYTES:
 * one worker unless the configuration wants more, and no reservation of more
 * than half of what there is, which the limits of sandbox/ would refuse.
 */
#define LITTLE_BYTES ((uint64_t)96 << 20)

/* Asks the system, once in a process: before its filter. */
void little_look(void);

/* Is this such a machine? */
int little_is(void);

/* How much of `want` is to be reserved.  Before little_look: all. */
size_t little_bound(size_t want);

/* The same of a machine with `total` bytes. */
size_t little_bound_of(uint64_t total, size_t want);

#endif
