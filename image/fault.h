/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IMAGE_FAULT_H
#define BLOGD_IMAGE_FAULT_H

#include <stdio.h>

/*
 * What is wrong with what the operator wants, one line each: all of it is told
 * in one run, and nothing is written when there is any.
 */
struct faults {
	FILE *out; /* the caller's */
	unsigned n;
};

/* "blogd-image: ..."; bytes that a terminal could obey leave as \xNN. */
void fault(struct faults *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The same as "blogd-image: warning: ...", which stops nothing. */
void caution(struct faults *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
