/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TARGET_H
#define BLOGD_TARGET_H

#include "../buf.h"

/*
 * A request target in origin-form, taken apart.  Its path is compared byte by
 * byte with the snapshot's, so there must be one spelling for each: canonical
 * means one slash between elements and none at the end, no "." nor ".." among
 * them (section 5.2.4), unreserved characters and sub-delims, ":" and "@" as
 * they are, all others percent-encoded with capital digits (RFC 3986
 * section 6.2.2).  "&" and "'" count as canonical in both ways, since links in
 * HTML encode them.
 */
struct target {
	struct slice path;  /* decoded, and as it is in canonical form */
	struct slice query; /* as sent */
	int has_query;
	int canonical;
};

/* The path goes to `path`, which is cleared and must live as long as *t.  -1
 * for a target no client may send: bad percent-encoding, NUL in either way, or
 * "#". */
int target_parse(struct slice raw, struct buf *path, struct target *t);

/* Appends the canonical form; nothing in it can end a header line. */
void target_write(struct buf *out, const struct target *t);

#endif
