/* SPDX-License-Identifier: ISC */
#include <sys/mman.h>
#include <sys/wait.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/counters.h"
#include "../../daemon/record.h"

static struct serve_counters sum;
static struct site_counters site;

static void
read_all(void)
{
	counters_read(counters_shared(), &sum, &site);
}

static struct serve_counters *
open_slot(int slot)
{
	const struct counters *all;
	struct serve_counters *own;
	struct err err;

	assert_int_equal(
	    counters_open(dup(counters_fd()), (uint32_t)slot, &all, &own, &err),
	    0);
	return own;
}

static void
without_memory(void **state)
{
	(void)state;
	assert_int_equal(counters_fd(), -1);
	assert_null(counters_shared());
	record_restart(ROLE_SERVE); /* as unit tests of others do */
	counters_ended(0);
}

static int
init(void **state)
{
	struct err err;

	(void)state;
	return counters_init(&err);
}

static void
size_is_sealed(void **state)
{
	(void)state;
	assert_int_equal(ftruncate(counters_fd(), 0), -1);
	assert_int_equal(ftruncate(counters_fd(), 1 << 30), -1);
}

/* A second process in the same slot goes on; one that has ended has nothing
 * open; a slot that is left keeps its numbers. */
static void
numbers_never_get_less(void **state)
{
	struct serve_counters *a, *b;
	int slot = counters_take(), other = counters_take();

	(void)state;
	assert_int_not_equal(slot, other);
	a = open_slot(slot);
	b = open_slot(other);
	count_add(&a->connections, 3);
	count_set(&a->open, 2);
	count_add(&b->connections, 4);
	count_set(&b->open, 1);
	count_add(&b->requests[COUNTED_H2][STATUS_MAX - STATUS_MIN], 5);
	read_all();
	assert_int_equal(sum.connections, 7);
	assert_int_equal(sum.open, 3);
	assert_int_equal(sum.requests[COUNTED_H2][STATUS_MAX - STATUS_MIN], 5);
	counters_ended(slot);
	read_all();
	assert_int_equal(sum.connections, 7);
	assert_int_equal(sum.open, 1);
	counters_leave(slot);
	read_all();
	assert_int_equal(sum.connections, 7);
	assert_int_equal(counters_take(), slot);
	count_add(&open_slot(slot)->connections, 1);
	read_all();
	assert_int_equal(sum.connections, 8);
	counters_leave(slot);
	counters_leave(other);
}

static void
slots_end(void **state)
{
	struct serve_counters *own;
	const struct counters *all;
	struct err err;
	int n = 0;

	(void)state;
	while (counters_take() != -1)
		n++;
	assert_int_equal(n, COUNTERS_SLOTS);
	while (n > 0)
		counters_leave(--n);
	assert_int_equal(
	    counters_open(dup(counters_fd()), COUNTERS_SLOTS, &all, &own, &err),
	    -1);
	assert_int_equal(
	    counters_open(dup(counters_fd()), UINT32_MAX, &all, &own, &err),
	    -1);
	assert_int_equal(counters_open(-1, 0, &all, &own, &err), -1);
}

static int
writes_what_is_to_be_read(void)
{
	const struct counters *all;
	struct serve_counters *own;
	struct err err;

	if (counters_open(dup(counters_fd()), 1, &all, &own, &err) == -1)
		return 1;
	count_add(&own->evicted, 1);
	*(volatile char *)(uintptr_t)all = 1;
	return 2;
}

static void
the_whole_is_mapped_to_be_read(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL); /* AddressSanitizer's is verbose */
		_exit(writes_what_is_to_be_read());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

static void
an_unfinished_change_is_not_seen(void **state)
{
	(void)state;
	counters_change()->articles = 77;
	read_all();
	assert_int_equal(site.articles, 0);
	counters_changed();
	read_all();
	assert_int_equal(site.articles, 77);
}

static void __attribute__((noreturn)) publish_for_ever(void)
{
	static const char *const commits[2] = {"aaaaaaaaaaaaaaaa",
					       "bbbbbbbbbbbbbbbb"};

	for (unsigned i = 0;; i++)
		record_published(commits[i % 2], i % 2, i % 2, i % 2);
}

/* What belongs together is read together, by another process. */
static void
changes_are_whole(void **state)
{
	unsigned seen[2] = {0, 0};
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		publish_for_ever();
	for (int i = 0; i < 200000 && (seen[0] < 1000 || seen[1] < 1000); i++) {
		read_all();
		if (site.commit[0] == '\0')
			continue;
		for (int k = 0; k < 16; k++)
			assert_int_equal(site.commit[k],
					 site.articles ? 'b' : 'a');
		assert_int_equal(site.articles, site.problems);
		seen[site.articles]++;
	}
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
what_the_parent_notes(void **state)
{
	struct status *s = malloc(sizeof(*s));

	(void)state;
	record_start();
	record_reload(1);
	record_reload(0);
	record_restart(ROLE_GIT);
	record_render();
	record_fetch(5);
	record_update(UPDATE_FETCH_FAILED, 7, "no route");
	record_status(s);
	assert_int_equal(s->site.generation, 2);
	assert_int_equal(s->site.reload_failures, 1);
	assert_int_equal(s->site.restarts[ROLE_GIT], 1);
	assert_int_equal(s->site.updates[UPDATE_FETCH_FAILED], 1);
	assert_int_equal(s->site.fetch_ms, 5);
	assert_int_equal(s->site.update_ms, 7);
	assert_string_equal(s->failure, "no route");
	record_update(UPDATE_UNCHANGED, 1, NULL);
	record_status(s);
	assert_string_equal(s->failure, "");
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(without_memory),
	    cmocka_unit_test_setup(size_is_sealed, init),
	    cmocka_unit_test(numbers_never_get_less),
	    cmocka_unit_test(slots_end),
	    cmocka_unit_test(the_whole_is_mapped_to_be_read),
	    cmocka_unit_test(an_unfinished_change_is_not_seen),
	    cmocka_unit_test(what_the_parent_notes),
	    cmocka_unit_test(changes_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
