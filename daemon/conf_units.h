/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CONF_UNITS_H
#define BLOGD_CONF_UNITS_H

#include <stdint.h>

#include "err.h"

/* The numbers of blogd.conf(5).  Each returns 0, or -1 with an err that starts
 * with the quoted text.  No sign, no space, no fraction. */

/* "250ms", "30s", "5m", "2h", "7d" in milliseconds; "0" needs no unit. */
int conf_duration(const char *text, uint64_t *ms, struct err *err);

/* "4096", "64K", "8M", "1G", "1T" in bytes; K is 1024. */
int conf_size(const char *text, uint64_t *bytes, struct err *err);

/* Decimal digits. */
int conf_count(const char *text, uint64_t *n, struct err *err);

/* A mode for chmod(1) in octal, three or four digits. */
int conf_mode(const char *text, uint64_t *mode, struct err *err);

/* One of the words, which are separated by "|": the number of its place. */
int conf_word(const char *text, const char *words, uint64_t *n,
	      struct err *err);

#endif
