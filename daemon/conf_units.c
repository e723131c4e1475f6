/* SPDX-License-Identifier: ISC */
#include "conf_units.h"

#include <string.h>

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit durations[] = {{"ms", 1},	 {"s", 1000},
					{"m", 60000},	 {"h", 3600000},
					{"d", 86400000}, {NULL, 0}};

static const struct unit sizes[] = {{"", 1},	       {"K", 1ULL << 10},
				    {"M", 1ULL << 20}, {"G", 1ULL << 30},
				    {"T", 1ULL << 40}, {NULL, 0}};

static const struct unit counts[] = {{"", 1}, {NULL, 0}};

static const struct unit *
find_unit(const struct unit *units, const char *name)
{
	for (; units->name != NULL; units++)
		if (strcmp(units->name, name) == 0)
			return units;
	return NULL;
}

static int
parse(const char *text, const struct unit *units, const char *wanted,
      uint64_t *out, struct err *err)
{
	const struct unit *unit;
	const char *p = text;
	uint64_t n = 0;
	int overflow = 0;

	for (; *p >= '0' && *p <= '9'; p++)
		overflow |= __builtin_mul_overflow(n, 10, &n) ||
			    __builtin_add_overflow(n, (uint64_t)(*p - '0'), &n);
	unit = find_unit(units, p);
	if (unit == NULL && strcmp(text, "0") == 0)
		unit = units;
	if (p == text || unit == NULL)
		return err_set(err, "\"%.64s\" is no %s", text, wanted);
	if (overflow || __builtin_mul_overflow(n, unit->factor, &n))
		return err_set(err, "\"%.64s\" is too large", text);
	*out = n;
	return 0;
}

int
conf_duration(const char *text, uint64_t *ms, struct err *err)
{
	return parse(
	    text, durations,
	    "duration: write a number and ms, s, m, h or d, as in \"30s\"", ms,
	    err);
}

int
conf_size(const char *text, uint64_t *bytes, struct err *err)
{
	return parse(
	    text, sizes,
	    "size: write bytes, or a number and K, M, G or T, as in \"64K\"",
	    bytes, err);
}

int
conf_count(const char *text, uint64_t *n, struct err *err)
{
	return parse(text, counts, "number: write digits alone", n, err);
}
