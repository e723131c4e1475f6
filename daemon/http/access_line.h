/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_ACCESS_LINE_H
#define BLOGD_ACCESS_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "../counters.h"
#include "../settings.h"
#include "protocol.h"
#include "request.h"

/*
 * A line of the access log: a pure function.  Whatever a client sends, a line
 * is one line, its fields end where they should, and it holds printable
 * characters only.
 */
struct access {
	const char *date; /* now, as http_date writes it */
	const struct http_peer *peer;
	enum counted_protocol protocol;
	const struct request *request; /* or what is known of it */
	unsigned status;
	uint64_t bytes; /* of the body */
};

/* What a client sent is cut there, as it stands in the line. */
#define ACCESS_FIELD_MAX  1024
#define ACCESS_METHOD_MAX 64
#define ACCESS_LINE_MAX	  (3 * ACCESS_FIELD_MAX + 2 * ACCESS_METHOD_MAX + 512)

/* Writes the line with its line feed; returns its length. */
size_t access_line(char out[ACCESS_LINE_MAX], const struct access *a,
		   enum access_format format, enum access_address address);

#endif
