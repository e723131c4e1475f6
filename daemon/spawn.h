/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SPAWN_H
#define BLOGD_SPAWN_H

#include <sys/types.h>

#include "ipc.h"

/*
 * New processes: fork, and exec of the binary that runs.  Each has the null
 * device as 0 and 1, the pipe for its log lines as 2, its control channel as
 * CONTROL_FD, and nothing else.
 */

/* Once: opens the binary, even if its file changes later.  argv0 is the
 * fallback.  -1 with err. */
int spawn_init(const char *argv0, struct err *err);

/* `blogd -R ROLE`; control and lines stay the caller's.  Its number, or -1 with
 * errno.  The new process is a child of the caller, or where a broker runs (see
 * spawn_as_sibling) of the caller's parent. */
pid_t spawn_role(enum role role, int control, int lines);

/* The same process goes on in fn, without exec. */
pid_t spawn_function(void (*fn)(void), int control, int lines);

/* From now on spawn_role makes children of the caller's parent, who waits for
 * them and with whom they end.  Linux alone. */
void spawn_as_sibling(void);

#endif
