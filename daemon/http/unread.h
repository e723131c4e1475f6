/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_UNREAD_H
#define BLOGD_UNREAD_H

#include "request.h"

/*
 * What can be told of an HTTP/1 head that is not whole or not good (RFC 9112):
 * method, target, version, Referer and User-Agent as far as they came.  For the
 * log, and for whether the refusal may have a body; nothing else may depend on
 * it.  All else in *r is empty, keep_alive is 0, minor is UNREAD_MINOR.  The
 * slices point into data.
 */
void unread_request(struct request *r, const char *data, size_t len);

#endif
