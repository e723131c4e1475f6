/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_METRICS_H
#define BLOGD_METRICS_H

#include "../buf.h"
#include "../counters.h"
#include "response.h"

/*
 * What is answered on the listener for Prometheus, beside response.h for
 * readers: /metrics, made from the shared counters when it is asked for.
 */
struct metrics {
	const struct counters *counters;
	struct buf text; /* of the last answer */
};

/* Takes all memory that an answer needs. */
void metrics_init(struct metrics *m, const struct counters *counters);

/* The plan lives until the next is made. */
void plan_metrics(struct plan *p, struct metrics *m, const struct request *r);

#endif
