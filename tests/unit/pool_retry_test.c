/* SPDX-License-Identifier: ISC */
/*
 * Which jobs of a worker that failed get another try: the one that it was at,
 * if an earlier job may have spoilt it, once; and those that it had not begun.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/mman.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/pool.h"

#define WALL_MS	 30000 /* as good as never: for jobs that end */
#define SHORT_MS 300
#define JOBS_MAX 64

/* How often a worker was at each job, and the workers that were there: all of
 * them write to it. */
static struct tries {
	unsigned of[JOBS_MAX];
	unsigned workers;
	unsigned by[JOBS_MAX]; /* of the first, the second... worker */
} * tries;

/* -------------------------------------------------------------- the worker --
 */

/* What an earlier job has left in a worker's memory. */
static int spoilt;
static unsigned number; /* among all workers */

static void
start(const void *arg)
{
	(void)arg;
	/* cmocka's handlers would run the tests on in the worker */
	signal(SIGSEGV, SIG_DFL);
	signal(SIGABRT, SIG_DFL);
	number = __atomic_fetch_add(&tries->workers, 1, __ATOMIC_SEQ_CST);
}

/* The job is its number, and what it does. */
static void
run(const void *arg, struct slice in, char *out, size_t room,
    struct pool_output *o)
{
	unsigned id = (unsigned char)in.data[0];
	unsigned try = __atomic_add_fetch(&tries->of[id], 1, __ATOMIC_SEQ_CST);

	(void)arg, (void)out;
	__atomic_fetch_add(&tries->by[number], 1, __ATOMIC_SEQ_CST);
	switch (in.data[1]) {
	case 's': /* spoils the worker for others, unnoticed */
		spoilt = 1;
		break;
	case 'v': /* falls victim to that */
		if (spoilt)
			raise(SIGKILL);
		break;
	case 'k': /* is the culprit itself */
		raise(SIGKILL);
		break;
	case 'l':
		o->len[0] = room + 1;
		break;
	case 'h':
		for (;;)
			pause();
	case 'z': /* lets the next job come, and be lost with the worker */
		usleep(50000);
		raise(SIGKILL);
		break;
	case 'b': /* waits until the second worker has a job */
		while (__atomic_load_n(&tries->by[1], __ATOMIC_SEQ_CST) == 0)
			usleep(1000);
		break;
	case '2': /* works at the second try */
		if (try == 1)
			raise(SIGKILL);
		break;
	}
	o->result = 1000 + id;
}

static const struct pool_work work = {start, run, NULL};

/* -------------------------------------------------------------- the caller --
 */

static struct jobs {
	char text[JOBS_MAX][2];
	size_t n, given;
	enum pool_status status[JOBS_MAX];
	unsigned told[JOBS_MAX];
} jobs;

static int
next(void *ctx, size_t *id, struct slice *in)
{
	(void)ctx;
	if (jobs.given == jobs.n)
		return 0;
	*id = jobs.given++;
	*in = (struct slice){jobs.text[*id], 2};
	return 1;
}

static void
done(void *ctx, const struct pool_result *r)
{
	(void)ctx;
	jobs.status[r->id] = r->status;
	jobs.told[r->id]++;
	if (r->status == POOL_DONE)
		assert_int_equal(r->result, 1000 + r->id);
}

/* One job for each letter; each is told of once. */
static void
run_jobs(const char *letters, unsigned workers, uint32_t wall_ms)
{
	const struct pool_caller caller = {next, done, NULL};
	struct pool *p = pool_new(&work, workers, wall_ms);
	struct err err;

	memset(&jobs, 0, sizeof(jobs));
	memset(tries, 0, sizeof(*tries));
	for (; letters[jobs.n] != '\0'; jobs.n++) {
		jobs.text[jobs.n][0] = (char)jobs.n;
		jobs.text[jobs.n][1] = letters[jobs.n];
	}
	assert_int_equal(pool_run(p, &caller, &err), 0);
	pool_free(p);
	for (size_t i = 0; i < jobs.n; i++)
		assert_int_equal(jobs.told[i], 1);
}

static void
expect(size_t id, enum pool_status status, unsigned how_often)
{
	assert_int_equal(jobs.status[id], status);
	assert_int_equal(tries->of[id], how_often);
}

/* ------------------------------------------------------------------- tests --
 */

/* The post that killed its worker was innocent. */
static void
victim_is_tried_again(void **state)
{
	(void)state;
	run_jobs("sv", 1, WALL_MS);
	expect(0, POOL_DONE, 1);
	expect(1, POOL_DONE, 2);
	assert_int_equal(tries->workers, 2);
}

