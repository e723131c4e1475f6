/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_POOL_WORKER_H
#define BLOGD_POOL_WORKER_H

#include <sys/types.h>

#include "pool.h"

/*
 * One worker of a pool: its process, the memory that it shares with render, and
 * its channel.  What it should do when is pool.c's.  Zero is one that has never
 * been there.
 */
enum pool_worker_state {
	WORKER_ABSENT,
	WORKER_STARTING, /* the first answer says that its rights are gone */
	WORKER_IDLE,
	WORKER_BUSY
};

/* How many jobs a worker has at once: with the next ones there already, it need
 * not wait for render between small ones, nor render for it.  Each has a slot of
 * the area. */
#define POOL_DEPTH 16

struct pool_job {
	size_t id; /* the pool's own, like again */
	struct slice in;
	int again;	   /* was taken back from a worker that failed */
	uint64_t sequence; /* of the question */
	unsigned slot;	   /* of the area */
};

struct pool_worker {
	enum pool_worker_state state;
#ifdef __FreeBSD__
	int process; /* capability mode kills by descriptor only */
#else
	pid_t pid;
#endif
	int fd;
	char *area; /* input, then output of each job; mapped once, kept when
		       replaced */
	unsigned njobs;
	struct pool_job job[POOL_DEPTH]; /* BUSY: the first is worked on */
	int answered;			 /* a question, since it was started */
	int64_t deadline_ms;		 /* the pool's own: of the first job */
};

/* One packet on the channel.  Sequence 0 is the first answer, to no question.
 */
struct pool_answer {
	uint64_t sequence;
	uint64_t len[POOL_OUTPUTS];
	uint32_t result;
	uint32_t zero;
};

/* Starts the process of an absent one, which forgets the areas of `all` n
 * others.  -1 with err. */
int pool_worker_start(struct pool_worker *w, const struct pool_work *work,
		      const struct pool_worker *all, unsigned n,
		      struct err *err);
/* Kills it and waits for its end. */
void pool_worker_end(struct pool_worker *w);
void pool_worker_free(struct pool_worker *w);

/* Gives one that has fewer than POOL_DEPTH a job, of at most POOL_IN_MAX bytes;
 * sequence is not 0 and new.  -1: it did not take it. */
int pool_worker_ask(struct pool_worker *w, const struct pool_job *job,
		    uint64_t sequence);

/* 1: *a answers the first job, and its outputs fit; they are at
 * pool_worker_output until the job is dropped.  0: nothing has come.  -1: it
 * has died or said what cannot be. */
int pool_worker_answer(const struct pool_worker *w, struct pool_answer *a);
const char *pool_worker_output(const struct pool_worker *w);
/* Takes the first job off: it is done. */
void pool_worker_drop(struct pool_worker *w);

#endif
