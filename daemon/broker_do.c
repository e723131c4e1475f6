/* SPDX-License-Identifier: ISC */
/* What the broker does for the parent, and what it refuses. */
#include "broker.h"

#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "listen_unix.h"
#include "memfd.h"
#include "socket_listen.h"
#include "spawn.h"
#include "syslog_address.h"

/* What all configurations so far name, each for its own purpose: a key is not
 * to be written to, a log not to be removed as if it were a socket. */
static struct known {
	char **list;
	size_t n;
} files, logs, sockets, dials, addresses, servers;
static int confined;
static const struct conf_options *options;

/* ------------------------------------------------------- what is known -- */

static int
is_known(const struct known *k, const char *text)
{
	for (size_t i = 0; i < k->n; i++)
		if (strcmp(k->list[i], text) == 0)
			return 1;
	return 0;
}

static void
learn(struct known *k, const char *text)
{
	if (text[0] == '\0' || is_known(k, text))
		return;
	k->list = xreallocarray(k->list, k->n + 1, sizeof(*k->list));
	k->list[k->n++] = xstrndup(text, strlen(text));
}

/* "host port": neither has a space in it. */
static const char *
address_text(const char *host, const char *port)
{
	static char text[ASK_TEXT_MAX + 16];

	snprintf(text, sizeof(text), "%s %s", host, port);
	return text;
}

static void
learn_listeners(const struct conf *conf)
{
	for (uint32_t i = 0; i < conf->nlisten; i++) {
		const struct conf_listen *l = &conf->listen[i];

		if (l->port[0] == '\0')
			learn(&sockets, l->host);
		else
			learn(&addresses, address_text(l->host, l->port));
	}
}

void
broker_learn(const struct conf *conf)
{
	const struct conf_site *s = &conf->site;

	learn_listeners(conf);
	learn(&sockets, conf->control);
	if (conf->access.to == ACCESS_FILE)
		learn(&logs, conf->access.path);
	learn(&servers, conf->syslog);
	learn(&files, s->ca);
	learn(&files, s->ssh_key);
	learn(&files, s->password);
	learn(&dials, s->dial_socket);
	if (s->git.transport == GIT_LOCAL)
		learn(&files, s->git.path);
	for (uint32_t i = 0; i < s->ncerts; i++) {
		learn(&files, s->cert[i].certificate);
		learn(&files, s->cert[i].key);
	}
}

void
broker_confine(void)
{
	confined = 1;
}

void
broker_options(const struct conf_options *opt)
{
	options = opt;
}

static int
may(const struct known *k, const char *text)
{
	if (!confined || is_known(k, text))
		return 1;
	errno = EPERM;
	return 0;
}

/* ---------------------------------------------------------------- files -- */

/* Where systems keep the certificates that they trust. */
static const char *
system_ca(void)
{
	static const char *const bundles[] = {
	    "/etc/ssl/certs/ca-certificates.crt", /* Debian */
	    "/etc/ssl/cert.pem",		  /* FreeBSD, Alpine */
	    "/etc/pki/tls/certs/ca-bundle.crt",	  /* Fedora */
	};
	size_t i, n = sizeof(bundles) / sizeof(bundles[0]);

	for (i = 0; i + 1 < n && access(bundles[i], R_OK) == -1; i++)
		continue;
	return bundles[i];
}

/* Nothing but a file: to open a pipe could take for ever. */
static int
open_to_append(const char *path)
{
	int fd = open(path,
		      O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK |
			  O_NOCTTY | O_CLOEXEC,
		      0640);
	struct stat st;

	if (fd == -1 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		return fd;
	close(fd);
	errno = EOPNOTSUPP;
	return -1;
}

static int
open_file(enum broker_file how, const char *path)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY;

	if (how == BROKER_CA && path[0] == '\0')
		return open(system_ca(), flags);
	if (how == BROKER_APPEND)
		return may(&logs, path) ? open_to_append(path) : -1;
	if (!may(&files, path))
		return -1;
	return open(path, flags | (how == BROKER_DIRECTORY ? O_DIRECTORY : 0));
}

