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

int
conf_mode(const char *text, uint64_t *mode, struct err *err)
{
	size_t len = strlen(text);

	*mode = 0;
	if (len < 3 || len > 4 || strspn(text, "01234567") != len)
		return err_set(
		    err, "\"%.32s\" is no mode: write it as in \"0660\"", text);
	for (size_t i = 0; i < len; i++)
		*mode = *mode * 8 + (uint64_t)(text[i] - '0');
	if (*mode > 0777)
		return err_set(err, "\"%s\" is too large: at most 0777", text);
	return 0;
}

int
conf_word(const char *text, const char *words, uint64_t *n, struct err *err)
{
	const char *word = words;
	size_t len = strlen(text);

	for (*n = 0; *word != '\0'; ++*n) {
		size_t at = strcspn(word, "|");

		if (at == len && memcmp(word, text, len) == 0)
			return 0;
		word += at + (word[at] == '|');
	}
	return err_set(err, "\"%.128s\" is none of %s", text, words);
}
