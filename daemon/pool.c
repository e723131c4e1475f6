/* SPDX-License-Identifier: ISC */
#include "pool.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#ifdef __FreeBSD__
#include <sys/procdesc.h>
#endif

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "memfd.h"

#define AREA_SIZE (POOL_IN_MAX + POOL_OUT_MAX)

/* Messages on a worker's channel, one packet each.  The worker's first answer,
 * with sequence 0, says that it has given up its rights. */
struct question {
	uint64_t sequence;
	uint64_t len;
};

struct answer {
	uint64_t sequence;
	uint64_t len[POOL_OUTPUTS];
	uint32_t result;
	uint32_t zero;
};

enum state { ABSENT, STARTING, IDLE, BUSY };

struct worker {
	enum state state;
#ifdef __FreeBSD__
	int process; /* capability mode kills by descriptor only */
#else
	pid_t pid;
#endif
	int fd;
	char *area; /* input, then output; mapped once, kept when replaced */
	size_t id;  /* BUSY: the caller's job */
	uint64_t sequence;
	int64_t deadline_ms;
};

struct pool {
	const struct pool_work *work;
	uint32_t wall_ms;
	uint64_t sequence;
	unsigned n;
	struct worker worker[POOL_WORKERS_MAX];
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

/* --------------------------------------------------------- in the worker -- */

/* A worker that was taken over must reach no other's memory, and nothing that
 * render has open. */
static void
keep_only(const struct pool *p, const struct worker *own)
{
	unsigned i;

	for (i = 0; i < p->n; i++)
		if (&p->worker[i] != own && p->worker[i].area != NULL)
			munmap(p->worker[i].area, AREA_SIZE);
	close_range(0, STDERR_FILENO - 1, 0);
	if (own->fd > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, (unsigned)own->fd - 1, 0);
	close_range((unsigned)own->fd + 1, UINT_MAX, 0);
}

static void
put_answer(int fd, uint64_t sequence, const struct pool_output *o)
{
	struct answer a = {.sequence = sequence, .result = o->result};

	for (unsigned i = 0; i < POOL_OUTPUTS; i++)
		a.len[i] = o->len[i];
	if (write(fd, &a, sizeof(a)) != (ssize_t)sizeof(a))
		_exit(1);
}

/* read and write only: all that the worker's filter has for its channel. */
static void __attribute__((noreturn))
worker_main(const struct pool *p, const struct worker *own)
{
	struct pool_output o = {0};
	struct question q;

	keep_only(p, own);
	p->work->start(p->work->arg);
	put_answer(own->fd, 0, &o);
	while (read(own->fd, &q, sizeof(q)) == (ssize_t)sizeof(q)) {
		memset(&o, 0, sizeof(o));
		p->work->run(p->work->arg, (struct slice){own->area, q.len},
			     own->area + POOL_IN_MAX, POOL_OUT_MAX, &o);
		put_answer(own->fd, q.sequence, &o);
	}
	_exit(0); /* render is gone, or the pool was freed */
}

/* --------------------------------------------------- starting and ending -- */

static int
map_area(struct worker *w, struct err *err)
{
	void *map;
	int fd;

	if (w->area != NULL)
		return 0;
	fd = memfd_map_new("worker", AREA_SIZE, &map, err);
	if (fd == -1)
		return -1;
	close(fd); /* the mapping stays, and is inherited */
	w->area = map;
	return 0;
}

#ifdef __FreeBSD__

static pid_t
worker_fork(struct worker *w)
{
	return pdfork(&w->process, PD_CLOEXEC);
}

/* Its area is used again, so its end is waited for. */
static void
worker_kill(struct worker *w)
{
	struct pollfd end = {.fd = w->process};

	pdkill(w->process, SIGKILL);
	while (poll(&end, 1, -1) == -1)
		if (errno != EINTR)
			fatal("poll");
	close(w->process);
}

#else

static pid_t
worker_fork(struct worker *w)
{
	return w->pid = fork();
}

/* How it ended, if not by this: a filter's SIGSYS should be seen. */
static void
worker_kill(struct worker *w)
{
	int status;

	kill(w->pid, SIGKILL);
	while (waitpid(w->pid, &status, 0) == -1)
		if (errno != EINTR)
			fatal("waitpid");
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		log_warn("a render worker was ended by signal %d",
			 WTERMSIG(status));
}

#endif

static int
worker_start(struct pool *p, struct worker *w, struct err *err)
{
	int fds[2];
	pid_t pid;

	if (map_area(w, err) == -1)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == -1)
		return err_set(err, "no channel for a render worker: %s",
			       strerror(errno));
	pid = worker_fork(w);
	if (pid == 0) {
		w->fd = fds[1];
		worker_main(p, w);
	}
	close(fds[1]);
	if (pid == -1) {
		close(fds[0]);
		return err_set(err, "cannot start a render worker: %s",
			       strerror(errno));
	}
	w->fd = fds[0];
	w->state = STARTING;
	w->deadline_ms = clock_ms() + p->wall_ms;
	return 0;
}

static void
worker_end(struct worker *w)
{
	close(w->fd);
	worker_kill(w);
	w->state = ABSENT;
}

