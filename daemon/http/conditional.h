/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CONDITIONAL_H
#define BLOGD_CONDITIONAL_H

#include <stdint.h>

#include "request.h"

/*
 * Is what the client has still good (304)?  For GET and HEAD of something that
 * would be answered with 200; RFC 9110 section 13.2.2.  etag is the strong tag
 * of the chosen variant with its quotes, modified its Last-Modified in Unix
 * time (0: it has none).
 */
int conditional_fresh(const struct request *r, struct slice etag,
		      int64_t modified);

#endif
