/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_REWIND_H
#define BLOGD_REWIND_H

/* Before another command line is read: getopt keeps its place in globals, and
 * each libc resets it in its own way.  getopt itself prints nothing then. */
void rewind_getopt(void);

#endif