void
pool_free(struct pool *p)
{
	unsigned i;

	if (p == NULL)
		return;
	for (i = 0; i < p->n; i++) {
		if (p->worker[i].state != ABSENT)
			worker_end(&p->worker[i]);
		if (p->worker[i].area != NULL)
			munmap(p->worker[i].area, AREA_SIZE);
	}
	buf_free(&p->copy);
	free(p);
}

/* ------------------------------------------------------------------ jobs -- */

static struct worker *
worker_in(struct pool *p, enum state state)
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

/* MSG_DONTWAIT: a worker that answers without reading would let its channel
 * fill, and render wait for it. */
static void
give_job(struct pool *p, struct worker *w)
{
	struct question q = {.sequence = ++p->sequence, .len = p->job_in.len};
	struct iovec iov = {&q, sizeof(q)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

	if (q.len > 0)
		memcpy(w->area, p->job_in.data, q.len);
	if (sendmsg(w->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) !=
	    (ssize_t)sizeof(q)) {
		worker_end(w); /* the job waits for the next one */
		return;
	}
	w->state = BUSY;
	w->id = p->job_id;
	w->sequence = q.sequence;
	w->deadline_ms = clock_ms() + p->wall_ms;
	p->has_job = 0;
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
	struct worker *w;

	for (;;) {
		ask_for_job(p, caller);
		if (!p->has_job)
			return 0;
		w = worker_in(p, IDLE);
		if (w == NULL)
			break;
		give_job(p, w);
	}
	if (worker_in(p, STARTING) != NULL)
		return 0;
	w = worker_in(p, ABSENT);
	return w == NULL ? 0 : worker_start(p, w, err);
}

/* It is not worth a job any more. */
static int
worker_failed(struct worker *w, const struct pool_caller *caller,
	      struct err *err)
{
	enum state state = w->state;

	worker_end(w);
	if (state == BUSY)
		tell(caller, w->id, POOL_CRASHED);
	if (state == STARTING)
		return err_set(err, "a render worker did not start; its "
				    "reason is in the log before this");
	return 0;
}

/* Do the outputs fit in the area? */
static int
lengths_ok(const struct answer *a)
{
	uint64_t left = POOL_OUT_MAX;

	for (unsigned i = 0; i < POOL_OUTPUTS; i++) {
		if (a->len[i] > left)
			return 0;
		left -= a->len[i];
	}
	return 1;
}

static int
answer_ok(const struct worker *w, const struct answer *a)
{
	if (w->state == STARTING)
		return a->sequence == 0;
	return w->state == BUSY && a->sequence == w->sequence && lengths_ok(a);
}

/* The worker could still write to its area, so what is looked at is a copy. */
static void
job_done(struct pool *p, struct worker *w, const struct answer *a,
	 const struct pool_caller *caller)
{
	struct pool_result r = {
	    .id = w->id, .status = POOL_DONE, .result = a->result};

	size_t all = 0, at = 0;

	for (unsigned i = 0; i < POOL_OUTPUTS; i++)
		all += a->len[i];
	buf_clear(&p->copy);
	buf_add(&p->copy, w->area + POOL_IN_MAX, all);
	w->state = IDLE;
	for (unsigned i = 0; i < POOL_OUTPUTS; i++) {
		if (a->len[i] > 0)
			r.out[i] = (struct slice){p->copy.data + at, a->len[i]};
		at += a->len[i];
	}
	caller->done(caller->ctx, &r);
}

static int
take_answer(struct pool *p, struct worker *w, const struct pool_caller *caller,
	    struct err *err)
{
	struct answer a;
	struct iovec iov = {&a, sizeof(a)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t n = recvmsg(w->fd, &msg, MSG_DONTWAIT);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n != (ssize_t)sizeof(a) || (msg.msg_flags & MSG_TRUNC) ||
	    !answer_ok(w, &a))
		return worker_failed(w, caller, err);
	if (w->state == STARTING)
		w->state = IDLE;
	else
		job_done(p, w, &a, caller);
	return 0;
}

/* --------------------------------------------------------------- waiting -- */

/* Fills fds with the channels of all workers, and *wait_ms with the time to
 * the first deadline. */
static unsigned
poll_set(struct pool *p, struct pollfd *fds, struct worker **owners,
	 int *wait_ms)
{
	int64_t now = clock_ms(), wait = INT_MAX;
	unsigned i, n = 0;

	for (i = 0; i < p->n; i++) {
		struct worker *w = &p->worker[i];

		if (w->state == ABSENT)
			continue;
		fds[n] = (struct pollfd){.fd = w->fd, .events = POLLIN};
		owners[n++] = w;
		if (w->state != IDLE && w->deadline_ms - now < wait)
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
	struct worker *owners[POOL_WORKERS_MAX];
	int wait_ms;
	unsigned i, n = poll_set(p, fds, owners, &wait_ms);

	if (poll(fds, n, wait_ms) == -1 && errno != EINTR)
		return err_set(err, "poll: %s", strerror(errno));
	for (i = 0; i < n; i++) {
		struct worker *w = owners[i];
		int failed = 0;

		if (fds[i].revents != 0)
			failed = take_answer(p, w, caller, err);
		else if (w->state != IDLE && clock_ms() >= w->deadline_ms)
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
		if (!p->has_job && worker_in(p, BUSY) == NULL)
			return 0;
		if (wait_once(p, caller, err) == -1)
			return -1;
	}
}
