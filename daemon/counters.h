/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_COUNTERS_H
#define BLOGD_COUNTERS_H

#include <stdint.h>

/*
 * What a serve process counts, in memory it shares with the parent: it alone
 * writes, others read at any time.  A process that is started again goes on
 * with the numbers of the one before.
 */
enum counted_protocol { COUNTED_H1, COUNTED_H2, COUNTED__PROTOCOLS };

#define STATUS_MIN 100
#define STATUS_MAX 599

struct serve_counters {
	uint64_t requests[COUNTED__PROTOCOLS][STATUS_MAX - STATUS_MIN + 1];
	uint64_t body_bytes;  /* of answers, before TLS */
	uint64_t connections; /* accepted so far */
	uint64_t open;	      /* now */
	uint64_t handshakes;  /* completed, with a signature */
	uint64_t resumptions; /* completed, without */
	uint64_t handshake_failures;
	uint64_t timeouts;    /* connections closed by a deadline */
	uint64_t evicted;     /* closed to make room */
	uint64_t log_dropped; /* lines of the access log */
	uint64_t abuses;      /* closed for what HTTP/2 calls calm down */
};

/* Adds n as one store, so that a reader sees the old number or the new. */
static inline void
count_add(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

static inline uint64_t
count_read(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

#endif
