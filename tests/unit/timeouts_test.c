/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "../../daemon/http/timeouts.h"

#define WAITERS 8

static const int64_t ms[WAIT__MAX] = {
    [WAIT_LINGER] = 60000,    [WAIT_IDLE] = 60000,   [WAIT_HELLO] = 60000,
    [WAIT_HANDSHAKE] = 60000, [WAIT_HEADER] = 60000, [WAIT_BODY] = 1,
    [WAIT_WRITE] = 60000,     [WAIT_FIRST] = 60000,
};

static struct timeouts t;
static struct waiter w[WAITERS];
static unsigned nexpired;

static void
on_expired(struct waiter *one)
{
	nexpired++;
	timeouts_leave(&t, one);
}

static int
begin(void **state)
{
	struct event_base *base = event_base_new();

	assert_non_null(base);
	timeouts_init(&t, base, ms, on_expired);
	memset(w, 0, sizeof(w));
	nexpired = 0;
	*state = base;
	return 0;
}

static int
end(void **state)
{
	event_del(&t.timer);
	event_base_free(*state);
	return 0;
}

static void
wait_all(const enum wait_kind *kinds, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		timeouts_wait(&t, &w[i], kinds[i]);
}

static void
nobody_is_no_victim(void **state)
{
	(void)state;
	assert_null(timeouts_victim(&t));
	timeouts_wait(&t, &w[0], WAIT_WRITE);
	timeouts_leave(&t, &w[0]);
	timeouts_leave(&t, &w[0]);
	assert_null(timeouts_victim(&t));
}

static void
victim_is_of_the_most(void **state)
{
	const enum wait_kind kinds[] = {WAIT_IDLE, WAIT_WRITE, WAIT_HANDSHAKE,
					WAIT_WRITE};

	(void)state;
	wait_all(kinds, 4);
	assert_ptr_equal(timeouts_victim(&t), &w[1]);
	timeouts_leave(&t, &w[1]);
	timeouts_wait(&t, &w[3], WAIT_HANDSHAKE);
	assert_ptr_equal(timeouts_victim(&t), &w[2]);
}

static void
newcomers_count_together(void **state)
{
	const enum wait_kind kinds[] = {WAIT_IDLE,	WAIT_IDLE,  WAIT_IDLE,
					WAIT_HANDSHAKE, WAIT_FIRST, WAIT_HEADER,
					WAIT_FIRST};

	(void)state;
	wait_all(kinds, 6);
	assert_ptr_equal(timeouts_victim(&t), &w[0]);
	timeouts_wait(&t, &w[6], WAIT_FIRST);
	assert_ptr_equal(timeouts_victim(&t), &w[4]);
}

static void
victim_has_waited_longest(void **state)
{
	const enum wait_kind kinds[] = {WAIT_IDLE, WAIT_IDLE, WAIT_IDLE};

	(void)state;
	wait_all(kinds, 3);
	timeouts_wait(&t, &w[0], WAIT_IDLE);
	timeouts_keep(&t, &w[1], WAIT_IDLE);
	assert_ptr_equal(timeouts_victim(&t), &w[1]);
	timeouts_keep(&t, &w[1], WAIT_HEADER);
	assert_ptr_equal(timeouts_victim(&t), &w[2]);
}

static void
who_lingers_goes_first(void **state)
{
	const enum wait_kind kinds[] = {WAIT_IDLE, WAIT_IDLE, WAIT_IDLE,
					WAIT_LINGER};

	(void)state;
	wait_all(kinds, 4);
	assert_ptr_equal(timeouts_victim(&t), &w[3]);
}

static void
each_kind_has_its_deadline(void **state)
{
	const enum wait_kind kinds[] = {WAIT_IDLE, WAIT_BODY, WAIT_WRITE,
					WAIT_BODY};

	wait_all(kinds, 4);
	while (nexpired < 2)
		event_base_loop(*state, EVLOOP_ONCE);
	assert_int_equal(t.n[WAIT_BODY], 0);
	assert_int_equal(t.n[WAIT_IDLE] + t.n[WAIT_WRITE], 2);
	assert_null(w[1].next);
	assert_non_null(w[2].next);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(nobody_is_no_victim),	    TEST(victim_is_of_the_most),
	    TEST(newcomers_count_together), TEST(victim_has_waited_longest),
	    TEST(who_lingers_goes_first),   TEST(each_kind_has_its_deadline)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
