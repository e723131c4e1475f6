/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_WATCHDOG_H
#define BLOGD_WATCHDOG_H

#include <event2/event.h>

/*
 * The service manager's watchdog, sd_watchdog_enabled(3): told every half of
 * WATCHDOG_USEC that all is well.  Nothing is told while the parent's loop does
 * not turn, nor when `well` says no; the manager then ends blogd and starts it
 * again.  Without these variables nothing is done.
 */

/* well(arg) is asked each time. */
void watchdog_start(struct event_base *base, int (*well)(void *arg), void *arg);
void watchdog_stop(void);

/* Half of what WATCHDOG_USEC says, in milliseconds; 0 when it says nothing, or
 * WATCHDOG_PID names another process. */
long long watchdog_interval(const char *usec, const char *pid);

#endif
