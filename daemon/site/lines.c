/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "lines.h"

#include <string.h>

#include "../utf8.h"
#include "frontmatter.h"

struct slice
trim(struct slice s)
{
	while (s.len > 0 && s.data[s.len - 1] != '\0' &&
	       strchr(" \t\r\n", s.data[s.len - 1]) != NULL)
		s.len--;
	while (s.len > 0 && s.data[0] != '\0' &&
	       strchr(" \t\r\n", s.data[0]) != NULL) {
		s.data++;
		s.len--;
	}
	return s;
}

void
lines_start(struct lines *l, struct slice text)
{
	if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
		text.data += 3;
		text.len -= 3;
	}
	l->rest = text;
	l->number = 0;
}

int
lines_next(struct lines *l, struct slice *line)
{
	const char *end;
	size_t n;

	if (l->rest.len == 0)
		return 0;
	end = memchr(l->rest.data, '\n', l->rest.len);
	n = end != NULL ? (size_t)(end - l->rest.data) : l->rest.len;
	*line = (struct slice){l->rest.data, n};
	if (n > 0 && line->data[n - 1] == '\r')
		line->len--;
	n += end != NULL;
	l->rest.data += n;
	l->rest.len -= n;
	l->number++;
	return 1;
}

size_t
lines_column(struct slice line, size_t offset)
{
	const unsigned char *p = (const unsigned char *)line.data;
	size_t i = 0, step, column = 1;

	for (; i < offset && i < line.len; i += step, column++) {
		step = utf8_char_len(p + i, line.len - i);
		step = step > 0 ? step : 1;
	}
	return column;
}
