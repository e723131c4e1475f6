/* SPDX-License-Identifier: ISC */
#include "target.h"

#include <string.h>

#include "field.h"

/* Pages link to these encoded, so that a path can stand in HTML as it is;
 * people type them as they are.  Neither way leads to a redirect. */
static int
either_way(char c)
{
	return c == '&' || c == '\'';
}

/* Puts the byte that *at stands for into *c and moves *at behind it; *plain
 * tells whether it was written in the canonical way.  -1: not to be decoded. */
static int
take(struct slice raw, size_t *at, char *c, int *plain)
{
	char hi, lo;

	*c = raw.data[(*at)++];
	if (*c != '%') {
		*plain = *c == '/' || field_is(*c, CLASS_PCHAR);
		return *c == '#' || *c == '\0' ? -1 : 0;
	}
	if (raw.len - *at < 2)
		return -1;
	hi = raw.data[(*at)++];
	lo = raw.data[(*at)++];
	if (!field_is(hi, CLASS_HEX) || !field_is(lo, CLASS_HEX))
		return -1;
	*c = (char)(field_hex(hi) << 4 | field_hex(lo));
	*plain = *c != '/' && (!field_is(*c, CLASS_PCHAR) || either_way(*c)) &&
		 hi < 'a' && lo < 'a';
	return *c == '\0' ? -1 : 0;
}

/* Drops empty elements and "." with their slashes, and ".." with the element
 * before it (RFC 3986 section 5.2.4).  Returns the new length, at least 1. */
static size_t
simplify(char *path, size_t len)
{
	size_t at = 0, n = 0;

	while (at < len) {
		size_t start = at + 1, size = 0; /* behind the slash */

		while (start + size < len && path[start + size] != '/')
			size++;
		at = start + size;
		if (size == 2 && memcmp(path + start, "..", 2) == 0) {
			while (n > 0 && path[--n] != '/')
				;
		} else if (size > 0 && (size > 1 || path[start] != '.')) {
			path[n++] = '/';
			memmove(path + n, path + start, size);
			n += size;
		}
	}
	if (n == 0)
		path[n++] = '/';
	return n;
}

/* Most are: nothing to decode, nothing to simplify. */
static int
is_simple(struct slice raw)
{
	char before = '\0';

	for (size_t i = 0; i < raw.len; before = raw.data[i++]) {
		char c = raw.data[i];

		if (before == '/' && (c == '/' || c == '.'))
			return 0;
		if (c != '/' && !field_is(c, CLASS_PCHAR))
			return 0;
	}
	return before != '/' || raw.len == 1;
}

int
target_parse(struct slice raw, struct buf *path, struct target *t)
{
	size_t at = 0, n = 0, all;
	int odd = 0; /* something to simplify, perhaps */
	char *out;

	*t = (struct target){.canonical = 1};
	t->has_query = field_cut(raw, '?', &raw, &t->query);
	if (raw.len == 0 || raw.data[0] != '/' ||
	    (t->query.len > 0 && memchr(t->query.data, '#', t->query.len)))
		return -1;
	buf_clear(path);
	if (is_simple(raw)) {
		buf_add(path, raw.data, raw.len);
		t->path = (struct slice){path->data, path->len};
		return 0;
	}
	buf_reserve(path, raw.len);
	out = path->data;
	while (at < raw.len) {
		int plain;
		char c;

		if (take(raw, &at, &c, &plain) == -1)
			return -1;
		t->canonical &= plain;
		odd |= n > 0 && out[n - 1] == '/' && (c == '/' || c == '.');
		out[n++] = c;
	}
	all = n;
	if (odd || (n > 1 && out[n - 1] == '/'))
		n = simplify(out, n);
	t->canonical &= n == all;
	path->len = n;
	t->path = (struct slice){out, n};
	return 0;
}

static void
encode(struct buf *out, char c)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned char b = (unsigned char)c;

	buf_char(out, '%');
	buf_char(out, hex[b >> 4]);
	buf_char(out, hex[b & 15]);
}

static void
write_part(struct buf *out, struct slice part, const char *also)
{
	for (size_t i = 0; i < part.len; i++) {
		char c = part.data[i];

		if (field_is(c, CLASS_PCHAR) || (c && strchr(also, c)))
			buf_char(out, c);
		else
			encode(out, c);
	}
}

void
target_write(struct buf *out, const struct target *t)
{
	write_part(out, t->path, "/");
	if (!t->has_query)
		return;
	buf_char(out, '?');
	/* Not decoded, so what is encoded stays as it is. */
	write_part(out, t->query, "/?%");
}
