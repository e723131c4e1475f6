/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "reference.h"

#include "url.h"

void
reference_parse(struct reference *r, struct slice text)
{
	const char *hash = memchr(text.data, '#', text.len);
	size_t n = hash != NULL ? (size_t)(hash - text.data) : text.len;
	const char *query = memchr(text.data, '?', n);

	r->text = text;
	r->fragment = hash != NULL ? slice_from(text, n + 1) : slice_of("");
	n = query != NULL ? (size_t)(query - text.data) : n;
	r->path = (struct slice){text.data, n};
	r->suffix = slice_from(text, n);
	r->elsewhere = url_has_scheme(text) ||
		       (text.len > 1 && memcmp(text.data, "//", 2) == 0);
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void
add_decoded(struct buf *out, struct slice s)
{
	static const char amp[] = "&amp;";
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (s.data[i] == '%' && s.len - i > 2 &&
		    hex(s.data[i + 1]) >= 0 && hex(s.data[i + 2]) >= 0) {
			buf_char(out, (char)(hex(s.data[i + 1]) * 16 +
					     hex(s.data[i + 2])));
			i += 2;
		} else {
			buf_char(out, s.data[i]);
			if (s.data[i] == '&' && s.len - i >= 5 &&
			    memcmp(s.data + i, amp, 5) == 0)
				i += 4;
		}
	}
}

void
reference_decode(struct buf *out, struct slice encoded)
{
	buf_clear(out);
	add_decoded(out, encoded);
}

/* Adds a segment of the path; what is out is without slashes at its ends. */
static void
add_segment(struct buf *out, struct slice segment)
{
	if (segment.len == 0 || slice_is(segment, "."))
		return;
	if (!slice_is(segment, "..")) {
		if (out->len > 0)
			buf_char(out, '/');
		add_decoded(out, segment);
		return;
	}
	while (out->len > 0 && out->data[out->len - 1] != '/')
		out->len--;
	if (out->len > 0)
		out->len--;
}

void
reference_path(struct buf *out, struct slice directory, struct slice path)
{
	const char *slash;
	size_t n;

	buf_clear(out);
	if (path.len == 0 || path.data[0] != '/')
		buf_add(out, directory.data, directory.len);
	while (path.len > 0) {
		slash = memchr(path.data, '/', path.len);
		n = slash != NULL ? (size_t)(slash - path.data) : path.len;
		add_segment(out, (struct slice){path.data, n});
		path = slice_from(path, n + (slash != NULL));
	}
}

struct slice
reference_directory(struct slice path)
{
	while (path.len > 0 && path.data[path.len - 1] != '/')
		path.len--;
	if (path.len > 0)
		path.len--;
	return path.len > 0 && path.data[0] == '/' ? slice_from(path, 1) : path;
}
