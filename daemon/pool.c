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
	size_t job_id;
	struct slice job_in;
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
give_job(struct pool *p, struct pool_worker *w)
{
	if (pool_worker_ask(w, ++p->sequence, p->job_in) == -1)
		return; /* the job waits for the next one */
	w->job = p->job_id;
	w->deadline_ms = clock_ms() + p->wall_ms;
	p->has_job = 0;
}

static int
start_worker(struct pool *p, struct pool_worker *w, struct err *err)
{
	if (pool_worker_start(w, p->work, p->worker, p->n, err) == -1)
		return -1;
	w->deadline_ms = clock_ms() + p->wall_ms;
	return 0;
}

static void
ask_for_job(struct pool *p, const struct pool_caller *caller)
{
	while (!p->has_job &&
	       caller->next(caller->ctx, &p->job_id, &p->job_in)) {
		if (p->job_in.len > POOL_IN_MAX)
			tell(caller, p->job_id, POOL_TOO_LONG);
		else
			p->has_job = 1;
	}
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
		w = worker_in(p, WORKER_IDLE);
		if (w == NULL)
			break;
		give_job(p, w);
	}
	if (worker_in(p, WORKER_STARTING) != NULL)
		return 0;
	w = worker_in(p, WORKER_ABSENT);
	return w == NULL ? 0 : start_worker(p, w, err);
}

/* It is not worth a job any more. */
static int
worker_failed(struct pool_worker *w, const struct pool_caller *caller,
	      struct err *err)
{
	enum pool_worker_state state = w->state;

	pool_worker_end(w);
	if (state == WORKER_BUSY)
		tell(caller, w->job, POOL_CRASHED);
	if (state == WORKER_STARTING)
		return err_set(err, "a render worker did not start; its "
				    "reason is in the log before this");
	return 0;
}

/* The worker could still write to its area, so what is looked at is a copy. */
static void
job_done(struct pool *p, struct pool_worker *w, const struct pool_answer *a,
	 const struct pool_caller *caller)
{
	struct pool_result r = {
	    .id = w->job, .status = POOL_DONE, .result = a->result};
	size_t all = 0, at = 0;

	for (unsigned i = 0; i < POOL_OUTPUTS; i++)
		all += a->len[i];
	buf_clear(&p->copy);
	buf_add(&p->copy, w->area + POOL_IN_MAX, all);
	w->state = WORKER_IDLE;
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
		return worker_failed(w, caller, err);
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
			failed = worker_failed(w, caller, err);
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
		if (!p->has_job && worker_in(p, WORKER_BUSY) == NULL)
			return 0;
		if (wait_once(p, caller, err) == -1)
			return -1;
	}
}
