/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "headers.h"

#define DAY	 86400
#define TIME_MIN INT64_C(-62135596800) /* 0001-01-01 00:00:00 */
#define TIME_MAX INT64_C(253402300799) /* 9999-12-31 23:59:59 */

static const char day_names[7][10] = {"Sunday",	   "Monday",   "Tuesday",
				      "Wednesday", "Thursday", "Friday",
				      "Saturday"};
static const char month_names[12][4] = {"Jan", "Feb", "Mar", "Apr",
					"May", "Jun", "Jul", "Aug",
					"Sep", "Oct", "Nov", "Dec"};

struct civil {
	int year, month, day; /* month 0 to 11, day 1 to 31 */
	int hour, minute, second;
};

/*
 * Days since 1970-01-01 of the proleptic Gregorian calendar and back.  A year
 * that begins in March has its leap day last; 146097 days are 400 years.
 */
static int64_t
days_of_civil(int year, int month, int day)
{
	int y = month < 2 ? year - 1 : year;
	int era = y / 400; /* y is never negative here */
	int of_era = y - era * 400;
	int march = (month + 10) % 12;
	int of_year = (153 * march + 2) / 5 + day - 1;

	return (int64_t)era * 146097 + of_era * 365 + of_era / 4 -
	       of_era / 100 + of_year - 719468;
}

