/* SPDX-License-Identifier: ISC */
#include "h2_request.h"

#include <string.h>

#include "field.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

enum {
	PSEUDO_METHOD = 1,
	PSEUDO_SCHEME = 2,
	PSEUDO_AUTHORITY = 4,
	PSEUDO_PATH = 8
};

/* ------------------------------------------------------ names, values -- */

/* Names are in lower case. */
static int
same(struct slice a, struct slice b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* RFC 9113 section 8.2.1: a token in lower case. */
static int
name_valid(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!field_is(name.data[i], CLASS_TOKEN) ||
		    (name.data[i] >= 'A' && name.data[i] <= 'Z'))
			return 0;
	return name.len > 0;
}

static int
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* No control bytes, as in HTTP/1.1 (section 8.2.1 forbids fewer); no white
 * space at the ends. */
static int
value_valid(struct slice v)
{
	return v.len == 0 ||
	       (field_text_span(v) == v.len && !is_space(v.data[0]) &&
		!is_space(v.data[v.len - 1]));
}

/* RFC 9113 section 8.2.2. */
static int
connection_specific(struct slice name, struct slice value)
{
	static const struct slice names[] = {
	    SLICE_INIT("connection"), SLICE_INIT("upgrade"),
	    SLICE_INIT("keep-alive"), SLICE_INIT("proxy-connection"),
	    SLICE_INIT("transfer-encoding")};
	static const struct slice te = SLICE_INIT("te");

	for (size_t i = 0; i < N(names); i++)
		if (same(name, names[i]))
			return 1;
	return same(name, te) && !field_same(value, "trailers");
}

static int
field_valid(struct slice name, struct slice value)
{
	return name_valid(name) && value_valid(value) &&
	       !connection_specific(name, value);
}

/* ------------------------------------------------ pseudo-header fields -- */

static int
on_method(struct h2_request *q, struct slice v)
{
	if (v.len == 0 || v.len > METHOD_LEN_MAX ||
	    field_span(v, CLASS_TOKEN) != v.len)
		return H2_MALFORMED;
	q->connect = slice_is(v, "CONNECT");
	q->r.method = request_method(v);
	q->r.method_name = v;
	return REQUEST_OK;
}

static int
on_scheme(struct h2_request *q, struct slice v)
{
	q->scheme = v;
	return REQUEST_OK;
}

static int
on_authority(struct h2_request *q, struct slice v)
{
	q->r.authority = v;
	return REQUEST_OK;
}

/* What HTTP/1.1 could not send behind the method, and absolute forms, of which
 * a gateway would make another request. */
static int
on_path(struct h2_request *q, struct slice v)
{
	if (v.len == 0 || memchr(v.data, ' ', v.len) != NULL ||
	    memchr(v.data, '\t', v.len) != NULL ||
	    (v.data[0] != '/' && !slice_is(v, "*")))
		return H2_MALFORMED;
	q->r.target = v;
	return REQUEST_OK;
}

/* RFC 9113 section 8.3: known, once, before all others. */
static int
on_pseudo(struct h2_request *q, struct slice name, struct slice value)
{
	static const struct {
		struct slice name;
		unsigned bit;
		int (*on)(struct h2_request *, struct slice);
	} fields[] = {
	    {SLICE_INIT(":method"), PSEUDO_METHOD, on_method},
	    {SLICE_INIT(":scheme"), PSEUDO_SCHEME, on_scheme},
	    {SLICE_INIT(":authority"), PSEUDO_AUTHORITY, on_authority},
	    {SLICE_INIT(":path"), PSEUDO_PATH, on_path},
	};

	if (q->regular || !value_valid(value))
		return H2_MALFORMED;
	for (size_t i = 0; i < N(fields); i++) {
		if (!same(name, fields[i].name))
			continue;
		if (q->pseudo & fields[i].bit)
			return H2_MALFORMED;
		q->pseudo |= fields[i].bit;
		return fields[i].on(q, value);
	}
	return H2_MALFORMED;
}

/* ------------------------------------------------------ regular fields -- */

static int
on_host(struct h2_request *q, struct slice v)
{
	if (q->has_host++)
		return H2_MALFORMED;
	q->host = v;
	return REQUEST_OK;
}

static int
on_content_length(struct h2_request *q, struct slice v)
{
	if (q->has_length++ ||
	    !request_content_length(v, &q->r.framing.content_length))
		return H2_MALFORMED;
	return REQUEST_OK;
}

