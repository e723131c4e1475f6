/* SPDX-License-Identifier: ISC */
#include "h1_request.h"

#include <string.h>

#include "field.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* ---------------------------------------------------- the request line -- */

/* 505 for another major version (RFC 9110 section 15.6.6). */
static int
read_version(struct slice v, struct request *r)
{
	if (v.len != 8 || memcmp(v.data, "HTTP/", 5) != 0 ||
	    !field_is(v.data[5], CLASS_DIGIT) || v.data[6] != '.' ||
	    !field_is(v.data[7], CLASS_DIGIT))
		return 400;
	if (v.data[5] != '1')
		return 505;
	r->framing.minor = v.data[7] != '0';
	return REQUEST_OK;
}

/* "http://authority/path" is the form a proxy is sent; every server has to
 * take it as well (RFC 9112 section 3.2.2). */
static int
read_absolute_form(struct slice target, struct request *r)
{
	struct slice scheme, rest;
	size_t n;

	if (!field_cut(target, ':', &scheme, &rest) ||
	    !(field_same(scheme, "http") || field_same(scheme, "https")) ||
	    rest.len < 2 || memcmp(rest.data, "//", 2) != 0)
		return 400;
	r->scheme = field_same(scheme, "https") ? SCHEME_HTTPS : SCHEME_HTTP;
	rest.data += 2;
	rest.len -= 2;
	n = 0;
	while (n < rest.len && rest.data[n] != '/' && rest.data[n] != '?')
		n++;
	r->authority = (struct slice){rest.data, n};
	r->target = (struct slice){rest.data + n, rest.len - n};
	if (!request_authority_valid(r->authority))
		return 400;
	if (r->target.len == 0)
		r->target = slice_of(r->method == METHOD_OPTIONS ? "*" : "/");
	/* "http://host?query" would need a slash that is not in the buffer. */
	return r->target.data[0] != '?' ? REQUEST_OK : 400;
}

static int
read_target(struct slice target, const struct request_limits *lim,
	    struct request *r)
{
	if (target.len > lim->target)
		return 414;
	r->target = target;
	if (target.len > 0 && target.data[0] == '/')
		return REQUEST_OK;
	if (r->method == METHOD_OPTIONS && slice_is(target, "*"))
		return REQUEST_OK;
	return read_absolute_form(target, r);
}

/* method SP target SP version: single spaces, nothing else that is white. */
static int
read_request_line(struct slice line, const struct request_limits *lim,
		  struct request *r)
{
	struct slice method, target, version;
	int status;

	if (!field_cut(line, ' ', &method, &line) ||
	    !field_cut(line, ' ', &target, &version) || method.len == 0 ||
	    method.len > METHOD_LEN_MAX ||
	    field_span(method, CLASS_TOKEN) != method.len ||
	    memchr(line.data, '\t', line.len) != NULL)
		return 400;
	status = read_version(version, r);
	if (status != REQUEST_OK)
		return status;
	r->method = request_method(method);
	r->method_name = method;
	return read_target(target, lim, r);
}

/* ---------------------------------------------------------- the fields -- */

/* What has been seen of the fields that may come only once or that decide
 * together how the message ends. */
struct seen {
	int host, content_length, transfer_encoding, close, keep_alive;
	struct slice host_value;
};

static int
on_host(struct request *r, struct seen *seen, struct slice v)
{
	(void)r;
	if (seen->host++ || !request_authority_valid(v))
		return 400;
	seen->host_value = v;
	return REQUEST_OK;
}

static int
on_content_length(struct request *r, struct seen *seen, struct slice v)
{
	if (seen->content_length++ ||
	    !request_content_length(v, &r->framing.content_length))
		return 400;
	return REQUEST_OK;
}

/* Any coding but "chunked" would be thrown away unread, and whoever reads it
 * differently sees another message: refused as well as malformed ones. */
static int
on_transfer_encoding(struct request *r, struct seen *seen, struct slice v)
{
	if (seen->transfer_encoding++ || !field_same(v, "chunked"))
		return 400;
	r->framing.chunked = 1;
	return REQUEST_OK;
}

static int
on_connection(struct request *r, struct seen *seen, struct slice v)
{
	struct slice option;

	(void)r;
	while (field_list_next(&v, &option)) {
		if (field_same(option, "close"))
			seen->close = 1;
		else if (field_same(option, "keep-alive"))
			seen->keep_alive = 1;
	}
	return REQUEST_OK;
}

static int
on_expect(struct request *r, struct seen *seen, struct slice v)
{
	(void)seen;
	request_expect(r, v);
	return REQUEST_OK;
}

static int
on_referer(struct request *r, struct seen *seen, struct slice v)
{
	(void)seen;
	request_referer(r, v);
	return REQUEST_OK;
}

static int
on_user_agent(struct request *r, struct seen *seen, struct slice v)
{
	(void)seen;
	request_agent(r, v);
	return REQUEST_OK;
}

/* Others are let go. */
static int
keep(struct request *r, struct slice name, struct slice value)
{
	static const struct {
		struct slice name;
		enum request_field field;
	} wanted[] = {
	    {SLICE_INIT("accept-encoding"), FIELD_ACCEPT_ENCODING},
	    {SLICE_INIT("if-none-match"), FIELD_IF_NONE_MATCH},
	    {SLICE_INIT("if-modified-since"), FIELD_IF_MODIFIED_SINCE},
	    {SLICE_INIT("range"), FIELD_RANGE},
	    {SLICE_INIT("if-range"), FIELD_IF_RANGE},
	    {SLICE_INIT("if-match"), FIELD_IF_MATCH},
	    {SLICE_INIT("if-unmodified-since"), FIELD_IF_UNMODIFIED_SINCE},
	};

	for (size_t i = 0; i < N(wanted); i++)
		if (field_same_slice(name, wanted[i].name))
			return request_keep(r, wanted[i].field, value);
	return REQUEST_OK;
}

