/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_READFD_H
#define BLOGD_GIT_READFD_H

#include "../buf.h"
#include "../err.h"

/* Appends the whole file behind fd, whose offset is neither used nor moved (a
 * process that is started again is given the same open file), to b.  More than
 * max bytes are an error.  0, or -1 with err. */
int readfd(struct buf *b, int fd, size_t max, struct err *err);

#endif
