/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_COUNTERS_H
#define BLOGD_COUNTERS_H

#include <stdint.h>

#include "err.h"
#include "ipc.h"

/*
 * What is counted, in memory that the parent makes and shares with the serve
 * processes: one writer for each part, readers at any time.
 *
 * A serve process has a slot and adds to what it finds there, so the numbers of
 * a process that is started again go on.  A slot that becomes free keeps its
 * numbers: what all slots hold together never gets less.
 */
enum counted_protocol { COUNTED_H1, COUNTED_H2, COUNTED__PROTOCOLS };

#define STATUS_MIN 100
#define STATUS_MAX 599

/* Written by one serve process.  Nothing but numbers of 64 bits: they are added
 * up as an array.  What is to be seen has a row in status.c. */
struct serve_counters {
	uint64_t requests[COUNTED__PROTOCOLS][STATUS_MAX - STATUS_MIN + 1];
	uint64_t body_bytes;  /* of answers, before TLS */
	uint64_t connections; /* accepted so far */
	uint64_t open;	      /* now; the parent resets it for a dead process */
	uint64_t handshakes;  /* completed, with a signature */
	uint64_t resumptions; /* completed, without */
	uint64_t handshake_failures;
	uint64_t timeouts; /* closed by a deadline in the middle of something */
	uint64_t evicted;  /* closed to make room */
	uint64_t abuses;   /* closed for what HTTP/2 calls calm down */
	uint64_t log_dropped; /* lines of the access log */
};

/* How an update ended. */
enum update_result {
	UPDATE_NONE,
	UPDATE_OK,
	UPDATE_UNCHANGED,
	UPDATE_FETCH_FAILED,
	UPDATE_RENDER_FAILED,
	UPDATE_REFUSED, /* by a serve process */
	UPDATE__MAX
};

/* Written by the parent.  Times of day are seconds of Unix time, 0 for never.
 */
struct site_counters {
	uint64_t slots; /* so many have ever been in use, from the first on */
	uint64_t started;
	uint64_t generation; /* 1, and one more with each reload */
	uint64_t reload_failures;
	uint64_t updates[UPDATE__MAX]; /* that have ended */
	uint64_t renders;	       /* begun */
	uint64_t restarts[ROLE__MAX];  /* ends that nobody wanted */
	uint64_t updated;	       /* the end of the last update */
	uint64_t update_ms, fetch_ms;  /* the last one's */
	uint64_t published;
	uint32_t result; /* enum update_result, of the last one */
	uint32_t articles, pages, problems;
	char commit[65]; /* "": no site yet */
};

/* Adds n as one store, so that a reader sees the old number or the new. */
static inline void
count_add(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

static inline void
count_set(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, n, __ATOMIC_RELAXED);
}

static inline uint64_t
count_read(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* ------------------------------------------------------------- the memory --
 */

/* Three generations of processes, and as many that are just being killed. */
#define COUNTERS_SLOTS 128

struct counters;

/* The parent, once: makes the memory, which is sealed against resizing. */
int counters_init(struct err *err);
/* For SLOT_COUNTERS; -1 before counters_init. */
int counters_fd(void);
/* In a copy of the parent, whose they stay. */
void counters_unmap(void);
/* NULL before counters_init. */
const struct counters *counters_shared(void);

/* A slot for a serve process, with what was counted there; -1: all are taken.
 */
int counters_take(void);
void counters_leave(int slot);
/* The process of this slot is dead: what it held is zero now. */
void counters_ended(int slot);

/* The parent's own numbers, for it to change; readers see all that was changed
 * at once, with the second call.  Without counters_init nobody sees them. */
struct site_counters *counters_change(void);
void counters_changed(void);

/* serve, before its filter: maps all of it to be read, and its slot to be
 * written; closes fd.  -1 with err. */
int counters_open(int fd, uint32_t slot, const struct counters **all,
		  struct serve_counters **own, struct err *err);

/* The sum of all slots, and the parent's numbers. */
void counters_read(const struct counters *c, struct serve_counters *sum,
		   struct site_counters *site);

#endif
