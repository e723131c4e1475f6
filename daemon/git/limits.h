/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_LIMITS_H
#define BLOGD_GIT_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "../err.h"
#include "../settings.h"

/*
 * What a remote may cost: libgit2 1.5 has no timeouts of its own, and a socket
 * timeout alone is defeated by a server that sends one byte now and then.  So
 * there is an absolute deadline for a fetch, a longest silence, and a budget of
 * bytes; each has its setting, which its message names.
 *
 * Pure: the clock is handed in, in milliseconds of a monotonic clock.
 */
struct limits {
	uint32_t deadline_s;
	uint32_t silence_s;
	uint64_t max_bytes;
	int64_t end_ms;	   /* when the fetch has to be over */
	uint64_t received; /* bytes from the remote, TLS and framing included */
	uint64_t budget;   /* highest value of received */
	int listing;	   /* the remote still lists its references */
};

/* The list of references has a budget of its own: it costs libgit2 several
 * times its size in memory. */
#define LIMITS_REFS (16U << 20)

/* A fetch begins; its first part is the list of references. */
void limits_start(struct limits *l, const struct git_settings *s,
		  int64_t now_ms);

/* The list is complete, the pack follows: max_bytes from here, and some more
 * for the framing around it. */
void limits_pack(struct limits *l);

/* How long to wait for the next byte: until silence or deadline, whichever
 * comes first; 0 when the deadline is over. */
int limits_wait_ms(const struct limits *l, int64_t now_ms);

/* 0, or -1 with err when the deadline is over. */
int limits_deadline(const struct limits *l, int64_t now_ms, struct err *err);

/* n more bytes came.  0, or -1 with err when the budget is used up. */
int limits_count(struct limits *l, size_t n, struct err *err);

/* The size of the pack alone, as libgit2 counts it.  0, or -1 with err. */
int limits_pack_size(const struct limits *l, uint64_t bytes, struct err *err);

/* Says why a wait of limits_wait_ms was in vain; always -1. */
int limits_timed_out(const struct limits *l, int64_t now_ms, struct err *err);

#endif
