/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IMAGE_CPIO_H
#define BLOGD_IMAGE_CPIO_H

#include <stdint.h>

#include "../daemon/buf.h"

/*
 * A cpio archive as the kernel unpacks it ("newc", Documentation/driver-api/
 * early-userspace/buffer-format.rst in its source): no times, inode numbers by
 * order, so that the same entries give the same bytes.  The caller owns the
 * buffer, and wipes it.
 */
struct cpio {
	struct buf *out;
	uint32_t inode; /* of the last entry */
};

#define CPIO_FILE_MAX (16U << 20) /* bytes of one file */

/* Directories come before what is in them; paths do not begin with "/". */
void cpio_directory(struct cpio *c, const char *path, unsigned mode);
void cpio_file(struct cpio *c, const char *path, unsigned mode, unsigned owner,
	       const void *data, size_t len);
void cpio_end(struct cpio *c);

#endif
