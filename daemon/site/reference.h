/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_REFERENCE_H
#define BLOGD_REFERENCE_H

#include "../buf.h"

/*
 * A reference from one file to another as it stands in HTML that we wrote: a
 * relative reference of RFC 3986, encoded, "&" as "&amp;".
 */
struct reference {
	struct slice text;     /* all of it, as it stands */
	struct slice path;     /* encoded; empty: the page itself */
	struct slice suffix;   /* "?query#fragment" as they stand */
	struct slice fragment; /* encoded, without "#" */
	int elsewhere;	       /* it has a scheme or names a host */
};

void reference_parse(struct reference *r, struct slice text);

/* Replaces what is in out by the path, decoded and without "." and "..", as
 * seen from a directory ("Posts/2020", no slashes at its ends): no slash at its
 * beginning or end.  One that begins with "/" is seen from the root. */
void reference_path(struct buf *out, struct slice directory, struct slice path);

/* Replaces what is in out by the decoded fragment. */
void reference_decode(struct buf *out, struct slice encoded);

/* The directory of a path: what is before its last slash, without one at its
 * beginning. */
struct slice reference_directory(struct slice path);

#endif
