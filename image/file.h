/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IMAGE_FILE_H
#define BLOGD_IMAGE_FILE_H

#include <sys/types.h>

#include "../daemon/buf.h"
#include "../daemon/err.h"
#include "fault.h"

/* Files in, with a limit, and out, with their mode from the first byte on. */

struct file_kind {
	const char *option; /* that named it, for messages: "--ssh-key" */
	size_t max;	    /* bytes */
	int secret;	    /* say so when everybody may read it */
};

/* All of it (pipes as well) is appended to out.  -1 with a fault. */
int file_read(const char *path, const struct file_kind *kind, struct buf *out,
	      struct faults *faults);

/* Wipes what was in it. */
void file_forget(struct buf *b);

/* Writes directory/name under another name, and renames when all is there:
 * whoever opens it sees the old or the new one.  -1 with err. */
int file_write(const char *directory, const char *name, mode_t mode,
	       const struct buf *data, struct err *err);

#endif
