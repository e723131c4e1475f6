/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IMAGE_SECRETS_H
#define BLOGD_IMAGE_SECRETS_H

#include "../daemon/buf.h"
#include "fault.h"

/* Files that the daemon would refuse, or could do nothing with, seen before
 * they are in a guest that nobody can log into.  Each is read into *out and
 * checked; the caller wipes it (file_forget). */
void secrets_ssh_key(const char *path, struct buf *out, struct faults *faults);
void secrets_password(const char *path, struct buf *out, struct faults *faults);
void secrets_ca(const char *path, struct buf *out, struct faults *faults);

/* The path of the webhook on the first line, which then is all of *out. */
void secrets_hook(const char *path, struct buf *out, struct faults *faults);

#endif
