/* SPDX-License-Identifier: ISC */
#include "utf8.h"

static int
continues(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

size_t
utf8_char_len(const unsigned char *p, size_t left)
{
	/* RFC 3629 section 4: the second byte's range depends on the first */
	unsigned char low = 0x80, high = 0xbf;
	size_t n, i;

	if (left == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (n > left || p[1] < low || p[1] > high)
		return 0;
	for (i = 2; i < n; i++)
		if (!continues(p[i]))
			return 0;
	return n;
}

int
utf8_valid(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;

	while (len > 0) {
		size_t n = utf8_char_len(p, len);

		if (n == 0)
			return 0;
		p += n;
		len -= n;
	}
	return 1;
}
