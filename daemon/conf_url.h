/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CONF_URL_H
#define BLOGD_CONF_URL_H

#include <stddef.h>

#include "conf.h"
#include "err.h"

/* Addresses as they stand in blogd.conf(5): RFC 3986 section 3.2, cut down to
 * what a server is asked for.  All return 0, or -1 with err. */

struct authority {
	char user[128];
	int password;	     /* there was one; it is not kept */
	char host[HOST_MAX]; /* lower case; IPv6 without its brackets */
	char port[8];	     /* "": none given */
};

/* [user[:password]@]host[:port], of which len bytes count. */
int conf_authority(const char *text, size_t len, struct authority *a,
		   struct err *err);

/* A DNS name, or an IPv4 address, in ASCII; len bytes of it. */
int conf_is_host(const char *text, size_t len);

/* Decimal, least to 65535. */
int conf_is_port(const char *text, unsigned least);

/* The public URL of a site: http or https, host, port; a final slash is
 * dropped, letters become lower case, the scheme's own port is left out. */
struct site_url {
	char url[URL_MAX];
	char host[HOST_MAX];
	int https;
};

int conf_site_url(const char *text, struct site_url *url, struct err *err);

/* "*:443", ":443", "443", "192.0.2.1:80", "[2001:db8::1]:80", "name:80", or
 * "unix:/path", whose host is the path and whose port is empty. */
int conf_listen_address(const char *text, int tls, struct conf_listen *l,
			struct err *err);

/* "192.0.2.0/24", "2001:db8::1", or "unix". */
int conf_proxy_source(const char *text, struct proxy_source *s,
		      struct err *err);

#endif
