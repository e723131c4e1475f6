/* SPDX-License-Identifier: ISC */
#include "utf8.h"

#include <string.h>

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

size_t
utf8_printable_len(const unsigned char *p, size_t left)
{
	size_t n = utf8_char_len(p, left);

	if ((n == 1 && (*p < 0x20 || *p == 0x7f)) ||
	    (n == 2 && p[0] == 0xc2 && p[1] < 0xa0))
		return 0;
	return n;
}

void
utf8_print(FILE *out, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	for (size_t left = strlen(text), n; left > 0; p += n, left -= n) {
		n = utf8_printable_len(p, left);
		if (n > 0)
			fwrite(p, 1, n, out);
		else
			fprintf(out, "\\x%02x", *p);
		n += n == 0;
	}
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
