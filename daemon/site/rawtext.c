/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "rawtext.h"

#include <string.h>

#include "../ascii.h"

/* Length of a well-formed reference at "&", or 0. */
static size_t
reference_len(struct slice s)
{
	size_t i = 1, start;

	if (i < s.len && s.data[i] == '#') {
		i++;
		if (i < s.len && (s.data[i] | 0x20) == 'x')
			i++;
	}
	start = i;
	while (i < s.len && i - start < 32 && ascii_is_alnum(s.data[i]))
		i++;
	return i > start && i < s.len && s.data[i] == ';' ? i + 1 : 0;
}

void
rawtext_write(struct htmlout *o, struct slice text)
{
	const char *amp;
	size_t n;

	while (text.len > 0 && !o->full) {
		amp = memchr(text.data, '&', text.len);
		n = amp != NULL ? (size_t)(amp - text.data) : text.len;
		html_escape(o, ESCAPE_TEXT, (struct slice){text.data, n});
		text = (struct slice){text.data + n, text.len - n};
		if (text.len == 0)
			break;
		n = reference_len(text);
		if (n > 0)
			html_raw(o, text.data, n);
		else
			html_str(o, "&amp;");
		n = n > 0 ? n : 1;
		text = (struct slice){text.data + n, text.len - n};
	}
}

/* A numeric reference at "&#", with or without its semicolon, as browsers read
 * it; returns its length. */
static size_t
numeric_reference(struct slice s, uint32_t *cp)
{
	int base = s.len > 2 && (s.data[2] | 0x20) == 'x' ? 16 : 10;
	size_t i = base == 16 ? 3 : 2, start = i;
	uint32_t n = 0;

	for (; i < s.len; i++) {
		char c = s.data[i];

		if (ascii_is_digit(c))
			n = n * (uint32_t)base + (uint32_t)(c - '0');
		else if (base == 16 && (c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			n = n * 16 + (uint32_t)((c | 0x20) - 'a') + 10;
		else
			break;
		if (n > 0x10ffff)
			n = 0x110000;
	}
	if (i == start)
		return 0;
	*cp =
	    n == 0 || n > 0x10ffff || (n >= 0xd800 && n < 0xe000) ? 0xfffd : n;
	return i + (i < s.len && s.data[i] == ';');
}

/* The five references that occur in URLs; others stay as they are, and are
 * escaped later, so they never mean more than their text. */
static size_t
named_reference(struct slice s, uint32_t *cp)
{
	static const struct {
		const char *text;
		char c;
	} names[] = {{"&amp;", '&'},
		     {"&lt;", '<'},
		     {"&gt;", '>'},
		     {"&quot;", '"'},
		     {"&apos;", '\''}};
	size_t i, n;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = strlen(names[i].text);
		if (s.len >= n && memcmp(s.data, names[i].text, n) == 0) {
			*cp = (unsigned char)names[i].c;
			return n;
		}
	}
	return 0;
}

int
rawtext_decode(struct slice s, char *out, size_t room, size_t *len)
{
	size_t i = 0, n;
	uint32_t cp;

	*len = 0;
	while (i < s.len) {
		struct slice at = {s.data + i, s.len - i};

		n = 0;
		if (at.data[0] == '&')
			n = at.len > 1 && at.data[1] == '#'
				? numeric_reference(at, &cp)
				: named_reference(at, &cp);
		if (room - *len < 4)
			return -1;
		if (n > 0) {
			*len += utf8_encode(cp, out + *len);
			i += n;
		} else {
			out[(*len)++] = s.data[i++];
		}
	}
	return 0;
}
