/* SPDX-License-Identifier: ISC */
#include "selftest.h"

#include <sys/mman.h>

#include <stdarg.h>
#include <stdio.h>

#include "../log.h"

static struct {
	unsigned passed, failed;
} * count; /* of all the processes that are forked */

void
check_begin(void)
{
	void *p = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		fatal("memory");
	count = p;
}

static void say(const char *how, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

static void
say(const char *how, const char *fmt, va_list ap)
{
	printf("%s - ", how);
	vprintf(fmt, ap);
	putchar('\n');
	fflush(stdout); /* the processes that are forked must not repeat it */
}

void
check(int good, const char *fmt, ...)
{
	va_list ap;

	count->passed += good != 0;
	count->failed += good == 0;
	va_start(ap, fmt);
	say(good ? "ok" : "not ok", fmt, ap);
	va_end(ap);
}

void
check_left_out(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("not tested", fmt, ap);
	va_end(ap);
}

int
check_count(void)
{
	printf("%u passed, %u failed\n", count->passed, count->failed);
	return fflush(stdout) != 0 || count->failed > 0;
}
