/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_WATCH_H
#define BLOGD_GIT_WATCH_H

/*
 * A one-shot timer that shuts a socket down.  Over ssh libssh2 reads the
 * descriptor itself, non-blocking and with a poll that waits for ever, so
 * neither our stream's checks nor socket timeouts are ever reached; what does
 * reach it is the end of the connection.  The timer must not fire to look
 * around and go on: libssh2 takes an interrupted poll for a failure.
 *
 * There is one at a time.  Needs setitimer, shutdown and rt_sigreturn.
 */

/* Installs the handler of SIGALRM (before the filter). */
void watch_init(void);

/* Shuts fd down after ms from now (1 or more), unless called again before. */
void watch_start(int fd, int ms);
void watch_stop(void);
int watch_fd(void); /* what is watched; -1: nothing */

/* Did it shut the socket down since watch_start? */
int watch_fired(void);

#endif
