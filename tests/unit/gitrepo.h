/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TEST_GITREPO_H
#define BLOGD_TEST_GITREPO_H

#include "../../daemon/buf.h"

/*
 * Real repositories for tests, made with the git command line in a directory
 * below TMPDIR that gitrepo_end removes.
 */
struct gitrepo {
	char dir[256];	/* the temporary directory */
	char path[300]; /* the bare repository in it */
};

/* 0, or -1 where there is no git: the test is to be skipped. */
int gitrepo_begin(struct gitrepo *r);
void gitrepo_end(struct gitrepo *r);

/* Runs a shell command in r->dir with "$R" set to r->path; its output replaces
 * out (which may be NULL).  The test fails when the command does. */
void gitrepo_run(const struct gitrepo *r, struct buf *out, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Feeds git fast-import. */
void gitrepo_import(const struct gitrepo *r, const struct buf *stream);

#endif
