/* SPDX-License-Identifier: ISC */
#include "date.h"

#include <stdio.h>

#define DAY   86400
#define FIRST INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define LAST  INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

struct date {
	int year, month, day; /* month and day from 1 */
	int hour, minute, second;
};

/* The proleptic Gregorian calendar, counted in years that begin on 1 March, so
 * that the leap day is the last of its year. */
static struct date
date_of(int64_t t)
{
	struct date d;
	int64_t days, era, year;
	int of_era, of_year, year_of_era, second, month;

	t = t < FIRST ? FIRST : t > LAST ? LAST : t;
	days = (t - FIRST) / DAY + 306; /* since 0000-03-01 */
	second = (int)((t - FIRST) % DAY);
	era = days / 146097;
	of_era = (int)(days % 146097);
	year_of_era =
	    (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year =
	    of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	month = (5 * of_year + 2) / 153;
	year = era * 400 + year_of_era + (month >= 10);
	d.year = (int)year;
	d.month = month < 10 ? month + 3 : month - 9;
	d.day = of_year - (153 * month + 2) / 5 + 1;
	d.hour = second / 3600;
	d.minute = second / 60 % 60;
	d.second = second % 60;
	return d;
}

static void
format(int64_t t, const char *zone, char out[DATE_LEN + 1])
{
	struct date d = date_of(t);

	/* The masks change nothing: they tell the compiler how long it gets. */
	snprintf(out, DATE_LEN + 1, "%04u-%02u-%02uT%02u:%02u:%02u%s",
		 (unsigned)d.year % 10000, (unsigned)d.month % 100,
		 (unsigned)d.day % 100, (unsigned)d.hour % 100,
		 (unsigned)d.minute % 100, (unsigned)d.second % 100, zone);
}

void
date_rfc3339(int64_t t, char out[DATE_LEN + 1])
{
	format(t, "Z", out);
}

void
date_canopy(int64_t t, char out[DATE_LEN + 1])
{
	format(t, "-00:00", out);
}

void
date_day(int64_t t, unsigned *year, unsigned *month, unsigned *day)
{
	struct date d = date_of(t);

	*year = (unsigned)d.year;
	*month = (unsigned)d.month;
	*day = (unsigned)d.day;
}
