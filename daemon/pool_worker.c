/* SPDX-License-Identifier: ISC */
#include "pool_worker.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#ifdef __FreeBSD__
#include <sys/procdesc.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "hostile.h"
#include "log.h"
#include "memfd.h"

#define SLOT_SIZE (POOL_IN_MAX + POOL_OUT_MAX)
#define AREA_SIZE (POOL_DEPTH * SLOT_SIZE)

struct question {
	uint64_t sequence;
	uint64_t slot;
	uint64_t len;
};

/* --------------------------------------------------------- in the worker -- */

/* Where a worker has its channel; its filter knows no other number to read. */
#define CHANNEL STDIN_FILENO

/* A worker that was taken over must reach no other's memory, and nothing that
 * render has open. */
static void
keep_only(const struct pool_worker *own, const struct pool_worker *all,
	  unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (&all[i] != own && all[i].area != NULL)
			munmap(all[i].area, AREA_SIZE);
	close_range(0, STDERR_FILENO - 1, 0);
	if (fcntl(own->fd, F_DUPFD_CLOEXEC, CHANNEL) != CHANNEL)
		_exit(1);
	close_range(STDERR_FILENO + 1, UINT_MAX, 0);
}

static void
put_answer(uint64_t sequence, struct slice in, const struct pool_output *o)
{
	struct pool_answer a = {.sequence = sequence, .result = o->result};

	for (unsigned i = 0; i < POOL_OUTPUTS; i++)
		a.len[i] = o->len[i];
	hostile_answer(CHANNEL, in, &a);
	if (write(CHANNEL, &a, sizeof(a)) != (ssize_t)sizeof(a))
		_exit(1);
}

/* read and write only: all that the worker's filter has for its channel. */
static void __attribute__((noreturn))
be_worker(const struct pool_worker *own, const struct pool_work *work)
{
	struct pool_output o = {0};
	struct slice in = {own->area, 0};
	struct question q;

	work->start(work->arg);
	put_answer(0, in, &o);
	while (read(CHANNEL, &q, sizeof(q)) == (ssize_t)sizeof(q)) {
		memset(&o, 0, sizeof(o));
		in.data = own->area + q.slot * SLOT_SIZE;
		in.len = q.len;
		work->run(work->arg, in,
			  own->area + q.slot * SLOT_SIZE + POOL_IN_MAX,
			  POOL_OUT_MAX, &o);
		put_answer(q.sequence, in, &o);
	}
	_exit(0); /* render is gone, or the pool was freed */
}

/* --------------------------------------------------- starting and ending -- */

static int
map_area(struct pool_worker *w, struct err *err)
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
fork_worker(struct pool_worker *w)
{
	return pdfork(&w->process, PD_CLOEXEC);
}

/* Its area is used again, so its end is waited for. */
static void
kill_worker(struct pool_worker *w)
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
fork_worker(struct pool_worker *w)
{
	return w->pid = fork();
}

/* How it ended, if not by this: a filter's SIGSYS should be seen. */
static void
kill_worker(struct pool_worker *w)
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

int
pool_worker_start(struct pool_worker *w, const struct pool_work *work,
		  const struct pool_worker *all, unsigned n, struct err *err)
{
	int fds[2];
	pid_t pid;

	if (map_area(w, err) == -1)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == -1)
		return err_set(err, "no channel for a render worker: %s",
			       strerror(errno));
	pid = fork_worker(w);
	if (pid == 0) {
		w->fd = fds[1];
		keep_only(w, all, n);
		be_worker(w, work);
	}
	close(fds[1]);
	if (pid == -1) {
		close(fds[0]);
		return err_set(err, "cannot start a render worker: %s",
			       strerror(errno));
	}
	w->fd = fds[0];
	w->njobs = 0;
	w->answered = 0;
	w->state = WORKER_STARTING;
	return 0;
}

void
pool_worker_end(struct pool_worker *w)
{
	close(w->fd);
	kill_worker(w);
	w->state = WORKER_ABSENT;
}

void
pool_worker_free(struct pool_worker *w)
{
	if (w->state != WORKER_ABSENT)
		pool_worker_end(w);
	if (w->area != NULL)
		munmap(w->area, AREA_SIZE);
	w->area = NULL;
}

/* -------------------------------------------------- questions and answers --
 */

_Static_assert(POOL_DEPTH < 32, "slots are bits of an unsigned");

/* The first that is free, so that those behind it, which only small jobs get
 * to, stay small. */
static unsigned
free_slot(const struct pool_worker *w)
{
	unsigned taken = 0, slot = 0;

	for (unsigned i = 0; i < w->njobs; i++)
		taken |= 1u << w->job[i].slot;
	while (taken >> slot & 1)
		slot++;
	return slot;
}

/* MSG_DONTWAIT: a worker that answers without reading would let its channel
 * fill, and render wait for it. */
int
pool_worker_ask(struct pool_worker *w, const struct pool_job *job,
		uint64_t sequence)
{
	struct pool_job *mine = &w->job[w->njobs];
	struct question q = {
	    .sequence = sequence, .slot = free_slot(w), .len = job->in.len};
	struct iovec iov = {&q, sizeof(q)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

	if (q.len > 0)
		memcpy(w->area + q.slot * SLOT_SIZE, job->in.data, q.len);
	if (sendmsg(w->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) !=
	    (ssize_t)sizeof(q))
		return -1;
	*mine = *job;
	mine->sequence = sequence;
	mine->slot = (unsigned)q.slot;
	w->njobs++;
	w->state = WORKER_BUSY;
	return 0;
}

void
pool_worker_drop(struct pool_worker *w)
{
	w->njobs--;
	memmove(w->job, w->job + 1, w->njobs * sizeof(*w->job));
	w->answered = 1;
	w->state = w->njobs > 0 ? WORKER_BUSY : WORKER_IDLE;
}

const char *
pool_worker_output(const struct pool_worker *w)
{
	return w->area + w->job[0].slot * SLOT_SIZE + POOL_IN_MAX;
}

/* Do the outputs fit in the area? */
static int
lengths_ok(const struct pool_answer *a)
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
answer_ok(const struct pool_worker *w, const struct pool_answer *a)
{
	if (w->state == WORKER_STARTING)
		return a->sequence == 0;
	return w->state == WORKER_BUSY && a->sequence == w->job[0].sequence &&
	       lengths_ok(a);
}

/* ECONNRESET comes once, before the answers that are there, when it has died
 * with questions unread. */
int
pool_worker_answer(const struct pool_worker *w, struct pool_answer *a)
{
	struct iovec iov = {a, sizeof(*a)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t n = recvmsg(w->fd, &msg, MSG_DONTWAIT);

	if (n == -1 &&
	    (errno == EAGAIN || errno == EINTR || errno == ECONNRESET))
		return 0;
	return n == (ssize_t)sizeof(*a) && !(msg.msg_flags & MSG_TRUNC) &&
		       answer_ok(w, a)
		   ? 1
		   : -1;
}
