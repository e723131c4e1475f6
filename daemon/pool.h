/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_POOL_H
#define BLOGD_POOL_H

#include <stdint.h>

#include "buf.h"
#include "err.h"

/*
 * Render's worker processes: each does one kind of work, one job at a time, in
 * memory it shares with render, and may crash, hang or lie without harm to
 * anything but that job.  A worker is forked (without exec) when a job finds
 * none idle, so a one-page update starts one and not one per core; one that
 * dies, answers too late or says what cannot be is ended and replaced the same
 * way.
 */

/* The longest input of a job and all of its output, in bytes: what each
 * worker's shared memory holds.  Pages of it are only there once used. */
#define POOL_IN_MAX	 ((size_t)8 << 20)
#define POOL_OUT_MAX	 ((size_t)24 << 20)
#define POOL_WORKERS_MAX 64

/* What a worker answers: some outputs, one behind the other. */
#define POOL_OUTPUTS 3

struct pool_output {
	uint32_t result; /* the work's own code */
	size_t len[POOL_OUTPUTS];
};

/* What the workers of a pool do. */
struct pool_work {
	/* In a new worker, where nothing is open but standard error and its
	 * channel: allocates and then gives up all rights but the job's. */
	void (*start)(const void *arg);
	/* One job: reads in, writes at most room bytes to out. */
	void (*run)(const void *arg, struct slice in, char *out, size_t room,
		    struct pool_output *output);
	const void *arg;
};

enum pool_status {
	POOL_DONE,
	POOL_TOO_LONG, /* input longer than POOL_IN_MAX: not tried */
	POOL_CRASHED   /* the worker died, was too late or lied */
};

struct pool_result {
	size_t id;
	enum pool_status status;
	uint32_t result; /* DONE: unchecked, as the worker said it */
	struct slice out[POOL_OUTPUTS]; /* data is NULL for no bytes */
};

/* Whose jobs they are.  next gives a job (1) or none for now (0); it is asked
 * again after each done.  The input must stay until the job is done.  Output
 * is a copy that no worker can change, valid inside done only. */
struct pool_caller {
	int (*next)(void *ctx, size_t *id, struct slice *in);
	void (*done)(void *ctx, const struct pool_result *result);
	void *ctx;
};

struct pool;

/* Up to `workers` processes (1 to POOL_WORKERS_MAX); one that needs more than
 * wall_ms for a job or its start is killed.  work must outlive the pool. */
struct pool *pool_new(const struct pool_work *work, unsigned workers,
		      uint32_t wall_ms);
void pool_free(struct pool *p); /* ends the workers */

/* Runs until next has none and all are done.  -1 with err when workers cannot
 * be started at all; jobs are lost then. */
int pool_run(struct pool *p, const struct pool_caller *caller, struct err *err);

#endif
