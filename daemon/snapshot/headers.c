/* SPDX-License-Identifier: ISC */
#include "headers.h"

#include <string.h>
#include <strings.h>

/* The token characters of RFC 9110 section 5.6.2 beside letters and digits. */
static const char token_marks[] = "!#$%&'*+-.^_`|~";

/* What frames a message or belongs to the connection (RFC 9110 sections 6.6.1,
 * 7.6.1, 8.6 and 14.4, RFC 9112 section 6).  A snapshot that could set one
 * would desynchronise a reader's connection. */
static const char *const reserved_names[] = {
    "Connection", "Content-Length", "Content-Range",
    "Date",	  "Keep-Alive",	    "Proxy-Connection",
    "TE",	  "Trailer",	    "Transfer-Encoding",
    "Upgrade"};

int
header_value_ok(struct slice value)
{
	unsigned bad = 0;
	size_t i;

	for (i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.data[i];

		bad |= (unsigned)(c < 0x20) | (unsigned)(c == 0x7f);
	}
	return bad == 0;
}

static int
is_token_char(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr(token_marks, c) != NULL);
}

static int
is_reserved(struct slice name)
{
	size_t i;

	for (i = 0; i < sizeof(reserved_names) / sizeof(*reserved_names); i++)
		if (strlen(reserved_names[i]) == name.len &&
		    strncasecmp(reserved_names[i], name.data, name.len) == 0)
			return 1;
	return 0;
}

int
header_name_ok(struct slice name)
{
	size_t i;

	for (i = 0; i < name.len; i++)
		if (!is_token_char((unsigned char)name.data[i]))
			return 0;
	return name.len > 0 && !is_reserved(name);
}

int
header_add(struct buf *out, const char *name, struct slice value)
{
	if (!header_name_ok(slice_of(name)) || !header_value_ok(value))
		return -1;
	buf_str(out, name);
	buf_add(out, ": ", 2);
	buf_add(out, value.data, value.len);
	buf_add(out, "\r\n", 2);
	return 0;
}

static void
add_text(struct buf *out, const char *name, const char *value)
{
	header_add(out, name, slice_of(value));
}

static void
add_entry_tag(struct buf *out, const struct snapshot_entry *e,
	      enum encoding enc)
{
	char text[ETAG_MAX];

	snapshot_etag(e, enc, text);
	add_text(out, "ETag", text);
}

static void
add_etag(struct buf *out, const struct page_headers *h, enum encoding enc)
{
	struct snapshot_entry e;

	memcpy(e.etag, h->etag, sizeof(e.etag));
	e.flags = h->flags;
	add_entry_tag(out, &e, enc);
}

static void
add_coding(struct buf *out, enum encoding enc)
{
	static const char *const codings[ENC__MAX] = {
	    [ENC_BROTLI] = "br", [ENC_ZSTD] = "zstd", [ENC_GZIP] = "gzip"};

	if (codings[enc] != NULL)
		add_text(out, "Content-Encoding", codings[enc]);
}

static void
add_or(struct buf *out, const char *name, struct slice value,
       const char *otherwise)
{
	if (value.len == 0 || header_add(out, name, value) == -1)
		add_text(out, name, otherwise);
}

/* Each of them once more through header_add. */
static void
add_lines(struct buf *out, struct slice lines)
{
	const char *colon, *end;
	struct slice value;
	struct buf name = {0};

	while (lines.len > 0) {
		end = memmem(lines.data, lines.len, "\r\n", 2);
		colon = memmem(lines.data, lines.len, ": ", 2);
		if (end == NULL || colon == NULL || colon > end)
			break;
		buf_clear(&name);
		buf_add(&name, lines.data, (size_t)(colon - lines.data));
		value = (struct slice){colon + 2, (size_t)(end - colon) - 2};
		header_add(out, buf_cstr(&name), value);
		lines.len -= (size_t)(end - lines.data) + 2;
		lines.data = end + 2;
	}
	buf_free(&name);
}

void
headers_safety(struct buf *out, const struct page_headers *h)
{
	add_text(out, "X-Content-Type-Options", "nosniff");
	if (h->csp.len > 0)
		header_add(out, "Content-Security-Policy", h->csp);
	/* Other sites learn which site a reader came from, never which page,
	 * and nothing at all when they are not on HTTPS.  Older browsers'
	 * default tells them the page. */
	add_or(out, "Referrer-Policy", h->referrer_policy,
	       "strict-origin-when-cross-origin");
	/* A site that opens this one in a window gets no handle on it. */
	add_or(out, "Cross-Origin-Opener-Policy", h->opener_policy,
	       "same-origin");
}

void
headers_common(struct buf *out, const struct page_headers *h, enum encoding enc)
{
	add_etag(out, h, enc);
	if (h->vary)
		add_text(out, "Vary", "Accept-Encoding");
	if (h->cache_control.len > 0)
		header_add(out, "Cache-Control", h->cache_control);
	headers_safety(out, h);
	add_lines(out, h->fields);
}

void
headers_typed(struct buf *out, const struct page_headers *h, enum encoding enc)
{
	char date[HTTP_DATE_LEN + 1];

	/* With nosniff, a body without a type is what an octet-stream is; say
	 * so when the type that was asked for cannot be said. */
	if (h->content_type.len > 0 &&
	    header_add(out, "Content-Type", h->content_type) == -1)
		add_text(out, "Content-Type", "application/octet-stream");
	add_coding(out, enc);
	if (h->modified != 0) {
		http_date(h->modified, date);
		add_text(out, "Last-Modified", date);
	}
	if (h->location.len > 0)
		header_add(out, "Location", h->location);
	if (h->ranges)
		add_text(out, "Accept-Ranges", "bytes");
}

static int
begins(struct slice line, const char *with)
{
	size_t n = strlen(with);

	return line.len >= n && memcmp(line.data, with, n) == 0;
}

void
headers_recode(struct buf *out, struct slice lines,
	       const struct snapshot_entry *e, enum encoding enc)
{
	while (lines.len > 0) {
		const char *end = memchr(lines.data, '\n', lines.len);
		struct slice line = {lines.data, lines.len};

		if (end != NULL)
			line.len = (size_t)(end - lines.data) + 1;
		if (begins(line, "ETag: "))
			add_entry_tag(out, e, enc);
		else if (begins(line, "Content-Encoding: "))
			add_coding(out, enc);
		else
			buf_add(out, line.data, line.len);
		lines.data += line.len;
		lines.len -= line.len;
	}
}
