/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __linux__

#include <sys/syscall.h>
#include <sys/types.h>

#include <pthread.h>
#include <unistd.h>

#include "linux.h"

static pid_t own;   /* 0: not asked for since the last fork */
static int noticed; /* are forks?  Else nothing is remembered. */

static void
forget(void)
{
	own = 0;
}

/*
 * In place of libc's, for libraries too (the linker exports what they refer
 * to).  libcrypto asks for each random number whether the process has forked,
 * and libc has not remembered the answer since glibc 2.25; this way no filter
 * needs to allow the question.
 */
pid_t
getpid(void)
{
	pid_t is = own != 0 ? own : (pid_t)syscall(SYS_getpid);

	if (noticed)
		own = is;
	return is;
}

void
pid_remember(void)
{
	if (!noticed && pthread_atfork(NULL, NULL, forget) == 0)
		noticed = 1;
	getpid();
}

#endif
