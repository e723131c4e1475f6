/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_PUBLISH_H
#define BLOGD_GIT_PUBLISH_H

#include <stdint.h>

#include "../source.h"
#include "history.h"
#include "store.h"
#include "tree.h"

/*
 * From a commit in the store to the source (source.h) that render reads.
 * Remembers the (path, blob) pairs of the last source it made: those files get
 * no bytes in the next one, unless full is asked for.  The pairs are replaced
 * only when a source was made.
 *
 * Typical use, in git.c:
 *
 *	store_library_init(err); s = store_new(settings, err);
 *	p = publisher_new(settings);
 *	each fetch:
 *		store_set_deadline(s, now + deadline);
 *		fetch, or local_fetch(s, ..., &tip, err);
 *		publish(p, s, &tip, full, report, NULL, &result, err);
 *		store_set_tip(s, &tip);
 * A publisher may outlive its store (see store_is_full).
 */
struct publisher;

struct published {
	int fd; /* sealed memfd, the caller's */
	uint32_t files;
	uint32_t left_out;
};

struct publisher *publisher_new(const struct git_settings *settings);
void publisher_free(struct publisher *p); /* NULL is fine */

/* 0 and *result, or -1 with err. */
int publish(struct publisher *p, struct store *s, const git_oid *tip, int full,
	    git_report_fn *report, void *ctx, struct published *result,
	    struct err *err);

#endif
