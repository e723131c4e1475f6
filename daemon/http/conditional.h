/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CONDITIONAL_H
#define BLOGD_CONDITIONAL_H

#include <stdint.h>

#include "request.h"

/*
 * Preconditions of a GET or HEAD of something that would be answered with 200,
 * in the order of RFC 9110 section 13.2.2.  etag is the strong tag of the
 * chosen variant with its quotes, modified its Last-Modified in Unix time (0:
 * it has none).
 */
enum conditional {
	CONDITIONAL_SEND,
	CONDITIONAL_FRESH, /* 304: what the client has is still good */
	CONDITIONAL_FAILED /* 412 */
};

/* The fields that the functions here look at: for request_fields. */
#define CONDITIONAL_FIELDS                                        \
	(1U << FIELD_IF_MATCH | 1U << FIELD_IF_UNMODIFIED_SINCE | \
	 1U << FIELD_IF_NONE_MATCH | 1U << FIELD_IF_MODIFIED_SINCE)

enum conditional conditional_check(const struct request *r, struct slice etag,
				   int64_t modified);

/* May the Range field be followed?  Yes without If-Range.  A date never lets it
 * (section 13.1.5): Last-Modified is an author's date, which stays the same
 * when a commit is amended, so it is no strong validator. */
int conditional_if_range(const struct request *r, struct slice etag);

#endif
