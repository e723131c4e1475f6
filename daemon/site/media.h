/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_MEDIA_H
#define BLOGD_MEDIA_H

#include "../buf.h"

/* Media types by file name, as IANA registers them. */
struct media {
	const char *extension; /* lower case, without the dot */
	const char *type;      /* value of Content-Type */
	int compress;	       /* is the format not compressed by itself? */
};

/* Never NULL: application/octet-stream when the extension, compared without
 * regard to case, is not known. */
const struct media *media_by_path(struct slice path);

#endif