/* ------------------------------------------------------------ addresses -- */

static int
same_host(const struct msg_address *a, const struct msg_address *b)
{
	const struct sockaddr_in *a4 = (const void *)&a->to;
	const struct sockaddr_in *b4 = (const void *)&b->to;
	const struct sockaddr_in6 *a6 = (const void *)&a->to;
	const struct sockaddr_in6 *b6 = (const void *)&b->to;

	if (a->to.ss_family != b->to.ss_family)
		return 0;
	if (a->to.ss_family == AF_INET)
		return a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	return a->to.ss_family == AF_INET6 &&
	       memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof(a6->sin6_addr)) ==
		   0;
}

static in_port_t
port_of(const struct msg_address *a)
{
	return a->to.ss_family == AF_INET6
		   ? ((const struct sockaddr_in6 *)(const void *)&a->to)
			 ->sin6_port
		   : ((const struct sockaddr_in *)(const void *)&a->to)
			 ->sin_port;
}

/* What was looked up.  Port 0 stands for whatever port that became. */
static struct {
	struct msg_address *list;
	size_t n;
} found;

static int
was_found(const struct msg_address *a)
{
	for (size_t i = 0; i < found.n; i++) {
		const struct msg_address *f = &found.list[i];

		if (same_host(f, a) &&
		    (port_of(f) == 0 || port_of(f) == port_of(a)))
			return 1;
	}
	return 0;
}

static void
remember(const struct msg_address *a)
{
	for (size_t i = 0; i < found.n; i++)
		if (same_host(&found.list[i], a) &&
		    port_of(&found.list[i]) == port_of(a))
			return;
	found.list =
	    xreallocarray(found.list, found.n + 1, sizeof(*found.list));
	found.list[found.n++] = *a;
}

static void
take_addresses(const struct addrinfo *ai, struct msg_answer *answer)
{
	for (; ai != NULL && answer->n < ADDRESSES_MAX; ai = ai->ai_next) {
		struct msg_address *a = &answer->address[answer->n];

		if (ai->ai_addrlen > sizeof(a->to))
			continue;
		memcpy(&a->to, ai->ai_addr, ai->ai_addrlen);
		a->len = ai->ai_addrlen;
		remember(a);
		answer->n++;
	}
}

static void
resolve(const struct msg_ask *ask, struct msg_answer *answer)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
				 .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	int any = strcmp(ask->text, "*") == 0, e;
	struct addrinfo *list;

	if (!may(&addresses, address_text(ask->text, ask->port))) {
		err_set(&answer->err, "%s", strerror(errno));
		return;
	}
	/* What a name server says is not to be waited for. */
	if (strcmp(ask->text, "localhost") != 0)
		hints.ai_flags |= AI_NUMERICHOST;
	e = getaddrinfo(any ? NULL : ask->text, ask->port, &hints, &list);
	if (e != 0) {
		err_set(&answer->err, "%s",
			e == EAI_NONAME
			    ? "give its address, names are not looked up"
			    : gai_strerror(e));
		return;
	}
	take_addresses(list, answer);
	freeaddrinfo(list);
}

static int
listen_at(const struct msg_address *a, int sharing)
{
	if (a->len > sizeof(a->to) || (confined && !was_found(a))) {
		errno = EPERM;
		return -1;
	}
	return socket_listen((const struct sockaddr *)&a->to, a->len, sharing);
}

/* -------------------------------------------------------- Unix sockets -- */

static int
listen_at_path(const struct msg_ask *ask, struct msg_answer *answer)
{
	if (!may(&sockets, ask->text)) {
		err_set(&answer->err, "%s: %s", ask->text, strerror(errno));
		return -1;
	}
	return listen_unix(ask->text, (mode_t)ask->number[0],
			   (int)ask->number[1], &answer->file, &answer->err);
}

static int
open_syslog(void)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX,
				  .sun_path = "/dev/log"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

#ifdef __FreeBSD__
	memcpy(sun.sun_path, "/var/run/log", sizeof("/var/run/log"));
