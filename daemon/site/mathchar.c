/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "mathtree.h"

/* Characters that stand for themselves in a formula, and what they are there.
 */
static const struct math_command characters[] = {
    {"", MATH_K_PUNCT, ',', NULL},
    {"", MATH_K_PUNCT, ';', NULL},
    {"", MATH_K_ORD, '.', NULL},
    {"", MATH_K_ORD, '/', NULL},
    {"", MATH_K_ORD, '|', NULL},
    {"", MATH_K_ORD, '?', NULL},
    {"", MATH_K_BIN, '+', NULL},
    {"", MATH_K_BIN, 0x2212, NULL},
    {"", MATH_K_REL, '=', NULL},
    {"", MATH_K_REL, '<', NULL},
    {"", MATH_K_REL, '>', NULL},
    {"", MATH_K_REL, ':', NULL},
    {"", MATH_K_OPEN, '(', NULL},
    {"", MATH_K_OPEN, '[', NULL},
    {"", MATH_K_CLOSE, ')', NULL},
    {"", MATH_K_CLOSE, ']', NULL},
    {"", MATH_K_CLOSE, '!', NULL},
    {"", MATH_K_SIGN, '@', NULL},
    {"", MATH_K_BIN, 0x2217, NULL},
    {"", MATH_K_SPACE, '~', " width=\"0.25em\""},
    {"", MATH_K_REL, 0x2254, NULL},
};

/* The character that TeX shows for one of a keyboard. */
static uint32_t
shown(uint32_t cp)
{
	switch (cp) {
	case '-':
		return 0x2212;
	case '*':
		return 0x2217;
	case 0xb7:
		return 0x22c5;
	default:
		return cp;
	}
}

/* Of the commands those whose value is a symbol's code point. */
static int
is_symbol(const struct math_command *c)
{
	return c->kind <= MATH_K_INTEGRAL;
}

const struct math_command *
math_character(uint32_t cp)
{
	size_t i, n = sizeof(characters) / sizeof(characters[0]);

	cp = shown(cp);
	for (i = 0; i < n; i++)
		if (characters[i].value == cp)
			return &characters[i];
	if (cp < 0x80)
		return NULL;
	for (i = 0; i < math_ncommands; i++)
		if (math_commands[i].value == cp &&
		    is_symbol(&math_commands[i]))
			return &math_commands[i];
	return NULL;
}

uint32_t
math_negated(uint32_t cp)
{
	static const uint16_t pairs[][2] = {
	    {'=', 0x2260},    {'<', 0x226e},	{'>', 0x226f},
	    {0x2190, 0x219a}, {0x2192, 0x219b}, {0x2194, 0x21ae},
	    {0x21d0, 0x21cd}, {0x21d2, 0x21cf}, {0x21d4, 0x21ce},
	    {0x2203, 0x2204}, {0x2208, 0x2209}, {0x220b, 0x220c},
	    {0x2223, 0x2224}, {0x2225, 0x2226}, {0x223c, 0x2241},
	    {0x2243, 0x2244}, {0x2245, 0x2247}, {0x2248, 0x2249},
	    {0x224d, 0x226d}, {0x2261, 0x2262}, {0x2264, 0x2270},
	    {0x2265, 0x2271}, {0x2272, 0x2274}, {0x2273, 0x2275},
	    {0x227a, 0x2280}, {0x227b, 0x2281}, {0x2282, 0x2284},
	    {0x2283, 0x2285}, {0x2286, 0x2288}, {0x2287, 0x2289},
	    {0x2291, 0x22e2}, {0x2292, 0x22e3}, {0x22a2, 0x22ac},
	    {0x22a8, 0x22ad}, {0x22a9, 0x22ae},
	};
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (pairs[i][0] == cp)
			return pairs[i][1];
	return 0;
}
