/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_RECORD_H
#define BLOGD_RECORD_H

#include "counters.h"
#include "status.h"

/*
 * What the parent notes of its own work, for blogctl(8) and Prometheus: most of
 * it in the shared counters.
 */

void record_start(void);
void record_reload(int good);

/* An unwanted end of a process, which is started again. */
void record_restart(enum role role);

void record_render(void);	 /* has begun */
void record_fetch(long long ms); /* has ended, in whatever way */
/* The end of an update that took so long; text says what failed, or NULL. */
void record_update(enum update_result result, long long ms, const char *text);
void record_published(const char *commit, uint32_t articles, uint32_t pages,
		      uint32_t problems);

/* All of it and the sum of the counters, but for the processes.  The texts live
 * until the next record_update. */
void record_status(struct status *s);

#endif
