/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GUEST_H
#define BLOGD_GUEST_H

/*
 * blogd as a whole machine: PID 1 of a Linux guest, whose kernel runs /init.
 * It mounts what is needed, brings up the network, starts "blogd -d", and stays
 * as its service manager with next to no rights.
 */

#ifdef __linux__
/* First of all in main, with argv[0].  Does not return in a process that the
 * kernel of a guest has started: PID 1 called "init", or a program called
 * "poweroff" or "reboot", which asks PID 1 for the end.  In a container blogd
 * may be PID 1 too, but under its own name. */
void guest_begin(const char *argv0);
#else
#define guest_begin(argv0) ((void)(argv0))
#endif

#endif
