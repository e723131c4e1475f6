/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_BACKGROUND_H
#define BLOGD_BACKGROUND_H

/*
 * The parent without a terminal.  The process that was started waits until
 * blogd runs or has failed, so that its status tells which.
 */

/* Returns in a new process, in a session of its own and in "/", with all
 * standard descriptors on /dev/null: the pipe to the process that waits.  Does
 * not return when it cannot. */
int background_enter(void);

/* Lets the process that waits end with success, and sets *launcher to -1, for
 * which there is nothing to do. */
void background_started(int *launcher);

#endif
