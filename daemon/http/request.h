/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_REQUEST_H
#define BLOGD_REQUEST_H

#include <stdint.h>

#include "../buf.h"

/*
 * A request as both protocols have it, and what their readers (h1_request.h,
 * h2_request.h) read alike.  All slices point into what it was read from.
 */
enum method {
	METHOD_GET,
	METHOD_HEAD,
	METHOD_POST,
	METHOD_OPTIONS,
	METHOD_OTHER,  /* registered, but nothing here answers to it: 405 */
	METHOD_UNKNOWN /* 501 */
};

/* The fields an answer may depend on. */
enum request_field {
	FIELD_ACCEPT_ENCODING,
	FIELD_IF_NONE_MATCH,
	FIELD_IF_MODIFIED_SINCE,
	FIELD_IF_MATCH,
	FIELD_IF_UNMODIFIED_SINCE,
	FIELD_IF_RANGE,
	FIELD_RANGE
};
#define REQUEST_KEPT 16 /* lines of such fields in one request */

/* What the target says that the request must have come over (RFC 9110 section
 * 7.4). */
enum request_scheme { SCHEME_UNSAID, SCHEME_HTTP, SCHEME_HTTPS };

/* How an HTTP/1 message ends, and what becomes of the connection. */
struct request_framing {
	int chunked;
	uint64_t content_length; /* 0 when there is none */
	int expect_continue;
	int keep_alive;
	int minor; /* 0 or 1: HTTP/1.0 clients must be told of keep-alive */
#define UNREAD_MINOR (-1) /* see request.version */
};

struct request {
	enum method method;
	struct slice target;	/* "/path?query" as sent, or "*" */
	struct slice authority; /* Host, or :authority; empty: none */
	enum request_scheme scheme;
	int expects_other; /* than 100-continue: 417 */
	/* For the access log: as sent, empty when there is none. */
	struct slice method_name, referer, agent;
	struct slice version; /* only of a head that was refused unread */
	struct request_framing framing;
	unsigned nkept;
	struct {
		enum request_field field;
		struct slice value;
	} kept[REQUEST_KEPT]; /* in the order of the message */
};

struct request_limits {
	size_t head;	 /* bytes from request line to empty line */
	size_t target;	 /* bytes */
	unsigned fields; /* lines */
};

/* What readers return, beside the status to answer a bad request with. */
#define REQUEST_INCOMPLETE 0
#define REQUEST_OK	   1

/* An empty request. */
void request_clear(struct request *r);

/* The method of its name; its name's length is at most METHOD_LEN_MAX. */
#define METHOD_LEN_MAX 32
enum method request_method(struct slice name);

/* The fields among those kept: the sum of 1U << enum request_field. */
unsigned request_fields(const struct request *r);

/* Keeps a field that an answer may depend on.  REQUEST_OK, or 431 when there
 * are too many. */
int request_keep(struct request *r, enum request_field field,
		 struct slice value);

/* The value of Content-Length, which is good for 18 digits.  0: malformed. */
int request_content_length(struct slice value, uint64_t *n);

/* Takes note of the value of an Expect field. */
void request_expect(struct request *r, struct slice value);

/* Take note of the values of Referer and User-Agent.  Of several the first
 * counts: they are logged, and nothing else. */
void request_referer(struct request *r, struct slice value);
void request_agent(struct request *r, struct slice value);

/* The next value of the field, 0 at the end; *iter starts as 0. */
int request_value(const struct request *r, enum request_field field,
		  unsigned *iter, struct slice *value);

/* The value of a field that may come only once: 0 when it is not there, or not
 * once. */
int request_single(const struct request *r, enum request_field field,
		   struct slice *value);

/* "host[:port]" as RFC 3986 writes it, not empty, without user. */
int request_authority_valid(struct slice authority);

/* A copy with all that its slices point to, in one allocation of
 * request_size(r) bytes; release it with free. */
size_t request_size(const struct request *r);
struct request *request_copy(const struct request *r);

#endif
