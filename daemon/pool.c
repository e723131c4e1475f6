/* SPDX-License-Identifier: ISC */
#include "pool.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "pool_worker.h"

struct pool {
	const struct pool_work *work;
	uint32_t wall_ms;
	uint64_t sequence;
	unsigned n;
	struct pool_worker worker[POOL_WORKERS_MAX];
	struct buf copy;
	/* the job that waits for a worker */
	int has_job;
	struct pool_job job;
	/* what was taken back from workers that failed, and comes first */
	struct pool_job back[POOL_DEPTH * POOL_WORKERS_MAX + 1];
	unsigned nback;
};

struct pool *
pool_new(const struct pool_work *work, unsigned workers, uint32_t wall_ms)
{
	struct pool *p = xcalloc(1, sizeof(*p));

	p->work = work;
	p->wall_ms = wall_ms;
	p->n = workers;
	if (p->n < 1)
		p->n = 1;
	if (p->n > POOL_WORKERS_MAX)
		p->n = POOL_WORKERS_MAX;
	return p;
}

void
pool_free(struct pool *p)
{
	unsigned i;

	if (p == NULL)
		return;
	for (i = 0; i < p->n; i++)
		pool_worker_free(&p->worker[i]);
	buf_free(&p->copy);
	free(p);
}

/* ------------------------------------------------------------------ jobs -- */

static struct pool_worker *
worker_in(struct pool *p, enum pool_worker_state state)
{
	unsigned i;

	for (i = 0; i < p->n; i++)
		if (p->worker[i].state == state)
			return &p->worker[i];
	return NULL;
}

static void
tell(const struct pool_caller *caller, size_t id, enum pool_status status)
{
	struct pool_result r = {.id = id, .status = status};

	caller->done(caller->ctx, &r);
}

static void
set_deadline(struct pool *p, struct pool_worker *w)
{
	w->deadline_ms = clock_ms() + p->wall_ms;
}

/* -1: the worker has died, or does not read; the job waits. */
static int
give_job(struct pool *p, struct pool_worker *w)
{
	if (pool_worker_ask(w, &p->job, ++p->sequence) == -1) {
		if (w->njobs == 0)
			pool_worker_end(w);
		return -1;
	}
	if (w->njobs == 1)
		set_deadline(p, w);
	p->has_job = 0;
	return 0;
}

static int
start_worker(struct pool *p, struct pool_worker *w, struct err *err)
{
	if (pool_worker_start(w, p->work, p->worker, p->n, err) == -1)
		return -1;
	set_deadline(p, w);
	return 0;
}

static void
ask_for_job(struct pool *p, const struct pool_caller *caller)
{
	struct pool_job *job = &p->job;

	if (!p->has_job && p->nback > 0) {
		*job = p->back[--p->nback];
		p->has_job = 1;
	}
	while (!p->has_job && caller->next(caller->ctx, &job->id, &job->in)) {
		job->again = 0;
		if (job->in.len > POOL_IN_MAX)
			tell(caller, job->id, POOL_TOO_LONG);
		else
			p->has_job = 1;
	}
}

/* One more job for one that is busy: when nobody else could begin with it, and
 * all it then has is little, for a large one is better off with who is free
 * first. */
#define LITTLE ((size_t)256 << 10)

static size_t
bytes_in(const struct pool_worker *w)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < w->njobs; i++)
		bytes += w->job[i].in.len;
	return bytes;
}

static struct pool_worker *
worker_with_room(struct pool *p)
{
	struct pool_worker *best = NULL;
	size_t bytes, least = LITTLE;

	if (worker_in(p, WORKER_ABSENT) != NULL ||
	    worker_in(p, WORKER_STARTING) != NULL)
		return NULL;
	for (unsigned i = 0; i < p->n; i++) {
		bytes = bytes_in(&p->worker[i]) + p->job.in.len;
		if (p->worker[i].njobs < POOL_DEPTH && bytes < least) {
			best = &p->worker[i];
			least = bytes;
		}
	}
	return best;
}

/* For a job that is tried again: one that no other job can have spoilt.  The
 * failed one was replaced, if by nothing else by one that is ended here. */
static struct pool_worker *
unspoilt_worker(struct pool *p)
{
	struct pool_worker *w;
	unsigned i;

	for (i = 0; i < p->n; i++)
		if (p->worker[i].state == WORKER_IDLE && !p->worker[i].answered)
			return &p->worker[i];
	w = worker_in(p, WORKER_IDLE);
	if (w != NULL && worker_in(p, WORKER_ABSENT) == NULL &&
	    worker_in(p, WORKER_STARTING) == NULL)
		pool_worker_end(w);
	return NULL;
}

static struct pool_worker *
worker_for_job(struct pool *p)
{
	struct pool_worker *w;

	if (p->job.again)
		return unspoilt_worker(p);
	w = worker_in(p, WORKER_IDLE);
	return w != NULL ? w : worker_with_room(p);
}

/* Gives out what there is.  One worker starts at a time: while it does, others
 * may become idle. */
