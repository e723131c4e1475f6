/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_URL_H
#define BLOGD_URL_H

#include "../buf.h"

/*
 * URL references as RFC 3986 defines them, read the way browsers read them:
 * controls and spaces inside a scheme do not hide it.
 */
enum url_use {
	URL_LINK, /* href: http, https, mailto and the like, or no scheme */
	URL_MEDIA /* src: http, https, or no scheme */
};

/* May this reference stand on a page?  It is the decoded text, without
 * character references.  Anything that could run script (javascript:, data:,
 * ...) is not in the short list of what may. */
int url_allowed(struct slice url, enum url_use use);

/* "scheme:" at its beginning? */
int url_has_scheme(struct slice url);

/* Is this http(s)://HOST[:PORT][/PATH], of printable ASCII, without query,
 * fragment, user or quotes: fit to be the public base of a site? */
int url_is_root(struct slice url);

/* The path part of such a root: "" or "/blog". */
struct slice url_root_path(struct slice root);

/* Appends ref made absolute (RFC 3986 section 5.2) for a page whose absolute
 * URL is root followed by path (encoded, beginning with "/"). */
void url_resolve(struct buf *out, struct slice root, struct slice path,
		 struct slice ref);

#endif
