/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_AUTHOR_OUT_H
#define BLOGD_AUTHOR_OUT_H

#include "../buf.h"
#include "../err.h"

/*
 * A directory that a site is written to.  Nothing outside of it is touched and
 * no symbolic link followed; a file is there whole or not at all.  A list of
 * what was written (EXPORT_MARK) makes it ours: what is in the list and not
 * written again is removed, and nothing else.
 */
struct author_out;

/* Makes the directory if it is missing; one that holds anything else than what
 * was written here before (.git aside) is refused.  NULL with err. */
struct author_out *author_out_open(const char *dir, struct err *err);
void author_out_close(struct author_out *o);

/* Names a file that will be written: before any author_out_put, so that the
 * list is there first.  The path is relative and without "." and "..". */
void author_out_plan(struct author_out *o, struct slice path);
/* Writes the list of what is planned and of what was there.  -1 with err. */
int author_out_begin(struct author_out *o, struct err *err);
int author_out_put(struct author_out *o, struct slice path, struct slice data,
		   struct err *err);
/* Removes what is planned no more.  -1 with err. */
int author_out_end(struct author_out *o, struct err *err);

#endif