static int
on_expect(struct h2_request *q, struct slice v)
{
	request_expect(&q->r, v);
	return REQUEST_OK;
}

static int
on_referer(struct h2_request *q, struct slice v)
{
	request_referer(&q->r, v);
	return REQUEST_OK;
}

static int
on_user_agent(struct h2_request *q, struct slice v)
{
	request_agent(&q->r, v);
	return REQUEST_OK;
}

static int
on_regular(struct h2_request *q, struct slice name, struct slice value)
{
	static const struct {
		struct slice name;
		int (*on)(struct h2_request *, struct slice);
	} fields[] = {
	    {SLICE_INIT("host"), on_host},
	    {SLICE_INIT("content-length"), on_content_length},
	    {SLICE_INIT("expect"), on_expect},
	    {SLICE_INIT("referer"), on_referer},
	    {SLICE_INIT("user-agent"), on_user_agent},
	};

	q->regular = 1;
	q->fields++;
	if (!field_valid(name, value))
		return H2_MALFORMED;
	for (size_t i = 0; i < N(fields); i++)
		if (same(name, fields[i].name))
			return fields[i].on(q, value);
	return request_keep(&q->r, name, value);
}

/* -------------------------------------------------------------- whole -- */

void
h2_request_begin(struct h2_request *q)
{
	struct request *r = &q->r;

	request_clear(r);
	r->framing.minor = 1;
	r->framing.keep_alive = 1;
	q->status = REQUEST_OK;
	q->fields = q->pseudo = 0;
	q->has_length = q->regular = q->connect = q->has_host = 0;
	q->scheme = q->host = (struct slice){NULL, 0};
}

void
h2_request_field(void *arg, struct slice name, struct slice value)
{
	struct h2_request *q = arg;
	int status;

	if (q->status == H2_MALFORMED)
		return;
	if (name.len > 0 && name.data[0] == ':')
		status = on_pseudo(q, name, value);
	else
		status = on_regular(q, name, value);
	if (status != REQUEST_OK)
		q->status = status;
}

/* RFC 9113 sections 8.3.1 and 8.5. */
static int
pseudo_complete(const struct h2_request *q)
{
	unsigned needed = PSEUDO_METHOD | PSEUDO_SCHEME | PSEUDO_PATH;

	if (q->connect)
		return q->pseudo == (PSEUDO_METHOD | PSEUDO_AUTHORITY);
	if ((q->pseudo & needed) != needed)
		return 0;
	return q->r.method == METHOD_OPTIONS || q->r.target.data[0] == '/';
}

/* RFC 9113 section 8.3.1: Host is for messages that came over HTTP/1.1. */
static int
settle_authority(struct h2_request *q)
{
	struct slice *authority = &q->r.authority;

	if (!q->has_host)
		return REQUEST_OK;
	if (!(q->pseudo & PSEUDO_AUTHORITY))
		*authority = q->host;
	return field_same_slice(*authority, q->host) ? REQUEST_OK
						     : H2_MALFORMED;
}

static int
within_limits(const struct h2_request *q, const struct request_limits *lim)
{
	if (q->r.target.len > lim->target)
		return 414;
	return q->fields <= lim->fields ? REQUEST_OK : 431;
}

int
h2_request_end(struct h2_request *q, const struct request_limits *lim,
	       int end_stream)
{
	static const struct slice https = SLICE_INIT("https"),
				  http = SLICE_INIT("http");
	int status = q->status;

	if (status == REQUEST_OK && !pseudo_complete(q))
		status = H2_MALFORMED;
	if (status == REQUEST_OK && end_stream &&
	    q->r.framing.content_length > 0)
		status = H2_MALFORMED;
	if (status == REQUEST_OK)
		status = settle_authority(q);
	if (status == REQUEST_OK)
		status = within_limits(q, lim);
	if (status != REQUEST_OK)
		return status;
	if (!request_authority_valid(q->r.authority))
		return 400;
	if (q->connect)
		return 501;
	if (!field_same_slice(q->scheme, https) &&
	    !field_same_slice(q->scheme, http))
		return 400;
	return REQUEST_OK;
}

void
h2_trailer_field(void *arg, struct slice name, struct slice value)
{
	int *malformed = arg;

	if (!field_valid(name, value))
		*malformed = 1;
}
