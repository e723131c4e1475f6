/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IMAGE_NETWORK_H
#define BLOGD_IMAGE_NETWORK_H

#include "../daemon/buf.h"
#include "address.h"
#include "options.h"

/*
 * How the guest is reached, and how it is told: by "ip=" of the kernel
 * (Documentation/admin-guide/nfs/nfsroot.rst in its source), by "blogd.ip6=",
 * which process 1 reads, and by etc/resolv.conf in the archive for the name
 * servers that "ip=" cannot carry.
 */
struct name_server {
	int six;
	uint32_t four;
	char text[ADDRESS_TEXT];
	uint8_t address[16]; /* six */
};

struct network {
	int dhcp, has4, has6;
	struct net4 four;
	struct net6 six;
	struct name_server dns[IMAGE_DNS_MAX];
	unsigned ndns;
	const char *hostname;
};

/* Checks what is said about the network; all that is wrong goes to faults. */
void network_read(struct network *n, const struct image_options *o,
		  struct faults *faults);

/* The remote's host is looked for from there: are there name servers, and is
 * there a way to it?  host as in struct git_settings. */
void network_check_remote(const struct network *n, const char *host,
			  struct faults *faults);

/* Appends " ip=..." and " blogd.ip6=...". */
void network_arguments(const struct network *n, struct buf *out);

/* etc/resolv.conf; nothing when "ip=" says it all. */
void network_resolv(const struct network *n, struct buf *out);

#endif
