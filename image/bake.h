/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IMAGE_BAKE_H
#define BLOGD_IMAGE_BAKE_H

#include "../daemon/buf.h"
#include "fault.h"
#include "options.h"

#define BAKED_NAME "site.xen"

/* One image with the archive in it, DIRECTORY/site.xen, by packaging/xen/build
 * in the source tree that --bake names.  The archive is there under another
 * name, mode 600, as long as that takes.  -1 with a fault. */
int bake(const struct image_options *o, const char *directory,
	 const struct buf *archive, struct faults *faults);

/* Can it be done?  Before anything is written. */
void bake_check(const struct image_options *o, struct faults *faults);

#endif
