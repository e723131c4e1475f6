/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_NETWORK_H
#define BLOGD_NETWORK_H

#include "../daemon/err.h"

/*
 * The network beyond what the kernel does with "ip=": loopback and eth0 are
 * brought up, eth0 gets the static IPv6 address of "blogd.ip6=" (and takes
 * none from routers then), and /etc/resolv.conf becomes a file.  -1 with err
 * when the kernel's command line is wrong, or cannot be followed.
 */
int network_start(struct err *err);

#endif
