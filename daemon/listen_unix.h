/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_LISTEN_UNIX_H
#define BLOGD_LISTEN_UNIX_H

#include <sys/types.h>

#include "err.h"

/* A listening Unix socket at path, for those whom its mode lets write.  The
 * file that another process left there is removed if nobody listens on it.
 * The descriptor, or -1 with err. */
int listen_unix(const char *path, mode_t mode, int backlog, struct err *err);

#endif