static void
so_are_many(void **state)
{
	(void)state;
	run_jobs("svsvvsvgsvggsv", 1, WALL_MS);
	for (size_t i = 0; i < jobs.n; i++)
		assert_int_equal(jobs.status[i], POOL_DONE);
	run_jobs("svsvvsvgsvggsvsvsvgvgvsvsvgvsvgsvgg", 4, WALL_MS);
	for (size_t i = 0; i < jobs.n; i++)
		assert_int_equal(jobs.status[i], POOL_DONE);
}

/* Another one that spoils workers must not come between: the second try is in
 * a worker of its own. */
static void
victim_has_a_new_worker(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		run_jobs("ssvssvssv", 3, WALL_MS);
		for (size_t k = 0; k < jobs.n; k++)
			assert_int_equal(jobs.status[k], POOL_DONE);
	}
}

/* Twice: in a worker that worked, and in a new one. */
static void
culprit_is_tried_twice_at_most(void **state)
{
	(void)state;
	run_jobs("gkg", 1, WALL_MS);
	expect(0, POOL_DONE, 1);
	expect(1, POOL_CRASHED, 2);
	expect(2, POOL_DONE, 1);
	run_jobs("glg", 1, WALL_MS); /* the last may run before that is seen */
	expect(1, POOL_CRASHED, 2);
	assert_int_equal(jobs.status[2], POOL_DONE);
}

/* Nobody was in its worker before it. */
static void
first_of_a_worker_is_the_culprit(void **state)
{
	(void)state;
	run_jobs("kg", 1, WALL_MS);
	expect(0, POOL_CRASHED, 1);
	expect(1, POOL_DONE, 1);
	run_jobs("2", 1, WALL_MS);
	expect(0, POOL_CRASHED, 1);
	run_jobs("g2", 1, WALL_MS);
	expect(1, POOL_DONE, 2);
}

/* A second try would cost as much time again. */
static void
late_is_not_tried_again(void **state)
{
	(void)state;
	run_jobs("ghg", 1, SHORT_MS);
	expect(0, POOL_DONE, 1);
	expect(1, POOL_CRASHED, 1);
	expect(2, POOL_DONE, 1);
}

/* What had not been begun is not blamed, and has its tries still. */
static void
job_behind_a_culprit_is_taken_back(void **state)
{
	(void)state;
	run_jobs("zg", 1, WALL_MS);
	expect(0, POOL_CRASHED, 1);
	expect(1, POOL_DONE, 1);
	run_jobs("zs2g", 1, WALL_MS);
	expect(0, POOL_CRASHED, 1);
	expect(1, POOL_DONE, 1);
	expect(2, POOL_DONE, 2);
	expect(3, POOL_DONE, 1);
	/* The one at work comes back, and the one behind it as well. */
	run_jobs("gzg", 1, WALL_MS);
	expect(1, POOL_CRASHED, 2);
	expect(2, POOL_DONE, 1);
}

/* As many of them as there can be at once. */
static void
all_workers_fail(void **state)
{
	char letters[JOBS_MAX];

	(void)state;
	memset(letters, 'z', sizeof(letters) - 1);
	letters[sizeof(letters) - 1] = '\0';
	run_jobs(letters, 8, WALL_MS);
	for (size_t i = 0; i < jobs.n; i++)
		expect(i, POOL_CRASHED, 1);
}

/* None has all that waits, which it did when the other came later. */
static void
jobs_are_shared_out(void **state)
{
	(void)state;
	run_jobs("bggggggggggggggggggggggg", 2, WALL_MS);
	for (size_t i = 0; i < jobs.n; i++)
		expect(i, POOL_DONE, 1);
	assert_int_equal(tries->workers, 2);
	assert_in_range(tries->by[0], jobs.n / 2 - 1, jobs.n / 2 + 1);
}

static int
set_up(void **state)
{
	(void)state;
	tries = mmap(NULL, sizeof(*tries), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return tries == MAP_FAILED ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	return munmap(tries, sizeof(*tries));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(victim_is_tried_again),
	    cmocka_unit_test(so_are_many),
	    cmocka_unit_test(victim_has_a_new_worker),
	    cmocka_unit_test(culprit_is_tried_twice_at_most),
	    cmocka_unit_test(first_of_a_worker_is_the_culprit),
	    cmocka_unit_test(late_is_not_tried_again),
	    cmocka_unit_test(job_behind_a_culprit_is_taken_back),
	    cmocka_unit_test(all_workers_fail),
	    cmocka_unit_test(jobs_are_shared_out),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
