/* SPDX-License-Identifier: ISC */
#include "activation.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_FD 3  /* SD_LISTEN_FDS_START */
#define CLEAR_OF 16 /* children's numbers, see child.c */

static struct passed passed[PASSED_MAX];
static unsigned npassed;

const struct passed *
activation_at(unsigned n)
{
	return n < npassed ? &passed[n] : NULL;
}

unsigned
activation_count(enum passed_kind kind)
{
	unsigned n = 0;

	for (unsigned i = 0; i < npassed; i++)
		n += passed[i].kind == kind;
	return n;
}

int
activation_owns(int fd)
{
	for (unsigned i = 0; i < npassed; i++)
		if (passed[i].fd == fd && passed[i].kind < PASSED_KINDS)
			return 1;
	return 0;
}

/* ---------------------------------------------------------- where it is -- */

/* -1: nothing that could be an address here. */
static int
address_of(int fd, struct sockaddr_storage *ss, socklen_t *len)
{
	*len = sizeof(*ss);
	memset(ss, 0, sizeof(*ss));
	return getsockname(fd, (struct sockaddr *)ss, len);
}

/* The path of a Unix socket, "" if it has none.  The kernel counts its NUL, if
 * there is room for one. */
static void
path_of(const struct sockaddr_storage *ss, socklen_t len,
	char path[sizeof(((struct sockaddr_un *)0)->sun_path) + 1])
{
	const struct sockaddr_un *sun = (const void *)ss;
	size_t at = offsetof(struct sockaddr_un, sun_path);
	size_t n = len > at ? len - at : 0;

	if (n > sizeof(sun->sun_path))
		n = sizeof(sun->sun_path);
	memcpy(path, sun->sun_path, n);
	path[n] = '\0';
}

static unsigned
port_of(const struct sockaddr_storage *ss)
{
	if (ss->ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)ss)->sin6_port);
	return ntohs(((const struct sockaddr_in *)ss)->sin_port);
}

const char *
activation_where(int fd)
{
	static char text[sizeof(struct sockaddr_un) + INET6_ADDRSTRLEN];
	struct sockaddr_storage ss;
	socklen_t len;
	char host[INET6_ADDRSTRLEN] = "?";

	if (address_of(fd, &ss, &len) == -1)
		return "nowhere";
	if (ss.ss_family == AF_UNIX) {
		path_of(&ss, len, text);
		return text[0] != '\0' ? text : "no path";
	}
	if (ss.ss_family == AF_INET6)
		inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&ss)->sin6_addr,
			  host, sizeof(host));
	else if (ss.ss_family == AF_INET)
		inet_ntop(AF_INET, &((struct sockaddr_in *)&ss)->sin_addr, host,
			  sizeof(host));
	else
		return "an address of another family";
	snprintf(text, sizeof(text),
		 ss.ss_family == AF_INET6 ? "[%s]:%u" : "%s:%u", host,
		 port_of(&ss));
	return text;
}

static int
fits_v6(const struct in6_addr *at, const char *host)
{
	struct in6_addr want;

	if (strcmp(host, "*") == 0)
		return IN6_IS_ADDR_UNSPECIFIED(at);
	if (strcmp(host, "localhost") == 0)
		return IN6_IS_ADDR_LOOPBACK(at);
	return inet_pton(AF_INET6, host, &want) == 1 &&
	       memcmp(at, &want, sizeof(want)) == 0;
}

static int
fits_v4(const struct in_addr *at, const char *host)
{
	struct in_addr want;

	if (strcmp(host, "*") == 0)
		return at->s_addr == htonl(INADDR_ANY);
	if (strcmp(host, "localhost") == 0)
		return at->s_addr == htonl(INADDR_LOOPBACK);
	return inet_pton(AF_INET, host, &want) == 1 &&
	       at->s_addr == want.s_addr;
}

static int
fits_port(const struct sockaddr_storage *ss, const char *port)
{
	char text[8];

	snprintf(text, sizeof(text), "%u", port_of(ss));
	return strcmp(port, "0") == 0 || strcmp(port, text) == 0;
}

int
activation_fits(int fd, const struct conf_listen *a)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];
	struct sockaddr_storage ss;
	socklen_t len;

	if (address_of(fd, &ss, &len) == -1)
		return 0;
	if (ss.ss_family == AF_UNIX) {
		path_of(&ss, len, path);
		return a->port[0] == '\0' && strcmp(path, a->host) == 0;
	}
	if (a->port[0] == '\0' || !fits_port(&ss, a->port))
		return 0;
	if (ss.ss_family == AF_INET6)
		return fits_v6(&((struct sockaddr_in6 *)&ss)->sin6_addr,
			       a->host);
	return ss.ss_family == AF_INET &&
	       fits_v4(&((struct sockaddr_in *)&ss)->sin_addr, a->host);
}

enum passed_kind
activation_kind(const struct conf_listen *a)
{
	if (a->metrics)
		return PASSED_METRICS;
	return a->tls ? PASSED_HTTPS : PASSED_HTTP;
}

/* --------------------------------------------------------- taking them -- */