static int
read_field(struct slice line, struct request *r, struct seen *seen)
{
	static const struct {
		struct slice name;
		int (*on)(struct request *, struct seen *, struct slice);
	} fields[] = {
	    {SLICE_INIT("host"), on_host},
	    {SLICE_INIT("connection"), on_connection},
	    {SLICE_INIT("content-length"), on_content_length},
	    {SLICE_INIT("transfer-encoding"), on_transfer_encoding},
	    {SLICE_INIT("expect"), on_expect},
	    {SLICE_INIT("referer"), on_referer},
	    {SLICE_INIT("user-agent"), on_user_agent},
	};
	struct slice name = {line.data, field_span(line, CLASS_TOKEN)}, value;

	/* Also what stops at a space: folded lines, "Name :". */
	if (name.len == 0 || name.len == line.len || line.data[name.len] != ':')
		return 400;
	value = field_trim(
	    (struct slice){line.data + name.len + 1, line.len - name.len - 1});
	for (size_t i = 0; i < N(fields); i++)
		if (field_same_slice(name, fields[i].name))
			return fields[i].on(r, seen, value);
	return keep(r, name, value);
}

/* What only the whole head can tell. */
static int
conclude(struct request *r, const struct seen *seen)
{
	struct request_framing *f = &r->framing;

	if (!seen->host && f->minor > 0)
		return 400;
	if (r->authority.len > 0 && seen->host &&
	    !field_same_slice(r->authority, seen->host_value))
		return 400;
	if (seen->host)
		r->authority = seen->host_value;
	/* RFC 9112 section 6.1: both together, or chunked from a 1.0 client,
	 * is an attack or a broken gateway. */
	if (f->chunked && (seen->content_length || f->minor == 0))
		return 400;
	if (f->minor == 0)
		f->expect_continue = r->expects_other = 0;
	f->keep_alive = !seen->close && (f->minor > 0 || seen->keep_alive);
	return REQUEST_OK;
}

/* ------------------------------------------------------------ the head -- */

/* The scan found every CRLF and nothing else that could end a line. */
static struct slice
next_line(const char **at)
{
	const char *end = *at;
	struct slice line;

	while (*end != '\r')
		end++;
	line = (struct slice){*at, (size_t)(end - *at)};
	*at = end + 2;
	return line;
}

static int
read_head(const char *at, const struct request_limits *lim, struct request *r)
{
	struct seen seen = {0};
	struct slice line = next_line(&at);
	int status;

	request_clear(r);
	status = read_request_line(line, lim, r);
	while (status == REQUEST_OK && (line = next_line(&at)).len > 0)
		status = read_field(line, r, &seen);
	return status == REQUEST_OK ? conclude(r, &seen) : status;
}

/* Is so much here already that the head cannot become a good one? */
static int
over_limit(const struct h1_scan *s, size_t end,
	   const struct request_limits *lim)
{
	size_t first = METHOD_LEN_MAX + lim->target + sizeof(" HTTP/1.1 ");

	if (s->lines > lim->fields + 1)
		return 431;
	if (s->lines == 0 && end - s->start > first)
		return 414;
	if (end - s->start > lim->head)
		return s->lines == 0 ? 414 : 431;
	return REQUEST_INCOMPLETE;
}

/* At the CRLF at i: notes the line; REQUEST_OK when it is the empty one that
 * ends the head. */
static int
end_line(struct h1_scan *s, size_t i)
{
	int empty = i == s->line;

	s->line = i + 2;
	if (!empty) {
		s->lines++;
		return REQUEST_INCOMPLETE;
	}
	if (s->lines > 0)
		return REQUEST_OK;
	/* RFC 9112 section 2.2: one empty line before a request is left from
	 * the request before. */
	if (s->start > 0)
		return 400;
	s->start = s->line;
	return REQUEST_INCOMPLETE;
}

/* Goes on from where the last call stopped, to the end of the head or of the
 * data.  The limits are looked at line by line. */
static int
scan_head(const char *data, size_t len, const struct request_limits *lim,
	  struct h1_scan *s)
{
	size_t i = s->seen;
	int status = REQUEST_INCOMPLETE;

	while (status == REQUEST_INCOMPLETE && i < len) {
		i += field_text_span((struct slice){data + i, len - i});
		if (i == len || (data[i] == '\r' && i + 1 == len))
			break;
		if (data[i] != '\r' || data[i + 1] != '\n')
			return 400;
		status = over_limit(s, i, lim);
		if (status == REQUEST_INCOMPLETE)
			status = end_line(s, i);
		i += 2;
	}
	s->seen = i;
	return status == REQUEST_INCOMPLETE ? over_limit(s, i, lim) : status;
}

/* So that nonsense is answered at once and not after the header timeout. */
static int
check_request_line(const char *data, const struct request_limits *lim,
		   struct h1_scan *s, struct request *r)
{
	const char *at = data + s->start;
	int status;

	if (s->lines == 0 || s->checked)
		return REQUEST_INCOMPLETE;
	s->checked = 1;
	request_clear(r);
	status = read_request_line(next_line(&at), lim, r);
	return status == REQUEST_OK ? REQUEST_INCOMPLETE : status;
}

int
h1_request_read(const char *data, size_t len, const struct request_limits *lim,
		struct h1_scan *scan, struct request *r, size_t *head_len)
{
	int status = scan_head(data, len, lim, scan);

	if (status == REQUEST_INCOMPLETE)
		return check_request_line(data, lim, scan, r);
	if (status != REQUEST_OK)
		return status;
	*head_len = scan->seen;
	return read_head(data + scan->start, lim, r);
}
