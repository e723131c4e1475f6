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

/* The number of the descriptor of the socket's directory: the one from which
 * the parent's filter lets something be removed. */
#define CONTROL_DIRECTORY 200

struct event_base;

/* Binds the socket, which whoever runs this alone may connect to; makes the
 * directory of CONTROL_PATH and gives it to the user, so that the socket can be
 * removed in the end.  A socket that nobody answers on is replaced.  An empty
 * path is no socket.  0, or -1 with err. */
int control_bind(const char *path, const char *user, struct err *err);

/* Answers from now on. */
void control_start(struct event_base *base);

/* 1 when that is the path of the start; it cannot change later. */
int control_is(const char *path);

/* Removes the socket where the parent still may. */
void control_end(void);

#endif