static int
give_jobs(struct pool *p, const struct pool_caller *caller, struct err *err)
{
	struct pool_worker *w;

	for (;;) {
		ask_for_job(p, caller);
		if (!p->has_job)
			return 0;
		w = worker_for_job(p);
		if (w == NULL)
			break;
		if (give_job(p, w) == -1 && w->njobs > 0)
			return 0; /* what has become of it will be seen */
	}
	if (worker_in(p, WORKER_STARTING) != NULL)
		return 0;
	w = worker_in(p, WORKER_ABSENT);
	return w == NULL ? 0 : start_worker(p, w, err);
}

static void
take_back(struct pool *p, const struct pool_job *job)
{
	p->back[p->nback++] = *job;
}

/* It is not worth a job any more.  The job it was at is the culprit, but an
 * earlier one may have spoilt the worker: so in one that has answered before, a
 * job that did not take too long gets another try, in a new worker and before
 * all others.  What stood behind it is taken back. */
static int
worker_failed(struct pool *p, struct pool_worker *w, int late,
	      const struct pool_caller *caller, struct err *err)
{
	enum pool_worker_state state = w->state;
	struct pool_job *first = &w->job[0];
	int try_again = !late && w->answered && !first->again;

	pool_worker_end(w);
	if (state == WORKER_STARTING)
		return err_set(err, "a render worker did not start; its "
				    "reason is in the log before this");
	if (p->has_job)
		take_back(p, &p->job);
	p->has_job = 0;
	while (w->njobs > 1)
		take_back(p, &w->job[--w->njobs]);
	if (w->njobs == 0)
		return 0;
	w->njobs = 0;
	if (!try_again) {
		tell(caller, first->id, POOL_CRASHED);
		return 0;
	}
	first->again = 1;
	take_back(p, first);
	return 0;
}

/* The worker could still write to its area, so what is looked at is a copy. */
static void
job_done(struct pool *p, struct pool_worker *w, const struct pool_answer *a,
	 const struct pool_caller *caller)
{
	struct pool_result r = {
	    .id = w->job[0].id, .status = POOL_DONE, .result = a->result};
	size_t all = 0, at = 0;

	for (unsigned i = 0; i < POOL_OUTPUTS; i++)
		all += a->len[i];
	buf_clear(&p->copy);
	buf_add(&p->copy, pool_worker_output(w), all);
	pool_worker_drop(w);
	set_deadline(p, w);
	for (unsigned i = 0; i < POOL_OUTPUTS; i++) {
		if (a->len[i] > 0)
			r.out[i] = (struct slice){p->copy.data + at, a->len[i]};
		at += a->len[i];
	}
	caller->done(caller->ctx, &r);
}

static int
take_answer(struct pool *p, struct pool_worker *w,
	    const struct pool_caller *caller, struct err *err)
{
	struct pool_answer a;

	switch (pool_worker_answer(w, &a)) {
	case -1:
		return worker_failed(p, w, 0, caller, err);
	case 0:
		return 0;
	}
	if (w->state == WORKER_STARTING)
		w->state = WORKER_IDLE;
	else
		job_done(p, w, &a, caller);
	return 0;
}

/* --------------------------------------------------------------- waiting -- */

/* Fills fds with the channels of all workers, and *wait_ms with the time to
 * the first deadline. */
static unsigned
poll_set(struct pool *p, struct pollfd *fds, struct pool_worker **owners,
	 int *wait_ms)
{
	int64_t now = clock_ms(), wait = INT_MAX;
	unsigned i, n = 0;

	for (i = 0; i < p->n; i++) {
		struct pool_worker *w = &p->worker[i];

		if (w->state == WORKER_ABSENT)
			continue;
		fds[n] = (struct pollfd){.fd = w->fd, .events = POLLIN};
		owners[n++] = w;
		if (w->state != WORKER_IDLE && w->deadline_ms - now < wait)
			wait = w->deadline_ms - now;
	}
	*wait_ms = wait > 0 ? (int)wait : 0;
	return n;
}

/* A dead or babbling idle worker is found by its channel as well. */
static int
wait_once(struct pool *p, const struct pool_caller *caller, struct err *err)
{
	struct pollfd fds[POOL_WORKERS_MAX];
	struct pool_worker *owners[POOL_WORKERS_MAX];
	int wait_ms;
	unsigned i, n = poll_set(p, fds, owners, &wait_ms);
	struct timespec wait = {.tv_sec = wait_ms / 1000,
				.tv_nsec = wait_ms % 1000 * 1000000L};

	if (ppoll(fds, n, &wait, NULL) == -1 && errno != EINTR)
		return err_set(err, "ppoll: %s", strerror(errno));
	for (i = 0; i < n; i++) {
		struct pool_worker *w = owners[i];
		int failed = 0;

		if (fds[i].revents != 0)
			failed = take_answer(p, w, caller, err);
		else if (w->state != WORKER_IDLE &&
			 clock_ms() >= w->deadline_ms)
			failed = worker_failed(p, w, 1, caller, err);
		if (failed)
			return -1;
	}
	return 0;
}

int
pool_run(struct pool *p, const struct pool_caller *caller, struct err *err)
{
	for (;;) {
		if (give_jobs(p, caller, err) == -1)
			return -1;
		if (!p->has_job && p->nback == 0 &&
		    worker_in(p, WORKER_BUSY) == NULL)
			return 0;
		if (wait_once(p, caller, err) == -1)
			return -1;
	}
}
