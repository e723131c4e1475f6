/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_NOTIFY_H
#define BLOGD_NOTIFY_H

/* sd_notify(3)'s protocol: a datagram to the socket named in NOTIFY_SOCKET.
 * Without that variable all of this does nothing. */

/* An update begins: for PID 1 of a guest.  Others pass by what is called X_. */
#define NOTIFY_UPDATING "X_BLOGD_UPDATING=1"

/* Connects, before files and sockets are out of reach. */
void notify_init(void);
/* Is anybody told? */
int notify_is_on(void);
/* A descriptor with the text, for the manager's store (fdstore.h).  -1 with
 * errno when it did not take it. */
int notify_fd(const char *text, int fd);
/* Sends "READY=1" and the like; several lines are parted by newlines. */
void notify(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The first line of text, which may be a child's words, as STATUS. */
void notify_status(int ready, const char *text);
/* RELOADING=1 with the time that Type=notify-reload wants. */
void notify_reloading(void);

#endif
