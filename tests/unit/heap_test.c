/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/prctl.h>
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/heap.h"
#include "../../sandbox/sandbox.h"

#define MIB    ((size_t)1 << 20)
#define BLOCKS 4096
#define BLOCK  ((size_t)16 << 10)

/* malloc's alone: BLOCKS of them, of which every hundredth is left. */
static void *block[BLOCKS];

static void
take_all(void)
{
	for (size_t i = 0; i < BLOCKS; i++) {
		block[i] = malloc(BLOCK);
		if (block[i] == NULL)
			_exit(1);
		memset(block[i], 1, BLOCK);
	}
}

static void
free_most(void)
{
	for (size_t i = 0; i < BLOCKS; i++)
		if (i % 100 != 99)
			free(block[i]);
}

static void
resident(size_t *mib)
{
	FILE *f = fopen("/proc/self/statm", "r");
	size_t size, pages;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%zu %zu", &size, &pages), 2);
	fclose(f);
	*mib = pages * (size_t)sysconf(_SC_PAGESIZE) / MIB;
}

/* What heap_reserve sets stays for the process. */
static int
in_a_child(void (*what)(void))
{
	int status;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		what();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* What is free then is the end of the heap, in one piece. */
static void
free_all(void)
{
	for (size_t i = 0; i < BLOCKS; i++)
		free(block[i]);
}

static void
gives_back(void (*let_go)(void))
{
	size_t before, most, after;

	heap_reserve(256 * MIB);
	resident(&before);
	take_all();
	resident(&most);
	let_go();
	heap_give_back();
	resident(&after);
	if (before > 32 || most < 64 || after > before + 16)
		_exit(1);
}

static void
gives_back_what_is_between(void)
{
	gives_back(free_most);
}

static void
gives_back_the_end(void)
{
	gives_back(free_all);
}

/* serve's filter has no call that would get more memory. */
static void
works_under_the_filter(void)
{
	heap_reserve(256 * MIB);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		_exit(99);
	sandbox_filter(ROLE_SERVE, VARIANT_PLAIN);
	for (int i = 0; i < 3; i++) {
		take_all();
		for (size_t k = 0; k < BLOCKS; k++) {
			block[k] = realloc(block[k], BLOCK + BLOCK / 2);
			if (block[k] == NULL)
				_exit(1);
		}
		free_most();
		heap_give_back();
	}
}

static void
takes_less_where_there_is_less(void)
{
	size_t got = heap_reserve(SIZE_MAX / 2);

	if (got == 0 || got == SIZE_MAX / 2)
		_exit(1);
}

static void
memory_comes_back(void **state)
{
	(void)state;
	assert_int_equal(in_a_child(gives_back_what_is_between), 0);
	assert_int_equal(in_a_child(gives_back_the_end), 0);
}

static void
no_system_call_is_missing(void **state)
{
	(void)state;
	assert_int_equal(in_a_child(works_under_the_filter), 0);
}

static void
a_reserve_of_any_size(void **state)
{
	(void)state;
	assert_int_equal(in_a_child(takes_less_where_there_is_less), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_system_call_is_missing),
#if defined(__GLIBC__) && !defined(BLOGD_SANITIZE)
		cmocka_unit_test(memory_comes_back),
		cmocka_unit_test(a_reserve_of_any_size),
#endif
	};

	(void)memory_comes_back, (void)a_reserve_of_any_size;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
