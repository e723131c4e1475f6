/* SPDX-License-Identifier: ISC */
#include "request.h"

#include <stddef.h>
#include <string.h>

#include "field.h"

#define AUTHORITY_LEN_MAX 262 /* a DNS name, ":" and a port */

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* The kept part is looked at only as far as nkept. */
void
request_clear(struct request *r)
{
	memset(r, 0, offsetof(struct request, kept));
}

enum method
request_method(struct slice name)
{
	static const struct {
		struct slice name;
		enum method method;
	} known[] = {
	    {SLICE_INIT("GET"), METHOD_GET},
	    {SLICE_INIT("HEAD"), METHOD_HEAD},
	    {SLICE_INIT("POST"), METHOD_POST},
	    {SLICE_INIT("OPTIONS"), METHOD_OPTIONS},
	    {SLICE_INIT("PUT"), METHOD_OTHER},
	    {SLICE_INIT("DELETE"), METHOD_OTHER},
	    {SLICE_INIT("PATCH"), METHOD_OTHER},
	    {SLICE_INIT("TRACE"), METHOD_OTHER},
	    {SLICE_INIT("CONNECT"), METHOD_OTHER},
	};

	for (size_t i = 0; i < N(known); i++)
		if (name.len == known[i].name.len &&
		    memcmp(name.data, known[i].name.data, name.len) == 0)
			return known[i].method;
	return METHOD_UNKNOWN;
}

int
request_value(const struct request *r, enum request_field field, unsigned *iter,
	      struct slice *value)
{
	while (*iter < r->nkept) {
		unsigned i = (*iter)++;

		if (r->kept[i].field == field) {
			*value = r->kept[i].value;
			return 1;
		}
	}
	return 0;
}

int
request_single(const struct request *r, enum request_field field,
	       struct slice *value)
{
	struct slice second;
	unsigned iter = 0;

	return request_value(r, field, &iter, value) &&
	       !request_value(r, field, &iter, &second);
}

unsigned
request_fields(const struct request *r)
{
	unsigned fields = 0;

	for (unsigned i = 0; i < r->nkept; i++)
		fields |= 1U << r->kept[i].field;
	return fields;
}

int
request_keep(struct request *r, enum request_field field, struct slice value)
{
	if (r->nkept == REQUEST_KEPT)
		return 431;
	r->kept[r->nkept].field = field;
	r->kept[r->nkept].value = value;
	r->nkept++;
	return REQUEST_OK;
}

int
request_content_length(struct slice value, uint64_t *n)
{
	*n = 0;
	if (value.len == 0 || value.len > 18 ||
	    field_span(value, CLASS_DIGIT) != value.len)
		return 0;
	for (size_t i = 0; i < value.len; i++)
		*n = *n * 10 + (uint64_t)(value.data[i] - '0');
	return 1;
}

void
request_expect(struct request *r, struct slice value)
{
	struct slice expectation;

	while (field_list_next(&value, &expectation)) {
		if (field_same(expectation, "100-continue"))
			r->framing.expect_continue = 1;
		else
			r->expects_other = 1;
	}
}

void
request_referer(struct request *r, struct slice value)
{
	if (r->referer.len == 0)
		r->referer = value;
}

void
request_agent(struct request *r, struct slice value)
{
	if (r->agent.len == 0)
		r->agent = value;
}

static int
port_valid(struct slice port)
{
	unsigned long n = 0;

	if (port.len > 5 || field_span(port, CLASS_DIGIT) != port.len)
		return 0;
	for (size_t i = 0; i < port.len; i++)
		n = n * 10 + (unsigned long)(port.data[i] - '0');
	return n <= 65535;
}

/* How many bytes of s are a host: RFC 3986 section 3.2.2, without the
 * percent-encoding that no DNS name needs.  0: none. */
static size_t
host_span(struct slice s)
{
	struct slice inner;
	size_t n;

	if (s.len == 0 || s.data[0] != '[')
		return field_span(s, CLASS_HOST);
	inner = (struct slice){s.data + 1, s.len - 1};
	n = field_span(inner, CLASS_LITERAL);
	return n > 0 && n < inner.len && inner.data[n] == ']' ? n + 2 : 0;
}

int
request_authority_valid(struct slice a)
{
	size_t n = host_span(a);

	if (n == 0 || a.len > AUTHORITY_LEN_MAX)
		return 0;
	if (n == a.len)
		return 1;
	return a.data[n] == ':' &&
	       port_valid((struct slice){a.data + n + 1, a.len - n - 1});
}

/* --------------------------------------------------------------- copies -- */

size_t
request_size(const struct request *r)
{
	size_t n = sizeof(*r) + r->target.len + r->authority.len +
		   r->method_name.len + r->referer.len + r->agent.len;

	for (unsigned i = 0; i < r->nkept; i++)
		n += r->kept[i].value.len;
	return n;
}

/* Moves the slice to where *at is. */
static void
move(struct slice *s, char **at)
{
	if (s->len > 0)
		memcpy(*at, s->data, s->len);
	s->data = *at;
	*at += s->len;
}

struct request *
request_copy(const struct request *r)
{
	struct request *copy = xmalloc(request_size(r));
	char *at = (char *)(copy + 1);

	*copy = *r;
	move(&copy->target, &at);
	move(&copy->authority, &at);
	move(&copy->method_name, &at);
	move(&copy->referer, &at);
	move(&copy->agent, &at);
	for (unsigned i = 0; i < r->nkept; i++)
		move(&copy->kept[i].value, &at);
	return copy;
}
