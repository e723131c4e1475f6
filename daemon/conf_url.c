/* SPDX-License-Identifier: ISC */
#include "conf_url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <stdio.h>
#include <string.h>

#include "ascii.h"

#define LABEL_MAX 63 /* RFC 1035 section 2.3.4 */

static void
lower(char *s)
{
	for (; *s != '\0'; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s += 'a' - 'A';
}

/* Copies len bytes and a NUL; -1 when there is no room. */
static int
copy(char *to, size_t room, const char *from, size_t len)
{
	if (len >= room)
		return -1;
	memcpy(to, from, len);
	to[len] = '\0';
	return 0;
}

int
conf_is_host(const char *text, size_t len)
{
	size_t label = 0;

	if (len == 0 || len >= HOST_MAX - 2)
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '.') {
			if (label == 0 || text[i - 1] == '-')
				return 0;
			label = 0;
		} else if (ascii_is_alnum(text[i]) || text[i] == '_' ||
			   (text[i] == '-' && label > 0)) {
			if (++label > LABEL_MAX)
				return 0;
		} else
			return 0;
	}
	return label > 0 && text[len - 1] != '-';
}

int
conf_is_port(const char *text, unsigned least)
{
	unsigned n = 0;

	if (text[0] == '\0' || strlen(text) > 5)
		return 0;
	for (; *text >= '0' && *text <= '9'; text++)
		n = n * 10 + (unsigned)(*text - '0');
	return *text == '\0' && n >= least && n <= 65535;
}

/* ----------------------------------------------------------- authority -- */

static int
set_host6(const char *text, size_t len, struct authority *a, struct err *err)
{
	struct in6_addr address;

	if (copy(a->host, sizeof(a->host), text, len) == -1 ||
	    inet_pton(AF_INET6, a->host, &address) != 1)
		return err_set(err, "\"[%.*s]\" is no IPv6 address",
			       (int)(len < 64 ? len : 64), text);
	return 0;
}

static int
set_host(const char *text, size_t len, struct authority *a, struct err *err)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] >= 0x80)
			return err_set(
			    err,
			    "\"%.*s\": write the host name in its ASCII form "
			    "(xn--...)",
			    (int)(len < 128 ? len : 128), text);
	if (!conf_is_host(text, len) ||
	    copy(a->host, sizeof(a->host), text, len) == -1)
		return err_set(err, "\"%.*s\" is no host name",
			       (int)(len < 128 ? len : 128), text);
	return 0;
}

static int
set_port(const char *text, size_t len, struct authority *a, struct err *err)
{
	if (copy(a->port, sizeof(a->port), text, len) == -1 ||
	    !conf_is_port(a->port, 1))
		return err_set(err, "\"%.*s\" is no port: write 1 to 65535",
			       (int)(len < 16 ? len : 16), text);
	return 0;
}

static int
set_user(const char *text, size_t len, struct authority *a, struct err *err)
{
	const char *colon = memchr(text, ':', len);
	size_t user = colon != NULL ? (size_t)(colon - text) : len;

	a->password = colon != NULL;
	if (user == 0 || text[0] == '-' ||
	    copy(a->user, sizeof(a->user), text, user) == -1)
		return err_set(err, "the user name before \"@\" is %s",
			       user == 0 ? "missing" : "not usable");
	return 0;
}

/* Where the host ends: behind its bracket, at the colon, or at the end. */
static const char *
host_end(const char *p, const char *end)
{
	const char *q = memchr(p, *p == '[' ? ']' : ':', (size_t)(end - p));

	if (q == NULL)
		return *p == '[' ? NULL : end;
	return *p == '[' ? q + 1 : q;
}

int
conf_authority(const char *text, size_t len, struct authority *a,
	       struct err *err)
{
	const char *end = text + len, *p = text, *q;

	memset(a, 0, sizeof(*a));
	/* The last "@": a password may hold one. */
	for (q = text; q < end; q++)
		if (*q == '@')
			p = q + 1;
	if (p != text && set_user(text, (size_t)(p - 1 - text), a, err) == -1)
		return -1;
	if (p == end)
		return err_set(err, "the host name is missing");
	q = host_end(p, end);
	if (q == NULL)
		return err_set(err, "the \"]\" behind the address is missing");
	if ((*p == '[' ? set_host6(p + 1, (size_t)(q - p) - 2, a, err)
		       : set_host(p, (size_t)(q - p), a, err)) == -1)
		return -1;
	lower(a->host);
	if (q == end)
		return 0;
	if (*q != ':')
		return err_set(err, "unexpected \"%c\" behind the address", *q);
	return set_port(q + 1, (size_t)(end - q) - 1, a, err);
}

/* ------------------------------------------------------ a site's address -- */

static int
site_scheme(const char *text, struct site_url *url, const char **rest)
{
	if (strncmp(text, "https://", 8) == 0) {
		url->https = 1;
		*rest = text + 8;
	} else if (strncmp(text, "http://", 7) == 0)
		*rest = text + 7;
	else
		return -1;
	return 0;
}

