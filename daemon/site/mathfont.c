/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "mathtree.h"

/*
 * Unicode's mathematical alphabets (U+1D400 to U+1D7FF).  Where a letter had
 * been in Unicode before, its place there is empty.
 */
struct hole {
	uint8_t font;
	char letter;
	uint16_t cp;
};

static const struct hole holes[] = {
    {MATH_ITALIC, 'h', 0x210e},	 {MATH_SCRIPT, 'B', 0x212c},
    {MATH_SCRIPT, 'E', 0x2130},	 {MATH_SCRIPT, 'F', 0x2131},
    {MATH_SCRIPT, 'H', 0x210b},	 {MATH_SCRIPT, 'I', 0x2110},
    {MATH_SCRIPT, 'L', 0x2112},	 {MATH_SCRIPT, 'M', 0x2133},
    {MATH_SCRIPT, 'R', 0x211b},	 {MATH_SCRIPT, 'e', 0x212f},
    {MATH_SCRIPT, 'g', 0x210a},	 {MATH_SCRIPT, 'o', 0x2134},
    {MATH_FRAKTUR, 'C', 0x212d}, {MATH_FRAKTUR, 'H', 0x210c},
    {MATH_FRAKTUR, 'I', 0x2111}, {MATH_FRAKTUR, 'R', 0x211c},
    {MATH_FRAKTUR, 'Z', 0x2128}, {MATH_DOUBLE, 'C', 0x2102},
    {MATH_DOUBLE, 'H', 0x210d},	 {MATH_DOUBLE, 'N', 0x2115},
    {MATH_DOUBLE, 'P', 0x2119},	 {MATH_DOUBLE, 'Q', 0x211a},
    {MATH_DOUBLE, 'R', 0x211d},	 {MATH_DOUBLE, 'Z', 0x2124},
};

/* Where an alphabet's A, 0, and Alpha are; 0: it has none. */
static const struct {
	uint32_t latin, digit, greek;
} alphabets[] = {
    [MATH_NO_FONT] = {0, 0, 0},
    [MATH_NORMAL] = {0, 0, 0},
    [MATH_BOLD] = {0x1d400, 0x1d7ce, 0x1d6a8},
    [MATH_ITALIC] = {0x1d434, 0, 0x1d6e2},
    [MATH_BOLD_ITALIC] = {0x1d468, 0x1d7ce, 0x1d71c},
    [MATH_SCRIPT] = {0x1d49c, 0, 0},
    [MATH_FRAKTUR] = {0x1d504, 0, 0},
    [MATH_DOUBLE] = {0x1d538, 0x1d7d8, 0},
    [MATH_SANS] = {0x1d5a0, 0x1d7e2, 0},
    [MATH_MONO] = {0x1d670, 0x1d7f6, 0},
};

/* The place of a Greek letter or of what comes with them in its alphabet; -1:
 * it is not there. */
static int
greek_place(uint32_t cp)
{
	static const uint16_t others[] = {0x2202, 0x03f5, 0x03d1, 0x03f0,
					  0x03d5, 0x03f1, 0x03d6};
	int i;

	if (cp == 0x2207)
		return 25;
	if (cp >= 0x0391 && cp <= 0x03a9 && cp != 0x03a2)
		return (int)(cp - 0x0391);
	if (cp >= 0x03b1 && cp <= 0x03c9)
		return (int)(cp - 0x03b1) + 26;
	for (i = 0; i < 7; i++)
		if (others[i] == cp)
			return 51 + i;
	return -1;
}

static uint32_t
latin(enum math_font font, uint32_t cp)
{
	size_t i;

	if (alphabets[font].latin == 0)
		return cp;
	for (i = 0; i < sizeof(holes) / sizeof(holes[0]); i++)
		if (holes[i].font == font && (uint32_t)holes[i].letter == cp)
			return holes[i].cp;
	return alphabets[font].latin + (cp >= 'a' ? cp - 'a' + 26 : cp - 'A');
}

uint32_t
math_in_font(enum math_font font, uint32_t cp)
{
	int place;

	if ((cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z'))
		return latin(font, cp);
	if (cp >= '0' && cp <= '9')
		return alphabets[font].digit > 0
			   ? alphabets[font].digit + cp - '0'
			   : cp;
	place = alphabets[font].greek > 0 ? greek_place(cp) : -1;
	return place >= 0 ? alphabets[font].greek + (uint32_t)place : cp;
}
