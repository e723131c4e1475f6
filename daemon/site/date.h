/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_DATE_H
#define BLOGD_DATE_H

#include <stdint.h>

#include "../buf.h"

/*
 * Times as pages and feeds show them: UTC, in no locale, without libc's time
 * functions (which read files).  Times outside the years 1 to 9999 are clamped.
 */
#define DATE_LEN  31
#define DATE_NONE INT64_MIN /* no time: nobody said one */

/* Reads a time (date_parse.c):
 *
 *	YYYY-MM-DD[(T| )HH:MM[:SS[.F]][[ ](Z|UTC|GMT|+HH:MM|+HHMM|+HH)]]
 *
 * UTC without a zone, midnight without a time; a fraction is cut off.  The day
 * may have slashes.  Month, day and hours may have one digit, and blanks may be
 * more than one, as in YAML 1.1.  0 when it is anything else, or no day of the
 * years 1 to 9999. */
int date_parse(struct slice text, int64_t *t);
/* With the seconds that its zone is ahead of UTC. */
int date_parse_zoned(struct slice text, int64_t *t, int64_t *zone);

void date_rfc3339(int64_t t, char out[DATE_LEN + 1]); /* 2016-04-09T18:50:20Z */
void date_canopy(int64_t t, char out[DATE_LEN + 1]);  /* ...T18:50:20-00:00 */
/* Its day in the calendar; month and day from 1. */
void date_day(int64_t t, unsigned *year, unsigned *month, unsigned *day);

#endif
