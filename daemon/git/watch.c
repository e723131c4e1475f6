/* SPDX-License-Identifier: ISC */
#include "watch.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t watched = -1;
static volatile sig_atomic_t fired;

static void
on_alarm(int sig)
{
	int saved = errno;

	(void)sig;
	if (watched != -1) {
		fired = 1;
		shutdown(watched, SHUT_RDWR);
	}
	errno = saved;
}

void
watch_init(void)
{
	struct sigaction sa = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};

	sigemptyset(&sa.sa_mask);
	sigaction(SIGALRM, &sa, NULL);
}

static void
set_timer(int ms)
{
	struct itimerval it = {
	    .it_value = {.tv_sec = ms / 1000,
			 .tv_usec = (suseconds_t)(ms % 1000) * 1000}};

	setitimer(ITIMER_REAL, &it, NULL);
}

void
watch_start(int fd, int ms)
{
	watched = fd;
	fired = 0;
	set_timer(ms > 0 ? ms : 1);
}

void
watch_stop(void)
{
	if (watched == -1)
		return;
	set_timer(0);
	watched = -1;
}

int
watch_fd(void)
{
	return watched;
}

int
watch_fired(void)
{
	return fired;
}