static void
civil_of_days(int64_t days, struct civil *c)
{
	int64_t z = days + 719468; /* since 0000-03-01: never negative */
	int era = (int)(z / 146097);
	int of_era = (int)(z - (int64_t)era * 146097);
	int y =
	    (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int of_year = of_era - (365 * y + y / 4 - y / 100);
	int march = (5 * of_year + 2) / 153;

	c->day = of_year - (153 * march + 2) / 5 + 1;
	c->month = (march + 2) % 12;
	c->year = y + era * 400 + (c->month < 2);
}

static void
put_digits(char *out, int value, int width)
{
	while (width-- > 0) {
		out[width] = (char)('0' + value % 10);
		value /= 10;
	}
}

void
http_date(int64_t t, char out[HTTP_DATE_LEN + 1])
{
	struct civil c;
	int64_t days;
	int rest;

	if (t < TIME_MIN)
		t = TIME_MIN;
	if (t > TIME_MAX)
		t = TIME_MAX;
	/* Round towards the past, before 1970 too. */
	days = (t - TIME_MIN) / DAY + TIME_MIN / DAY;
	rest = (int)((t - TIME_MIN) % DAY);
	civil_of_days(days, &c);
	memcpy(out, "ddd, 00 mmm 0000 00:00:00 GMT", HTTP_DATE_LEN + 1);
	/* 1 January of year 1 was a Monday. */
	memcpy(out, day_names[((t - TIME_MIN) / DAY + 1) % 7], 3);
	put_digits(out + 5, c.day, 2);
	memcpy(out + 8, month_names[c.month], 3);
	put_digits(out + 12, c.year, 4);
	put_digits(out + 17, rest / 3600, 2);
	put_digits(out + 20, rest / 60 % 60, 2);
	put_digits(out + 23, rest % 60, 2);
}

/* ------------------------------------------------------------ parsing -- */

static int
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
days_in_month(int year, int month)
{
	static const int days[12] = {31, 28, 31, 30, 31, 30,
				     31, 31, 30, 31, 30, 31};

	return month == 1 && is_leap(year) ? 29 : days[month];
}

/* -1 when no such second exists.  60 is a leap second's. */
static int
time_of_civil(const struct civil *c, int64_t *t)
{
	if (c->year < 1 || c->day < 1 ||
	    c->day > days_in_month(c->year, c->month) || c->hour > 23 ||
	    c->minute > 59 || c->second > 60)
		return -1;
	*t = days_of_civil(c->year, c->month, c->day) * DAY + c->hour * 3600 +
	     c->minute * 60 + c->second;
	return 0;
}

static int
take_text(struct slice *s, const char *text)
{
	size_t n = strlen(text);

	if (s->len < n || memcmp(s->data, text, n) != 0)
		return -1;
	s->data += n;
	s->len -= n;
	return 0;
}

static int
take_number(struct slice *s, int digits, int *value)
{
	*value = 0;
	while (digits-- > 0) {
		if (s->len == 0 || *s->data < '0' || *s->data > '9')
			return -1;
		*value = *value * 10 + (*s->data - '0');
		s->data++;
		s->len--;
	}
	return 0;
}

static int
take_month(struct slice *s, int *month)
{
	for (*month = 0; *month < 12; (*month)++)
		if (take_text(s, month_names[*month]) == 0)
			return 0;
	return -1;
}

/* The name must be one, but not the right one: nothing depends on it. */
static int
take_day_name(struct slice *s, int whole)
{
	char name[4] = "";
	int i;

	for (i = 0; i < 7; i++) {
		memcpy(name, day_names[i], 3);
		if (take_text(s, whole ? day_names[i] : name) == 0)
			return 0;
	}
	return -1;
}

static int
take_clock(struct slice *s, struct civil *c)
{
	if (take_number(s, 2, &c->hour) == -1 || take_text(s, ":") == -1 ||
	    take_number(s, 2, &c->minute) == -1 || take_text(s, ":") == -1)
		return -1;
	return take_number(s, 2, &c->second);
}

/* Sun, 06 Nov 1994 08:49:37 GMT */
static int
parse_imf(struct slice s, struct civil *c)
{
	if (take_day_name(&s, 0) == -1 || take_text(&s, ", ") == -1 ||
	    take_number(&s, 2, &c->day) == -1 || take_text(&s, " ") == -1 ||
	    take_month(&s, &c->month) == -1 || take_text(&s, " ") == -1 ||
	    take_number(&s, 4, &c->year) == -1 || take_text(&s, " ") == -1 ||
	    take_clock(&s, c) == -1 || take_text(&s, " GMT") == -1)
		return -1;
	return s.len == 0 ? 0 : -1;
}

/* Sunday, 06-Nov-94 08:49:37 GMT */
static int
parse_rfc850(struct slice s, struct civil *c)
{
	if (take_day_name(&s, 1) == -1 || take_text(&s, ", ") == -1 ||
	    take_number(&s, 2, &c->day) == -1 || take_text(&s, "-") == -1 ||
	    take_month(&s, &c->month) == -1 || take_text(&s, "-") == -1 ||
	    take_number(&s, 2, &c->year) == -1 || take_text(&s, " ") == -1 ||
	    take_clock(&s, c) == -1 || take_text(&s, " GMT") == -1)
		return -1;
	/* RFC 9110 section 5.6.7 puts what would be over 50 years ahead into
	 * the past.  A fixed limit does the same without a clock: no page is
	 * older than 1970. */
	c->year += c->year < 70 ? 2000 : 1900;
	return s.len == 0 ? 0 : -1;
}

/* Sun Nov  6 08:49:37 1994 */
static int
parse_asctime(struct slice s, struct civil *c)
{
	if (take_day_name(&s, 0) == -1 || take_text(&s, " ") == -1 ||
	    take_month(&s, &c->month) == -1 || take_text(&s, " ") == -1 ||
	    take_number(&s, take_text(&s, " ") == 0 ? 1 : 2, &c->day) == -1 ||
	    take_text(&s, " ") == -1 || take_clock(&s, c) == -1 ||
	    take_text(&s, " ") == -1 || take_number(&s, 4, &c->year) == -1)
		return -1;
	return s.len == 0 ? 0 : -1;
}

int
http_date_parse(struct slice text, int64_t *t)
{
	struct civil c;

	if (parse_imf(text, &c) == 0 || parse_rfc850(text, &c) == 0 ||
	    parse_asctime(text, &c) == 0)
		return time_of_civil(&c, t);
	return -1;
}
