/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IMAGE_PLACE_H
#define BLOGD_IMAGE_PLACE_H

#include "../daemon/conf.h"
#include "fault.h"
#include "options.h"

/* Where files are written, and where they will be on the host. */
struct place {
	char output[PATH_LEN]; /* absolute; of this machine */
	char kernel[PATH_LEN]; /* as blogd.xl calls them */
	char ramdisk[PATH_LEN];
};

void place_read(struct place *p, const struct image_options *o,
		struct faults *faults);

#endif
