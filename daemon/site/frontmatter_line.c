/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "frontmatter_line.h"

#include <string.h>

#include "frontmatter.h"

int
line_is_fence(struct slice line, char c)
{
	size_t i = 0;

	line = trim(line);
	while (i < line.len && line.data[i] == c)
		i++;
	return i >= 3 && i == line.len;
}

size_t
line_key_end(struct slice line)
{
	const char *colon = memchr(line.data, ':', line.len);
	struct slice key;
	size_t i, n;

	if (colon == NULL || colon == line.data)
		return 0;
	n = (size_t)(colon - line.data);
	if (line.data[0] == '#' ||
	    (n + 1 < line.len && line.data[n + 1] != ' ' &&
	     line.data[n + 1] != '\t'))
		return 0;
	key = line_key(line, n);
	for (i = 0; i < key.len; i++)
		if ((unsigned char)key.data[i] <= 0x20)
			return 0;
	return key.data == line.data ? n : 0;
}

struct slice
line_key(struct slice line, size_t colon)
{
	return trim((struct slice){line.data, colon});
}

struct slice
line_value(struct slice line, size_t colon)
{
	return trim(
	    (struct slice){line.data + colon + 1, line.len - colon - 1});
}

size_t
quoted_end(struct slice s)
{
	char quote = s.data[0];
	size_t i;

	for (i = 1; i < s.len; i++) {
		if (quote == '"' && s.data[i] == '\\')
			i++;
		else if (quote == '\'' && s.data[i] == '\'' && i + 1 < s.len &&
			 s.data[i + 1] == '\'')
			i++;
		else if (s.data[i] == quote)
			return i + 1;
	}
	return 0;
}

size_t
bracket_end(struct slice s)
{
	size_t i, depth = 0;

	for (i = 0; i < s.len; i++) {
		if (i > 0 && (s.data[i] == '"' || s.data[i] == '\'') &&
		    strchr("[{, :", s.data[i - 1]) != NULL &&
		    s.data[i - 1] != '\0') {
			size_t end =
			    quoted_end((struct slice){s.data + i, s.len - i});

			i += end > 0 ? end - 1 : 0;
			continue;
		}
		depth += s.data[i] == '[' || s.data[i] == '{';
		depth -= s.data[i] == ']' || s.data[i] == '}';
		if (depth == 0)
			return i + 1;
	}
	return 0;
}

/* Is there nothing, or a comment, behind this many bytes? */
static int
ends_at(struct slice s, size_t n)
{
	struct slice rest;

	if (n == 0)
		return 0;
	rest = trim((struct slice){s.data + n, s.len - n});
	return rest.len == 0 || (rest.data[0] == '#' && rest.data > s.data + n);
}

/* "|", ">-", "|2": the sign of a block of lines. */
static int
is_block_sign(struct slice s)
{
	size_t i;

	for (i = 1; i < s.len && i < 3; i++)
		if (s.data[i] != '-' && s.data[i] != '+' &&
		    !(s.data[i] >= '1' && s.data[i] <= '9'))
			break;
	return (s.data[0] == '|' || s.data[0] == '>') && ends_at(s, i);
}

static int
value_needs_yaml(struct slice s)
{
	if (s.len == 0)
		return 0;
	switch (s.data[0]) {
	case '"':
	case '\'':
		return ends_at(s, quoted_end(s));
	case '[':
	case '{':
		return ends_at(s, bracket_end(s));
	default:
		return is_block_sign(s);
	}
}

int
line_needs_yaml(struct slice line)
{
	size_t n;

	if (trim(line).len == 0)
		return 0;
	if (strchr(" \t{[}]\"'", line.data[0]) != NULL && line.data[0] != '\0')
		return 1;
	if (line.data[0] == '-' && (line.len == 1 || line.data[1] == ' '))
		return 1;
	n = line_key_end(line);
	return n > 0 && value_needs_yaml(line_value(line, n));
}
