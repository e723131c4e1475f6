/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IMAGE_SITE_H
#define BLOGD_IMAGE_SITE_H

#include "../daemon/buf.h"
#include "../daemon/conf.h"
#include "confwrite.h"
#include "fault.h"
#include "network.h"
#include "options.h"
#include "tls.h"

/*
 * The deployment's own part of the guest: what is in site.cpio.  Everything is
 * read once; site_free wipes it.
 */
#define GUEST_USER 900 /* "blogd", user and group, in the image */

struct site {
	const struct image_options *options;
	struct conf_parts parts;
	struct tls_pair tls;
	struct buf ssh_key, password, ca, hook;
	char url[URL_MAX];
	struct buf text; /* of blogd.conf */
	struct conf conf;
	int readable; /* the text was understood */
};

/* Reads all files, makes the configuration and checks it. */
void site_read(struct site *s, const struct image_options *o,
	       struct faults *faults);

/* What can be said only with the network. */
void site_check(const struct site *s, const struct network *n,
		struct faults *faults);

/* Appends the archive. */
void site_archive(const struct site *s, const struct network *n,
		  struct buf *out);

void site_free(struct site *s);

#endif
