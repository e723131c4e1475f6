/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CMDLINE_H
#define BLOGD_CMDLINE_H

#include <netinet/in.h>
#include <stddef.h>

#include "../daemon/err.h"

/*
 * The kernel's command line, for what the kernel itself cannot be told:
 * "blogd.ip6=ADDRESS/PREFIX[,GATEWAY]".  Words are apart by white space, as in
 * the kernel's own parser; a dot in a name tells the kernel to pass it by.
 */
#define CMDLINE_MAX  4096 /* the kernel's is half of it */
#define CMDLINE_IP6  "blogd.ip6"
#define CMDLINE_WORD 128

/* Copies the value of the last "name=value"; 1, 0 when there is none, -1 when
 * it is too long for size. */
int cmdline_value(const char *line, const char *name, char *value, size_t size);

struct ip6 {
	struct in6_addr address, gateway;
	unsigned prefix;
	int has_gateway;
};

/* Reads ADDRESS/PREFIX[,GATEWAY]; -1 with err that says what is wrong. */
int cmdline_ip6(const char *value, struct ip6 *ip, struct err *err);

/* What the line says of it.  1; 0: nothing; -1 with err. */
int cmdline_find_ip6(const char *line, struct ip6 *ip, struct err *err);

/* Is the gateway within reach without a route of its own? */
int ip6_gateway_is_near(const struct ip6 *ip);

#endif
