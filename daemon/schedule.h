/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SCHEDULE_H
#define BLOGD_SCHEDULE_H

#include <event2/event.h>

#include "conf.h"

/*
 * When an update is due: every poll_s, after a hook but not more often than
 * hook_interval_s, and again after a failure as long as there is no site; and
 * when the same files make another site, because a time has come.  The
 * struct is embedded in what owns it.
 */
struct schedule {
	void (*due)(void *owner, const char *why);
	void (*changes)(void *owner);
	void *owner;
	uint32_t poll_s, hook_interval_s; /* poll_s 0: never */
	unsigned retries;
	long long last_hook_ms;
	struct event *poll, *hook, *retry, *change;
	int64_t change_at; /* Unix time */
};

/* due and changes must be set, and owner, which they are called with when the
 * time has come. */
void schedule_init(struct schedule *s, const struct conf_site *site,
		   struct event_base *base);

/* Begins to poll. */
void schedule_start(struct schedule *s);
/* After a reload: the next poll is so far from now. */
void schedule_change(struct schedule *s, const struct conf_site *site);
void schedule_stop(struct schedule *s);

/* A hook came: due now, or as soon as the last one is long enough ago. */
void schedule_hook(struct schedule *s);

/* An update failed while there is no site: later with each. */
void schedule_retry(struct schedule *s);
/* An update has begun: it need not be tried again. */
void schedule_begun(struct schedule *s);
/* There is a site. */
void schedule_succeeded(struct schedule *s);

/* changes(owner) is to be called at this Unix time; INT64_MIN: not at all. */
void schedule_change_at(struct schedule *s, int64_t t);
/* That was in vain: once more, later. */
void schedule_change_retry(struct schedule *s);

#endif
