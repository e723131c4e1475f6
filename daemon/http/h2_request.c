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

static int
is_pseudo(const struct hpack_field *f)
{
	return f->name.len > 0 && f->name.data[0] == ':';
}

/* RFC 9113 section 8.2.2: what belongs to a connection of HTTP/1.1. */
static int
connection_specific(const struct hpack_field *f)
{
	if (f->known != HPACK_OTHER)
		return f->known == HPACK_TRANSFER_ENCODING;
	if (slice_is(f->name, "te"))
		return !field_same(f->value, "trailers");
	return slice_is(f->name, "connection") ||
	       slice_is(f->name, "keep-alive") ||
	       slice_is(f->name, "proxy-connection") ||
	       slice_is(f->name, "upgrade");
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
on_pseudo(struct h2_request *q, const struct hpack_field *f)
{
	static const struct {
		unsigned bit;
		int (*on)(struct h2_request *, struct slice);
	} fields[] = {
	    [HPACK_AUTHORITY] = {PSEUDO_AUTHORITY, on_authority},
	    [HPACK_METHOD] = {PSEUDO_METHOD, on_method},
	    [HPACK_PATH] = {PSEUDO_PATH, on_path},
	    [HPACK_SCHEME] = {PSEUDO_SCHEME, on_scheme},
	};

	if (q->regular || !f->valid || f->known >= N(fields) ||
	    fields[f->known].on == NULL || q->pseudo & fields[f->known].bit)
		return H2_MALFORMED;
	q->pseudo |= fields[f->known].bit;
	return fields[f->known].on(q, f->value);
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

/* What an answer may depend on. */
static int
keep(struct h2_request *q, const struct hpack_field *f)
{
	static const uint8_t kept[HPACK__NAMES] = {
	    [HPACK_ACCEPT_ENCODING] = 1 + FIELD_ACCEPT_ENCODING,
	    [HPACK_IF_MATCH] = 1 + FIELD_IF_MATCH,
	    [HPACK_IF_MODIFIED_SINCE] = 1 + FIELD_IF_MODIFIED_SINCE,
	    [HPACK_IF_NONE_MATCH] = 1 + FIELD_IF_NONE_MATCH,
	    [HPACK_IF_RANGE] = 1 + FIELD_IF_RANGE,
	    [HPACK_IF_UNMODIFIED_SINCE] = 1 + FIELD_IF_UNMODIFIED_SINCE,
	    [HPACK_RANGE] = 1 + FIELD_RANGE,
	};

	if (kept[f->known] == 0)
		return REQUEST_OK;
	return request_keep(&q->r, kept[f->known] - 1U, f->value);
}

static int
on_regular(struct h2_request *q, const struct hpack_field *f)
{
	static int (*const on[HPACK__NAMES])(struct h2_request *,
					     struct slice) = {
	    [HPACK_HOST] = on_host,
	    [HPACK_CONTENT_LENGTH] = on_content_length,
	    [HPACK_EXPECT] = on_expect,
	    [HPACK_REFERER] = on_referer,
	    [HPACK_USER_AGENT] = on_user_agent,
	};

	q->regular = 1;
	q->fields++;
	if (!f->valid || connection_specific(f))
		return H2_MALFORMED;
	return on[f->known] != NULL ? on[f->known](q, f->value) : keep(q, f);
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
h2_request_field(void *arg, const struct hpack_field *f)
{
	struct h2_request *q = arg;
	int status;

	if (q->status == H2_MALFORMED)
		return;
	if (is_pseudo(f))
		status = on_pseudo(q, f);
	else
		status = on_regular(q, f);
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
	if (q->connect) {
		q->r.target = q->r.authority; /* for the log */
		return 501;
	}
	if (!field_same_slice(q->scheme, https) &&
	    !field_same_slice(q->scheme, http))
		return 400;
	return REQUEST_OK;
}

void
h2_trailer_field(void *arg, const struct hpack_field *f)
{
	int *malformed = arg;

	if (is_pseudo(f) || !f->valid || connection_specific(f))
		*malformed = 1;
}
