/* SPDX-License-Identifier: ISC */
#include "unread.h"

#include <string.h>

#include "field.h"

/* The next line, or what there is of it.  0 when no line follows, for what ends
 * this one is no CRLF. */
static int
next_line(struct slice *rest, struct slice *line)
{
	size_t n = field_text_span(*rest);

	*line = (struct slice){rest->data, n};
	rest->data += n;
	rest->len -= n;
	if (rest->len < 2 || memcmp(rest->data, "\r\n", 2) != 0)
		return 0;
	rest->data += 2;
	rest->len -= 2;
	return 1;
}

/* Without a method it may be anything. */
static void
take_request_line(struct request *r, struct slice line)
{
	struct slice method, target;

	if (!field_cut(line, ' ', &method, &line) || method.len == 0 ||
	    method.len > METHOD_LEN_MAX ||
	    field_span(method, CLASS_TOKEN) != method.len)
		return;
	r->method = request_method(method);
	r->method_name = method;
	field_cut(line, ' ', &target, &r->version);
	r->target = target;
}

static void
take_field(struct request *r, struct slice line)
{
	struct slice name, value;

	if (!field_cut(line, ':', &name, &value))
		return;
	if (field_same(name, "referer"))
		request_referer(r, field_trim(value));
	else if (field_same(name, "user-agent"))
		request_agent(r, field_trim(value));
}

void
unread_request(struct request *r, const char *data, size_t len)
{
	struct slice rest = {data, len}, line;
	int more = next_line(&rest, &line);

	request_clear(r);
	r->method = METHOD_UNKNOWN;
	r->framing.minor = UNREAD_MINOR;
	if (more && line.len == 0) /* RFC 9112 section 2.2 */
		more = next_line(&rest, &line);
	take_request_line(r, line);
	/* A field that is not whole might say something else. */
	while (more && (more = next_line(&rest, &line)) && line.len > 0)
		take_field(r, line);
}
