/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_AUTHOR_SITE_H
#define BLOGD_AUTHOR_SITE_H

#include <event2/event.h>

#include "../conf.h"
#include "../published.h"
#include "../site/severity.h"

/*
 * An author's site, made by the same processes as a published one: the files
 * (author_files.h) become a source, render makes a snapshot of it in its jail.
 * One at a time.
 */
struct author_site_ops {
	/* "path:line:col: message", at any time while one is made. */
	void (*problem)(void *ctx, enum severity severity, const char *text);
	/* Done; p is the receiver's. */
	void (*rendered)(void *ctx, struct published *p,
			 const struct msg_rendered *counts, int64_t ms);
	/* Nothing came of it. */
	void (*failed)(void *ctx, const char *why);
	/* The repository has no history, so dates are those of the commit. */
	void (*shallow)(void *ctx);
};

struct author_site;

enum author_now {
	NOW_CLOCK,  /* what is scheduled is shown by the time of day */
	NOW_SOURCE, /* by the time of the commit, or the newest file: the same
		       on every machine */
};

/* Once, before author_jail: the event loop, and signals of children. */
struct event_base *author_loop(void);

/* Starts the process that reads the files (revision NULL: as they are in dir),
 * with the rights of the caller.  fatal when that is impossible. */
struct author_site *author_site_new(const struct conf_site *conf,
				    const char *dir, const char *revision,
				    const struct author_site_ops *ops,
				    void *ctx);

/* Gives up the caller's rights as the daemon's parent does, as far as the host
 * allows: what needs a new process goes through a broker (broker.h) from now
 * on, and no file can be opened.  fatal. */
void author_jail(const struct conf *conf);

void author_site_now(struct author_site *s, enum author_now now);

/* Begins: at once, or when the files have changed.  previous (NULL: none) is
 * what pages may be taken over from. */
void author_site_make(struct author_site *s, const struct published *previous,
		      int wait);

/* Makes the page of a preview that says why there is no site. */
void author_site_make_failure(struct author_site *s, const char *why);

void author_site_stop(struct author_site *s);

#endif
