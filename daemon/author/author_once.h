/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_AUTHOR_ONCE_H
#define BLOGD_AUTHOR_ONCE_H

#include "author_problems.h"
#include "author_site.h"

/* A site that is made once, from nothing, for a command that then ends. */
struct author_once {
	struct published *made; /* NULL: nothing came of it */
	struct msg_rendered counts;
	struct author_problems problems; /* why, as well */
	int shallow;			 /* the repository has no history */
};

/* Returns when it is done; the caller's rights are given up by then (see
 * author_jail).  before: what is to be started with them, or NULL. */
void author_once(struct author_once *once, const struct conf *conf,
		 const struct author_options *o, enum author_now now,
		 void (*before)(struct event_base *base));
void author_once_free(struct author_once *once);

#endif
