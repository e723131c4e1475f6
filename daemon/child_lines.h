/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CHILD_LINES_H
#define BLOGD_CHILD_LINES_H

#include "ipc.h"

/*
 * What a child writes to standard error, which is a pipe to the parent: whole
 * lines go to the log; one that is too long goes in pieces.  A process that has
 * been taken over must fill neither the log nor the time, so only so many lines
 * of each count.
 */
struct child_lines {
	enum role role;
	int fd;		 /* the pipe, not blocking; its owner closes it */
	unsigned logged; /* lines since since_ms */
	long long since_ms;
	size_t len;
	char text[1024]; /* the line that has begun */
};

void child_lines_init(struct child_lines *l, enum role role, int fd);

/* Reads and logs what is there: 1.  0: nothing yet; -1: the end. */
int child_lines_read(struct child_lines *l);

/* Nothing follows: logs a line that has no end. */
void child_lines_end(struct child_lines *l);

/* Logs one line, as if the child had written it. */
void child_line(struct child_lines *l, const char *line);

#endif
