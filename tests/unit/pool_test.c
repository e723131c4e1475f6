/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/pool.h"

#define WALL_MS 30000 /* as good as never: for jobs that end */

/*
 * The worker of these tests does as the first byte of its input says: that is
 * how one that was taken over would look from render's side.
 */

/* Its channel: the only descriptor beside standard error. */
static int
find_channel(unsigned *open_fds)
{
	int fd, channel = -1;

	*open_fds = 0;
	for (fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) != -1) {
			(*open_fds)++;
			if (fd != STDERR_FILENO)
				channel = fd;
		}
	return channel;
}

#ifdef __linux__
/* Shared areas that this process can reach. */
static unsigned
count_areas(void)
{
	char line[512];
	unsigned n = 0;
	FILE *f = fopen("/proc/self/maps", "r");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		n += strstr(line, "memfd:worker") != NULL;
	if (f != NULL)
		fclose(f);
	return n;
}
#endif

static void
reply(struct slice in, char *out, struct pool_output *o)
{
	size_t i;

	for (i = 0; i < in.len; i++)
		out[i] = in.data[in.len - 1 - i];
	memcpy(out + in.len, "second", 6);
	o->len[0] = in.len;
	o->len[1] = 6;
}

static void
run(const void *arg, struct slice in, char *out, size_t room,
    struct pool_output *o)
{
	static char junk[4096];
	unsigned n;

	(void)arg;
	switch (in.len > 0 ? in.data[0] : ' ') {
	case 'k':
		raise(SIGKILL);
		break;
	case 'x':
		_exit(7);
	case 'h':
		for (;;)
			pause();
	case 'l':
		o->len[0] = room + 1;
		return;
	case 'w': /* the sum wraps */
		o->len[0] = room;
		o->len[1] = SIZE_MAX - room + 2;
		return;
	case 'j': /* as long as an answer */
		(void)!write(find_channel(&n), junk, 32);
		break;
	case 's':
		(void)!write(find_channel(&n), junk, 1);
		break;
	case 'b':
		(void)!write(find_channel(&n), junk, sizeof(junk));
		break;
	case 'f':
		find_channel(&n);
		o->result = n;
		return;
	case 'z':
		usleep(100000);
		break;
#ifdef __linux__
	case 'm':
		o->result = count_areas();
		return;
#endif
	case 'p':
		o->result = (uint32_t)getpid();
		return;
	}
	reply(in, out, o);
}

static void
start(const void *arg)
{
	(void)arg;
	/* cmocka's handlers would run the tests on in the worker */
	signal(SIGSEGV, SIG_DFL);
	signal(SIGABRT, SIG_DFL);
}

static void
start_and_die(const void *arg)
{
	(void)arg;
	_exit(1);
}

static const struct pool_work work = {start, run, NULL};
static const struct pool_work stillborn = {start_and_die, run, NULL};

/* A list of jobs and what became of them. */
#define JOBS_MAX 300

struct jobs {
	struct slice in[JOBS_MAX];
	size_t n, given, done;
	size_t limit; /* given ahead of done; 0: any */
	enum pool_status status[JOBS_MAX];
	uint32_t result[JOBS_MAX];
	int seen[JOBS_MAX];
};

static int
next(void *ctx, size_t *id, struct slice *in)
{
	struct jobs *j = ctx;

	if (j->given == j->n ||
	    (j->limit > 0 && j->given - j->done >= j->limit))
		return 0;
	*id = j->given++;
	*in = j->in[*id];
	return 1;
}

static void
done(void *ctx, const struct pool_result *r)
{
	struct jobs *j = ctx;
	struct slice in;
	size_t i;

	assert_true(r->id < j->given);
	assert_int_equal(j->seen[r->id]++, 0);
	j->status[r->id] = r->status;
	j->result[r->id] = r->result;
	j->done++;
	in = j->in[r->id];
	if (r->status != POOL_DONE || r->out[1].len == 0)
		return;
	assert_int_equal(r->out[0].len, in.len);
	for (i = 0; i < in.len; i++)
		assert_int_equal(r->out[0].data[i], in.data[in.len - 1 - i]);
	assert_true(slice_is(r->out[1], "second"));
}

static void
add(struct jobs *j, const char *text)
{
	j->in[j->n++] = slice_of(text);
}

