/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "url.h"

#include <string.h>
#include <strings.h>

/* Offset of the colon that ends a scheme, or 0.  Every byte but "/", "?" and
 * "#" counts as part of one: what is no proper scheme is refused with it. */
static size_t
scheme_end(struct slice url)
{
	size_t i;

	for (i = 0; i < url.len; i++) {
		if (url.data[i] == ':')
			return i;
		if (memchr("/?#", url.data[i], 3) != NULL)
			return 0;
	}
	return 0;
}

/* The scheme as a browser sees it, in lower case; "" when it is too long. */
static void
scheme_name(struct slice url, size_t end, char out[16])
{
	size_t i, n = 0;
	unsigned char c;

	for (i = 0; i < end; i++) {
		c = (unsigned char)url.data[i];
		if (c <= 0x20)
			continue;
		if (n == 15) {
			n = 0;
			break;
		}
		out[n++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
	}
	out[n] = '\0';
}

int
url_has_scheme(struct slice url)
{
	return scheme_end(url) > 0;
}

/* Places to write, call or talk to, and to fetch from: what browsers hand on to
 * other programs, none of which runs what the address says. */
static int
is_contact(const char *scheme)
{
	static const char *const schemes[] = {
	    "ftp", "gemini", "irc", "ircs", "mailto", "matrix", "tel", "xmpp"};
	size_t i;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strcmp(scheme, schemes[i]) == 0)
			return 1;
	return 0;
}

int
url_allowed(struct slice url, enum url_use use)
{
	char scheme[16];
	size_t end = scheme_end(url);

	if (end == 0)
		return url.len == 0 || url.data[0] != ':';
	scheme_name(url, end, scheme);
	if (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0)
		return 1;
	return use == URL_LINK && is_contact(scheme);
}

/* Length of "http://" or "https://" at the beginning, or 0. */
static size_t
web_scheme(struct slice url)
{
	if (url.len > 7 && strncasecmp(url.data, "http://", 7) == 0)
		return 7;
	if (url.len > 8 && strncasecmp(url.data, "https://", 8) == 0)
		return 8;
	return 0;
}

int
url_is_root(struct slice url)
{
	size_t i, host = web_scheme(url);

	if (host == 0 || url.data[host] == '/' || url.data[host] == ':')
		return 0;
	for (i = host; i < url.len; i++)
		if (url.data[i] <= 0x20 || url.data[i] >= 0x7f ||
		    strchr("\"'<>\\^`{|}?#@&", url.data[i]) != NULL)
			return 0;
	return 1;
}

struct slice
url_root_path(struct slice root)
{
	size_t host = web_scheme(root);
	const char *p = memchr(root.data + host, '/', root.len - host);

	if (host == 0 || p == NULL)
		return slice_of("");
	return (struct slice){p, root.len - (size_t)(p - root.data)};
}

/* Length of the part of ref before "?" or "#". */
static size_t
path_len(struct slice ref)
{
	size_t i;

	for (i = 0; i < ref.len; i++)
		if (ref.data[i] == '?' || ref.data[i] == '#')
			break;
	return i;
}

/* Cuts the last segment off, but nothing before `floor`. */
static void
drop_segment(struct buf *out, size_t floor)
{
	while (out->len > floor && out->data[out->len - 1] != '/')
		out->len--;
}

/* Appends the path's segments, "." and ".." taken out (section 5.2.4); what is
 * in out from `floor` on is the path so far and ends in "/". */
static void
add_segments(struct buf *out, size_t floor, struct slice path)
{
	size_t i = 0, n;
	const char *end;

	while (i < path.len) {
		end = memchr(path.data + i, '/', path.len - i);
		n = end != NULL ? (size_t)(end - path.data) - i : path.len - i;
		if (n == 2 && memcmp(path.data + i, "..", 2) == 0) {
			if (out->len > floor + 1)
				out->len--;
			drop_segment(out, floor);
		} else if (n != 1 || path.data[i] != '.') {
			buf_add(out, path.data + i, n);
			if (end != NULL)
				buf_char(out, '/');
		}
		i += n + (end != NULL);
	}
}

static void
resolve_relative(struct buf *out, struct slice root, struct slice path,
		 struct slice ref)
{
	struct slice base = url_root_path(root);
	size_t floor, n = path_len(ref);

	buf_add(out, root.data, root.len - base.len);
	floor = out->len;
	if (ref.data[0] == '/') {
		buf_char(out, '/');
		add_segments(out, floor, (struct slice){ref.data + 1, n - 1});
	} else {
		buf_add(out, base.data, base.len);
		buf_add(out, path.data, path.len);
		if (n > 0)
			drop_segment(out, floor);
		add_segments(out, floor, (struct slice){ref.data, n});
	}
	buf_add(out, ref.data + n, ref.len - n);
}

void
url_resolve(struct buf *out, struct slice root, struct slice path,
	    struct slice ref)
{
	const char *colon = memchr(root.data, ':', root.len);

	if (url_has_scheme(ref)) {
		buf_add(out, ref.data, ref.len);
	} else if (ref.len >= 2 && memcmp(ref.data, "//", 2) == 0) {
		if (colon != NULL)
			buf_add(out, root.data,
				(size_t)(colon - root.data) + 1);
		buf_add(out, ref.data, ref.len);
	} else if (ref.len > 0) {
		resolve_relative(out, root, path, ref);
	} else {
		buf_add(out, root.data, root.len);
		buf_add(out, path.data, path.len);
	}
}
