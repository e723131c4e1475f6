/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SAY_H
#define BLOGD_SAY_H

/* Lines of PID 1 on the console, "blogd: init: text", as the daemon's own lines
 * look (daemon/log.h).  Needs write and poll alone. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