static void
run_jobs(struct jobs *j, unsigned workers, uint32_t wall_ms)
{
	const struct pool_caller caller = {next, done, j};
	struct pool *p = pool_new(&work, workers, wall_ms);
	struct err err;

	assert_int_equal(pool_run(p, &caller, &err), 0);
	assert_int_equal(j->done, j->n);
	pool_free(p);
	/* no zombie, nothing left running */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
test_many_jobs(void **state)
{
	static struct jobs j;
	size_t i;

	(void)state;
	for (i = 0; i < JOBS_MAX; i++)
		add(&j, i % 3 == 0 ? "" : i % 3 == 1 ? "a" : "a longer text");
	run_jobs(&j, 3, WALL_MS);
	for (i = 0; i < j.n; i++)
		assert_int_equal(j.status[i], POOL_DONE);
}

/* next says "none for now" and is asked again. */
static void
test_caller_waits(void **state)
{
	static struct jobs j;
	size_t i;

	(void)state;
	j.limit = 1;
	for (i = 0; i < 20; i++)
		add(&j, "text");
	run_jobs(&j, 2, WALL_MS);
}

static void
test_nothing_to_do(void **state)
{
	static struct jobs j;

	(void)state;
	run_jobs(&j, 2, WALL_MS);
}

static void
test_sizes(void **state)
{
	static struct jobs j;
	char *big = test_malloc(POOL_IN_MAX + 1);

	(void)state;
	memset(big, 'a', POOL_IN_MAX + 1);
	j.in[j.n++] = (struct slice){big, POOL_IN_MAX};
	j.in[j.n++] = (struct slice){big, POOL_IN_MAX + 1};
	j.in[j.n++] = (struct slice){NULL, 0};
	run_jobs(&j, 1, WALL_MS);
	assert_int_equal(j.status[0], POOL_DONE);
	assert_int_equal(j.status[1], POOL_TOO_LONG);
	assert_int_equal(j.status[2], POOL_DONE);
	test_free(big);
}

/* Only the job that ends its worker is lost, whatever its neighbours are. */
static void
check_misbehaviour(const char *text, uint32_t wall_ms)
{
	struct jobs *j = test_calloc(1, sizeof(*j));
	size_t i;

	for (i = 0; i < 12; i++)
		add(j, i % 4 == 1 ? text : "good");
	run_jobs(j, 2, wall_ms);
	for (i = 0; i < j->n; i++)
		assert_int_equal(j->status[i],
				 i % 4 == 1 ? POOL_CRASHED : POOL_DONE);
	test_free(j);
}

static void
test_deaths(void **state)
{
	(void)state;
	check_misbehaviour("killed", WALL_MS);
	check_misbehaviour("x: exits", WALL_MS);
}

static void
test_hangs(void **state)
{
	(void)state;
	check_misbehaviour("hangs", 300);
}

static void
test_lies(void **state)
{
	(void)state;
	check_misbehaviour("long output", WALL_MS);
	check_misbehaviour("wraps", WALL_MS);
	check_misbehaviour("junk for an answer", WALL_MS);
	check_misbehaviour("short answer", WALL_MS);
	check_misbehaviour("big answer", WALL_MS);
}

static void
test_cannot_start(void **state)
{
	static struct jobs j;
	const struct pool_caller caller = {next, done, &j};
	struct pool *p = pool_new(&stillborn, 2, WALL_MS);
	struct err err;

	(void)state;
	add(&j, "text");
	assert_int_equal(pool_run(p, &caller, &err), -1);
	assert_non_null(strstr(err.text, "did not start"));
	pool_free(p);
}

/* Standard error and the channel; nothing that this process has open. */
static void
test_descriptors(void **state)
{
	static struct jobs j;
	int extra[2], i;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, extra), 0);
	for (i = 0; i < 4; i++)
		add(&j, "fds");
	run_jobs(&j, 2, WALL_MS);
	for (i = 0; i < 4; i++)
		assert_int_equal(j.result[i], 2);
	close(extra[0]);
	close(extra[1]);
}

#ifdef __linux__
/* Its own shared memory and no other worker's, also when it replaces one. */
static void
test_areas(void **state)
{
	static struct jobs j;
	size_t i;

	(void)state;
	add(&j, "zzz");
	add(&j, "killed");
	for (i = 2; i < 10; i++)
		add(&j, "maps");
	run_jobs(&j, 2, WALL_MS);
	assert_int_equal(j.status[1], POOL_CRASHED);
	for (i = 2; i < 10; i++)
		assert_int_equal(j.result[i], 1);
}
#endif

/* One job, one worker; the same worker again for the next. */
static void
test_no_more_workers_than_jobs(void **state)
{
	static struct jobs j;
	size_t i;

	(void)state;
	j.limit = 1;
	for (i = 0; i < 5; i++)
		add(&j, "pid");
	run_jobs(&j, 8, WALL_MS);
	for (i = 1; i < 5; i++)
		assert_int_equal(j.result[i], j.result[0]);
	assert_int_not_equal(j.result[0], getpid());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_many_jobs),
	    cmocka_unit_test(test_caller_waits),
	    cmocka_unit_test(test_nothing_to_do),
	    cmocka_unit_test(test_sizes),
	    cmocka_unit_test(test_deaths),
	    cmocka_unit_test(test_hangs),
	    cmocka_unit_test(test_lies),
	    cmocka_unit_test(test_cannot_start),
	    cmocka_unit_test(test_descriptors),
#ifdef __linux__
	    cmocka_unit_test(test_areas),
#endif
	    cmocka_unit_test(test_no_more_workers_than_jobs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
