/* SPDX-License-Identifier: ISC */
#include "demand.h"

#include <stdlib.h>
#include <unistd.h>

/* A shell in a graphical session may have inherited INVOCATION_ID from the
 * service that its terminal is; systemd 248 names the process it means. */
static int
is_meant(void)
{
	const char *pid = getenv("SYSTEMD_EXEC_PID");

	return pid == NULL || strtol(pid, NULL, 10) == (long)getpid();
}

int
demand_by_systemd(void)
{
	return getenv("NOTIFY_SOCKET") != NULL ||
	       (getenv("INVOCATION_ID") != NULL && is_meant());
}

int
demand_is_strict(uint32_t demand)
{
	if (demand != DEMAND_AUTO)
		return demand == DEMAND_STRICT;
	return geteuid() == 0 || demand_by_systemd();
}
