/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IMAGE_OPTIONS_H
#define BLOGD_IMAGE_OPTIONS_H

#include <stdio.h>

#include "fault.h"

/*
 * The command line, blogd-image(8).  All texts point into argv and hold UTF-8
 * without control characters; NULL is "not given".  What they mean is for
 * others to check: network.h, machine.h, confwrite.h, site.h.
 */
#define OPTION_BYTES_MAX 1000 /* of one argument */
#define IMAGE_DNS_MAX	 3    /* as many as a resolver asks */

struct image_options {
	/* the repository */
	const char *remote, *username, *password_file;
	const char *ssh_key, *host_key, *ca;
	/* the site */
	const char *name, *index, *url, *hook, *hook_file;
	const char *port, *tls, *tls_dir, *config;
	/* the network */
	const char *dhcp, *ip, *netmask, *gateways, *ip6, *gateway6;
	const char *dns[IMAGE_DNS_MAX];
	unsigned ndns;
	const char *hostname, *syslog;
	/* the guest */
	const char *type, *memory, *vcpus, *bridge, *script, *mac;
	const char *kernel, *host_dir, *xml;
	/* what is done */
	const char *output, *bake, *build_dir;
	int check;
};

enum image_result {
	IMAGE_GO,
	IMAGE_FAULTY, /* faults were reported */
	IMAGE_USAGE,  /* not even understood: the same, and the usage */
	IMAGE_DONE    /* -h, -V */
};

enum image_result image_options_read(struct image_options *o, int argc,
				     char **argv, FILE *out,
				     struct faults *faults);

#endif
