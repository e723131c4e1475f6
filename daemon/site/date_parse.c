/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "date.h"

#include <string.h>

/* Takes least to most digits off; 0 when they are not there or not in the
 * range. */
static int
number(struct slice *s, size_t least, size_t most, int low, int high,
       int *value)
{
	size_t i;

	*value = 0;
	for (i = 0; i < most && i < s->len; i++) {
		if (s->data[i] < '0' || s->data[i] > '9')
			break;
		*value = 10 * *value + (s->data[i] - '0');
	}
	s->data += i;
	s->len -= i;
	return i >= least && *value >= low && *value <= high;
}

static int
one_of(struct slice *s, const char *characters)
{
	if (s->len == 0 || s->data[0] == '\0' ||
	    strchr(characters, s->data[0]) == NULL)
		return 0;
	s->data++;
	s->len--;
	return 1;
}

static int
blanks(struct slice *s)
{
	int some = 0;

	while (one_of(s, " \t"))
		some = 1;
	return some;
}

static int
days_of(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30,
				   31, 31, 30, 31, 30, 31};
	int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar, counted in years
 * that begin on 1 March. */
static int64_t
days_since(int year, int month, int day)
{
	int64_t y = year - (month <= 2);
	int64_t m = month + (month <= 2 ? 9 : -3);

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	       1 - 719468;
}

static int
parse_day(struct slice *s, int64_t *t)
{
	const char *between;
	int year, month, day;

	if (!number(s, 4, 4, 1, 9999, &year))
		return 0;
	between = s->len > 0 && s->data[0] == '/' ? "/" : "-";
	if (!one_of(s, between) || !number(s, 1, 2, 1, 12, &month) ||
	    !one_of(s, between) ||
	    !number(s, 1, 2, 1, days_of(year, month), &day))
		return 0;
	*t = days_since(year, month, day) * 86400;
	return 1;
}

/* A leap second, 60, is the first of the next minute. */
static int
parse_time(struct slice *s, int64_t *t)
{
	int hour, minute, second = 0;
	size_t digits = 0;

	if (!number(s, 1, 2, 0, 23, &hour) || !one_of(s, ":") ||
	    !number(s, 2, 2, 0, 59, &minute))
		return 0;
	if (one_of(s, ":")) {
		if (!number(s, 2, 2, 0, 60, &second))
			return 0;
		if (one_of(s, ".")) {
			while (one_of(s, "0123456789"))
				digits++;
			if (digits == 0)
				return 0;
		}
	}
	*t += hour * 3600 + minute * 60 + second;
	return 1;
}

/* Other zones are not known by their names, which mean several. */
static int
utc(struct slice *s)
{
	if (!slice_is(*s, "UTC") && !slice_is(*s, "GMT"))
		return 0;
	s->data += s->len;
	s->len = 0;
	return 1;
}

static int
parse_zone(struct slice *s, int64_t *zone)
{
	int hour, minute = 0, sign;

	if (one_of(s, "Zz") || utc(s))
		return 1;
	sign = s->len > 0 && s->data[0] == '-' ? -1 : 1;
	if (!one_of(s, "+-") || !number(s, 1, 2, 0, 23, &hour))
		return 0;
	if (s->len > 0) {
		one_of(s, ":");
		if (!number(s, 2, 2, 0, 59, &minute))
			return 0;
	}
	*zone = sign * (hour * 3600 + minute * 60);
	return 1;
}

int
date_parse_zoned(struct slice text, int64_t *t, int64_t *zone)
{
	*zone = 0;
	if (!parse_day(&text, t))
		return 0;
	if (text.len == 0)
		return 1;
	if (!one_of(&text, "Tt") && !blanks(&text))
		return 0;
	if (!parse_time(&text, t))
		return 0;
	if (text.len == 0)
		return 1;
	blanks(&text);
	if (!parse_zone(&text, zone) || text.len > 0)
		return 0;
	*t -= *zone;
	return 1;
}

int
date_parse(struct slice text, int64_t *t)
{
	int64_t zone;

	return date_parse_zoned(text, t, &zone);
}