static int
option_of(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	if (getsockopt(fd, SOL_SOCKET, name, &value, &len) == -1)
		return -1;
	return value;
}

static const char *
type_name(int type)
{
	switch (type) {
	case SOCK_STREAM:
		return "ListenStream=";
	case SOCK_SEQPACKET:
		return "ListenSequentialPacket=";
	default:
		return "something else";
	}
}

/* What a socket unit set up wrongly is told here, and not by readers who wait
 * for nobody. */
static int
check_socket(const struct passed *p, struct err *err)
{
	int want = p->kind == PASSED_DIAL ? SOCK_SEQPACKET : SOCK_STREAM;
	struct sockaddr_storage ss;
	socklen_t len;

	if (option_of(p->fd, SO_TYPE) == -1)
		return err_set(err, "what was passed as %s is no socket",
			       p->name);
	if (option_of(p->fd, SO_TYPE) != want)
		return err_set(err,
			       "the socket passed as %s has the wrong type: "
			       "write %s in its unit",
			       p->name, type_name(want));
	if (option_of(p->fd, SO_ACCEPTCONN) != 1)
		return err_set(err,
			       "the socket passed as %s does not listen: its "
			       "unit needs Accept=no",
			       p->name);
	if (address_of(p->fd, &ss, &len) == -1 ||
	    (ss.ss_family != AF_UNIX &&
	     (p->kind == PASSED_CONTROL || p->kind == PASSED_DIAL ||
	      (ss.ss_family != AF_INET && ss.ss_family != AF_INET6))))
		return err_set(err,
			       "the socket passed as %s is of the wrong "
			       "address family: write %s in its unit",
			       p->name,
			       p->kind >= PASSED_CONTROL
				   ? "a path"
				   : "a port, an address and port, or a path");
	return 0;
}

static void
set_up_socket(int fd)
{
	int on = 1;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	/* Accepted sockets inherit it; a Unix socket knows no delay. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static int
take(struct passed *p, int fd, const char *name, struct err *err)
{
	p->kind = fdnames_kind(name);
	snprintf(p->name, sizeof(p->name), "%s", name);
	if (p->kind == PASSED_NONE)
		return err_set(err,
			       "a descriptor was passed as \"%.64s\": "
			       "FileDescriptorName= has to be https, http, "
			       "metrics or control",
			       name);
	p->fd = fcntl(fd, F_DUPFD_CLOEXEC, CLEAR_OF);
	if (p->fd == -1)
		return err_set(err,
			       "descriptor %d, passed as %s, cannot be taken: "
			       "%s",
			       fd, name, strerror(errno));
	close(fd);
	if (p->kind >= PASSED_KINDS)
		return 0;
	if (check_socket(p, err) == -1)
		return -1;
	set_up_socket(p->fd);
	return 0;
}

static int
is_for_us(void)
{
	const char *pid = getenv("LISTEN_PID");
	char own[16];

	snprintf(own, sizeof(own), "%ld", (long)getpid());
	return pid != NULL && strcmp(pid, own) == 0;
}

static int
take_all(const char *count, const char *texts, struct err *err)
{
	const char *names[PASSED_MAX];
	unsigned n = fdnames_count(count, err);
	char *text;
	int rc;

	if (n == 0)
		return -1;
	if (texts == NULL)
		return err_set(err, "sockets were passed without names: each "
				    "socket unit needs FileDescriptorName=");
	text = strdup(texts);
	if (text == NULL)
		return err_set(err, "out of memory");
	rc = fdnames_split(text, names, n, err);
	for (unsigned i = 0; rc == 0 && i < n; i++, npassed++)
		rc = take(&passed[i], FIRST_FD + (int)i, names[i], err);
	free(text);
	return rc;
}

int
activation_init(struct err *err)
{
	const char *count = getenv("LISTEN_FDS");
	int rc = 0;

	npassed = 0;
	if (count != NULL && is_for_us())
		rc = take_all(count, getenv("LISTEN_FDNAMES"), err);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return rc;
}

int
activation_expects(int dial, struct err *err)
{
	for (unsigned i = 0; i < npassed; i++)
		if (passed[i].kind < PASSED_KINDS &&
		    (passed[i].kind == PASSED_DIAL) != dial)
			return err_set(err,
				       "a socket was passed as %s, which is "
				       "for \"blogd%s\"",
				       passed[i].name, dial ? "" : " --dial");
	return 0;
}

int
activation_control(const char *path, struct err *err)
{
	struct conf_listen at = {.port = ""};
	int fd = -1;

	snprintf(at.host, sizeof(at.host), "%s", path);
	for (unsigned i = 0; i < npassed; i++) {
		if (passed[i].kind != PASSED_CONTROL)
			continue;
		if (!activation_fits(passed[i].fd, &at)) {
			err_set(err,
				"the socket passed as control is at %s, "
				"\"control\" is %s: make both the same",
				activation_where(passed[i].fd),
				path[0] != '\0' ? path : "off");
			return -2;
		}
		fd = passed[i].fd;
	}
	return fd;
}