#endif
	if (fd == -1 ||
	    connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* What comes back is never read, and need not be kept. */
static int
open_syslog_server(const char *text)
{
	struct msg_address a;
	int fd, e, least = 1;

	if (!may(&servers, text))
		return -1;
	if (syslog_address(text, &a, NULL) == -1) {
		errno = EINVAL;
		return -1;
	}
	fd = socket(a.to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    0);
	if (fd == -1)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least));
	if (connect(fd, (const struct sockaddr *)&a.to, a.len) == 0)
		return fd;
	e = errno;
	close(fd);
	errno = e;
	return -1;
}

/* Nobody is waited for: a full queue is an error. */
static int
connect_dial(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	size_t len = strlen(path);
	int fd, e;

	if (!may(&dials, path))
		return -1;
	if (len >= sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(sun.sun_path, path, len + 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 ||
	    connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	e = errno;
	close(fd);
	errno = e;
	return -1;
}

/* -------------------------------------------------------- configuration -- */

static int
loaded_memfd(const struct broker_loaded *loaded, const char *text,
	     struct err *err)
{
	size_t size = sizeof(*loaded) + loaded->len;
	void *map;
	int fd = memfd_map_new("configuration", size, &map, err);

	if (fd == -1)
		return -1;
	memcpy(map, loaded, sizeof(*loaded));
	memcpy((char *)map + sizeof(*loaded), text, loaded->len);
	if (memfd_seal(fd, map, size, err) == 0)
		return fd;
	close(fd);
	return -1;
}

static int
load(struct err *err)
{
	static struct broker_loaded loaded;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int fd;

	if (out == NULL)
		return err_set(err, "out of memory");
	memset(&loaded, 0, sizeof(loaded));
	loaded.problems = conf_load(&loaded.conf, options, out);
	fclose(out);
	loaded.len = (uint32_t)len;
	if (loaded.problems == 0)
		broker_learn(&loaded.conf);
	fd = loaded_memfd(&loaded, text, err);
	free(text);
	return fd;
}

/* ------------------------------------------------------------ questions -- */

static int
do_descriptor(const struct msg_ask *ask, struct msg_answer *answer)
{
	switch (ask->what) {
	case ASK_OPEN:
		return open_file(ask->number[0], ask->text);
	case ASK_LISTEN:
		return listen_at(&ask->address, ask->number[0] != 0);
	case ASK_LISTEN_UNIX:
		return listen_at_path(ask, answer);
	case ASK_CONFIGURATION:
		return load(&answer->err);
	case ASK_SYSLOG:
		return open_syslog();
	case ASK_SYSLOG_SERVER:
		return open_syslog_server(ask->text);
	case ASK_CONNECT_DIAL:
		return connect_dial(ask->text);
	default:
		errno = EINVAL;
		return -1;
	}
}

static void
do_spawn(const struct msg_ask *ask, const int *fds, unsigned nfds,
	 struct msg_answer *answer)
{
	enum role role = ask->number[0];

	if (nfds != 2 || role >= ROLE__MAX || role == ROLE_PARENT ||
	    role == ROLE_BROKER) {
		answer->error = EINVAL;
		return;
	}
	answer->pid = spawn_role(role, fds[0], fds[1]);
	if (answer->pid == -1)
		answer->error = errno;
}

int
broker_do(const struct msg_ask *ask, const int *fds, unsigned nfds,
	  struct msg_answer *answer)
{
	int fd = -1;

	memset(answer, 0, sizeof(*answer));
	if (memchr(ask->text, '\0', sizeof(ask->text)) == NULL ||
	    memchr(ask->port, '\0', sizeof(ask->port)) == NULL) {
		answer->error = EINVAL;
	} else if (ask->what == ASK_SPAWN) {
		do_spawn(ask, fds, nfds, answer);
	} else if (ask->what == ASK_RESOLVE) {
		resolve(ask, answer);
	} else if (ask->what == ASK_UNLISTEN_UNIX) {
		if (may(&sockets, ask->text))
			unlisten_unix(ask->text, &ask->file);
	} else {
		fd = do_descriptor(ask, answer);
		if (fd == -1)
			answer->error = errno != 0 ? errno : EIO;
	}
	return fd;
}
