/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_H2_ABUSE_H
#define BLOGD_H2_ABUSE_H

#include <stdint.h>

/*
 * What a client may make of frames that cost it little and us work (RFC 9113
 * section 10.5): a leaky bucket for frames that carry no request, another one
 * for streams that are reset, by the client (CVE-2023-44487) or because of its
 * errors (CVE-2025-8671).  Whoever is sent data may send control frames for it:
 * no client of good will comes near the limits.
 *
 * Pure: the time, in ms, comes from outside.
 */
#define H2_ABUSE_SECONDS 10 /* a burst may take as much as so long a time */

struct h2_bucket {
	uint32_t since; /* ms; wraps around */
	int32_t level;	/* 1024 a frame; below 0: earned */
};

struct h2_abuse {
	struct h2_bucket frames, resets;
};

void h2_abuse_begin(struct h2_abuse *a, int64_t now);

/* Counts one; rate: how many a second are too few to mind, up to
 * H2_ABUSE_RATE_MAX.  1 when it is one too many. */
#define H2_ABUSE_RATE_MAX 100000
int h2_abuse_frame(struct h2_abuse *a, uint32_t rate, int64_t now);
int h2_abuse_reset(struct h2_abuse *a, uint32_t rate, int64_t now);

/* So many bytes of DATA have been sent: one control frame for each KiB. */
void h2_abuse_earn(struct h2_abuse *a, uint32_t bytes);

#endif
