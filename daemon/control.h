/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CONTROL_H
#define BLOGD_CONTROL_H

#include "err.h"

/*
 * The control socket, on which blogctl(8) hears how blogd is.  The parent sends
 * to whoever connects, closes, and never reads: a line with the lengths, in
 * decimal, of what follows in two forms,
 *
 *	"blogd-status 1 GOOD TEXT JSON\n"	GOOD is 1 or 0 (status_good)
 *
 * then the text for people, then the JSON.
 */
#define CONTROL_GREETING "blogd-status 1 "
#define CONTROL_MAX	 (1024 * 1024) /* all of it together */

/* What the shortest struct sockaddr_un has room for. */
#define CONTROL_PATH_LEN 104
#ifdef __linux__
#define CONTROL_PATH "/run/blogd/blogd.sock"
#else
#define CONTROL_PATH "/var/run/blogd/blogd.sock"
#endif

struct event_base;

/* While there is root: makes the directory of CONTROL_PATH for the user, where
 * that is the path and the system has not made it. */
void control_prepare(const char *path, const char *user);

/* Once root is gone: binds the socket, which that user alone and root may
 * connect to.  A socket that nobody answers on is replaced.  An empty path is
 * no socket.  One that was passed (activation.h) is taken instead, and is fatal
 * when it is elsewhere.  0, or -1 with err. */
int control_bind(const char *path, struct err *err);

/* Answers from now on. */
void control_start(struct event_base *base);

/* 1 when that is the path of the start; it cannot change later. */
int control_is(const char *path);

/* Removes the socket. */
void control_end(void);

#endif
