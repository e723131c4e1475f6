/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IMAGE_CONFWRITE_H
#define BLOGD_IMAGE_CONFWRITE_H

#include "../daemon/buf.h"
#include "../daemon/conf.h"
#include "fault.h"
#include "options.h"

/*
 * blogd.conf(5) of the guest, from the command line and --config, and what the
 * daemon's own parser says about it.
 */
#define GUEST_DIR "/etc/blogd" /* in the guest; paths start from there */

/* Where things lie in it. */
#define GUEST_CONF	  "blogd.conf"
#define GUEST_CERTIFICATE "tls/server.pem"
#define GUEST_KEY	  "tls/server.key"
#define GUEST_SSH_KEY	  "ssh_key"
#define GUEST_PASSWORD	  "password"
#define GUEST_CA	  "ca.pem"

struct conf_parts {
	const struct image_options *options;
	const char *url;  /* "": the repository says */
	const char *hook; /* NULL: not given */
	int tls;
	struct buf config; /* --config; NUL-terminated behind its end */
	int whole;	   /* it is all of the configuration */
};

/* Does the text (NUL-terminated) have a section "site"? */
int confwrite_is_whole(const struct buf *config);

/* Reports options that cannot stand beside a whole configuration. */
void confwrite_refuse(const struct image_options *o, struct faults *faults);

/* Appends the configuration. */
void confwrite(const struct conf_parts *p, struct buf *out);

/* Parses it into conf.  Problems are reported by the option that caused them,
 * or by the line of --config.  -1 when there are any. */
int confwrite_check(const struct conf_parts *p, const struct buf *text,
		    struct conf *conf, struct faults *faults);

/* Appends the text as it stands in the configuration, in quotes. */
void confwrite_quote(struct buf *out, const char *text);

#endif
