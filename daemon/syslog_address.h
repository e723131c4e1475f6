/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SYSLOG_ADDRESS_H
#define BLOGD_SYSLOG_ADDRESS_H

#include <stddef.h>

#include "err.h"
#include "ipc.h"

/*
 * Where a syslog server is, as "syslog" in blogd.conf(5) says it: an address,
 * and the port of RFC 5426 section 3.3 unless there is another.  No names: the
 * log must not depend on whoever answers for them, and the parent asks nobody.
 */
#define SYSLOG_ADDRESS_MAX 64 /* "[", IPv6, "]:", port, NUL */

/* "192.0.2.1", "192.0.2.1:514", "[2001:db8::1]", "[2001:db8::1]:514".  0, or -1
 * with err. */
int syslog_address(const char *text, struct msg_address *address,
		   struct err *err);

/* The same text for the same address: that of inet_ntop(3), with the port. */
void syslog_address_text(const struct msg_address *address,
			 char text[SYSLOG_ADDRESS_MAX]);

#endif
