/* SPDX-License-Identifier: ISC */
#include "field.h"

#include <stdint.h>
#include <string.h>

/* One row is 16 bytes of ASCII; a cell is the sum of the CLASS_ values. */
/* clang-format off */
const unsigned char field_class[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	2, 27, 2, 3, 27, 3, 27, 27, 26, 26, 27, 27, 26, 31, 63, 2,
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 42, 26, 2, 26, 2, 2,
	10, 127, 127, 127, 127, 127, 127, 31, 31, 31, 31, 31, 31, 31, 31, 31,
	31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 2, 2, 2, 3, 31,
	3, 127, 127, 127, 127, 127, 127, 31, 31, 31, 31, 31, 31, 31, 31, 31,
	31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 2, 3, 2, 31, 0,
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
};
/* clang-format on */

unsigned
field_hex(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	return (unsigned)((c | 0x20) - 'a' + 10);
}

size_t
field_span(struct slice s, int class)
{
	size_t n = 0;

	while (n < s.len && field_is(s.data[n], class))
		n++;
	return n;
}

/* Is some byte below 0x20 or 0x7f?  A tab is as well. */
static int
has_control(const char *at)
{
	const uint64_t ones = 0x0101010101010101, tops = ones << 7;
	uint64_t w, del;

	memcpy(&w, at, sizeof(w));
	del = w ^ ones * 0x7f;
	return ((((w - ones * 0x20) & ~w) | ((del - ones) & ~del)) & tops) != 0;
}

/* What is left over is looked at once more, as the end of a word. */
size_t
field_text_span(struct slice s)
{
	const size_t word = sizeof(uint64_t);
	size_t n = 0;

	while (n + word <= s.len && !has_control(s.data + n))
		n += word;
	if (n > 0 && n + word > s.len && !has_control(s.data + s.len - word))
		return s.len;
	while (n < s.len && field_is(s.data[n], CLASS_TEXT))
		n++;
	return n;
}

static int
is_space(char c)
{
	return c == ' ' || c == '\t';
}

struct slice
field_trim(struct slice s)
{
	while (s.len > 0 && is_space(s.data[0])) {
		s.data++;
		s.len--;
	}
	while (s.len > 0 && is_space(s.data[s.len - 1]))
		s.len--;
	return s;
}

int
field_same_bytes(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (field_lower(a[i]) != field_lower(b[i]))
			return 0;
	return 1;
}

int
field_same(struct slice s, const char *text)
{
	return field_same_slice(s, slice_of(text));
}

int
field_cut(struct slice s, char c, struct slice *head, struct slice *tail)
{
	const char *at = s.len > 0 ? memchr(s.data, c, s.len) : NULL;

	*head = s;
	*tail = (struct slice){NULL, 0};
	if (at == NULL)
		return 0;
	head->len = (size_t)(at - s.data);
	tail->data = at + 1;
	tail->len = s.len - head->len - 1;
	return 1;
}

int
field_list_next(struct slice *rest, struct slice *element)
{
	while (rest->len > 0) {
		field_cut(*rest, ',', element, rest);
		*element = field_trim(*element);
		if (element->len > 0)
			return 1;
	}
	return 0;
}
