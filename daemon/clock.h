/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CLOCK_H
#define BLOGD_CLOCK_H

#include <stdint.h>

/* The monotonic clock, which never jumps: milliseconds and microseconds.
 * Nothing that is rendered may depend on it. */
int64_t clock_ms(void);
int64_t clock_us(void);

#endif