int
conf_site_url(const char *text, struct site_url *url, struct err *err)
{
	struct authority a;
	const char *host, *slash;
	int six, own;

	memset(url, 0, sizeof(*url));
	if (site_scheme(text, url, &host) == -1)
		return err_set(
		    err,
		    "\"%.128s\" is no address of a site: write it as in "
		    "\"https://blog.example.org\"",
		    text);
	slash = host + strcspn(host, "/?#");
	if (*slash != '\0' && strcmp(slash, "/") != 0)
		return err_set(
		    err,
		    "a site lives at the root of its host: leave out "
		    "\"%.128s\"",
		    slash);
	if (conf_authority(host, (size_t)(slash - host), &a, err) == -1)
		return -1;
	if (a.user[0] != '\0')
		return err_set(err, "a site's address names no user");
	six = strchr(a.host, ':') != NULL;
	own =
	    a.port[0] == '\0' || strcmp(a.port, url->https ? "443" : "80") == 0;
	snprintf(url->url, sizeof(url->url), "http%s://%s%s%s%s%s",
		 url->https ? "s" : "", six ? "[" : "", a.host, six ? "]" : "",
		 own ? "" : ":", own ? "" : a.port);
	memcpy(url->host, a.host, sizeof(url->host));
	return 0;
}

/* --------------------------------------------------- listening addresses -- */

static int
listen_host(const char *text, size_t len, struct conf_listen *l,
	    struct err *err)
{
	struct authority a;

	if (len == 0 || (len == 1 && text[0] == '*'))
		return copy(l->host, sizeof(l->host), "*", 1);
	memset(&a, 0, sizeof(a));
	if (text[0] == '[' && text[len - 1] == ']') {
		if (set_host6(text + 1, len - 2, &a, err) == -1)
			return -1;
	} else if (set_host(text, len, &a, err) == -1)
		return -1;
	memcpy(l->host, a.host, sizeof(l->host));
	lower(l->host);
	return 0;
}

static int
listen_path(const char *path, struct conf_listen *l, struct err *err)
{
	size_t len = strlen(path);

	if (path[0] != '/')
		return err_set(
		    err, "\"%.128s\": write \"unix:\" and an absolute path",
		    l->text);
	if (len >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return err_set(err, "\"%.64s...\" is too long for a socket",
			       l->text);
	return copy(l->host, sizeof(l->host), path, len);
}

int
conf_listen_address(const char *text, int tls, struct conf_listen *l,
		    struct err *err)
{
	const char *colon = strrchr(text, ':');
	const char *port = colon != NULL ? colon + 1 : text;
	size_t len = strlen(text);

	memset(l, 0, sizeof(*l));
	l->tls = tls;
	if (len >= sizeof(l->text))
		return err_set(err, "\"%.64s...\" is too long", text);
	if (strncmp(text, "unix:", 5) == 0) {
		memcpy(l->text, text, len + 1);
		return listen_path(text + 5, l, err);
	}
	if (!conf_is_port(port, 0))
		return err_set(err,
			       "\"%.128s\" is no address: write \"*:PORT\", "
			       "\"ADDRESS:PORT\" or \"[IPV6]:PORT\"",
			       text);
	memcpy(l->text, text, len + 1);
	copy(l->port, sizeof(l->port), port, strlen(port));
	return listen_host(text, colon != NULL ? (size_t)(colon - text) : 0, l,
			   err);
}

/* ----------------------------------------------------- where proxies are -- */

/* Has the address anything behind the bits that count? */
static int
reaches_beyond(const struct proxy_source *s)
{
	for (unsigned i = s->bits; i < 8 * sizeof(s->address); i++)
		if (s->address[i / 8] >> (7 - i % 8) & 1)
			return 1;
	return 0;
}

static int
set_bits(const char *text, unsigned most, struct proxy_source *s)
{
	unsigned n = 0;

	if (text[0] == '\0' || strlen(text) > 3)
		return -1;
	for (; *text >= '0' && *text <= '9'; text++)
		n = n * 10 + (unsigned)(*text - '0');
	if (*text != '\0' || n > most)
		return -1;
	s->bits = (uint8_t)n;
	return 0;
}

int
conf_proxy_source(const char *text, struct proxy_source *s, struct err *err)
{
	const char *slash = text + strcspn(text, "/");
	int six = strchr(text, ':') != NULL;
	unsigned most = six ? 128 : 32;
	char address[INET6_ADDRSTRLEN];

	memset(s, 0, sizeof(*s));
	s->family = AF_UNSPEC;
	if (strcmp(text, "unix") == 0)
		return 0;
	s->family = six ? AF_INET6 : AF_INET;
	s->bits = (uint8_t)most;
	if (copy(address, sizeof(address), text, (size_t)(slash - text)) ==
		-1 ||
	    inet_pton(s->family, address, s->address) != 1 ||
	    (*slash != '\0' && set_bits(slash + 1, most, s) == -1))
		return err_set(err,
			       "\"%.64s\": write an address, a network as in "
			       "\"10.0.0.0/8\", or \"unix\"",
			       text);
	if (reaches_beyond(s))
		return err_set(err,
			       "\"%.64s\" has bits set behind its first %u",
			       text, (unsigned)s->bits);
	return 0;
}
