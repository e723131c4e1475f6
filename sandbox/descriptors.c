/* SPDX-License-Identifier: ISC */
#include "descriptors.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../daemon/log.h"

/* Where no directory lists them: beyond what is given at a start. */
#define SEARCHED 4096

/* What a descriptor may be, as sets of bits. */
enum {
	CHANNEL = 1 << 0,   /* a connected Unix socket */
	LISTENER = 1 << 1,  /* a socket that accepts */
	MEMORY = 1 << 2,    /* memfd */
	WAITING = 1 << 3,   /* libevent: epoll and such, pipes */
	DIRECTORY = 1 << 4, /* the repository's */
	FOREIGN = 1 << 5,   /* all else: files, devices, other sockets */
};

/* Of each role, above the four it starts with. */
static const struct {
	unsigned kinds;
	unsigned own; /* what it opened by itself, or its libraries */
} allowed[ROLE__MAX] = {
    [ROLE_DIAL] = {CHANNEL, 2},
    [ROLE_GIT] = {CHANNEL | DIRECTORY, 0},
    [ROLE_RENDER] = {CHANNEL | MEMORY, 0},
    [ROLE_KEYS] = {CHANNEL, 0},
    [ROLE_SERVE] = {CHANNEL | LISTENER | MEMORY | WAITING, 5},
    [ROLE_LOG] = {CHANNEL, 0},
};

static unsigned
kind_of_socket(int fd)
{
	struct sockaddr_un sun;
	socklen_t len = sizeof(sun), size = sizeof(int);
	int listens = 0;

	getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size);
	if (listens)
		return LISTENER;
	if (getsockname(fd, (struct sockaddr *)&sun, &len) == 0 &&
	    sun.sun_family == AF_UNIX)
		return CHANNEL;
	return FOREIGN;
}

static unsigned
kind_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return FOREIGN;
	if (S_ISSOCK(st.st_mode))
		return kind_of_socket(fd);
	if (S_ISDIR(st.st_mode))
		return DIRECTORY;
	if (fcntl(fd, F_GET_SEALS) != -1)
		return MEMORY;
	/* epoll and its relatives have no type, kqueue has a pipe's. */
	return S_ISFIFO(st.st_mode) || (st.st_mode & S_IFMT) == 0 ? WAITING
								  : FOREIGN;
}

#ifdef __linux__
static void
each_of(DIR *dir, void (*fn)(int fd, void *arg), void *arg)
{
	struct dirent *entry;

	while ((entry = readdir(dir)) != NULL) {
		int fd = atoi(entry->d_name);

		if (fd > CONTROL_FD && fd != dirfd(dir))
			fn(fd, arg);
	}
}
#endif

/* Calls fn for all but the four. */
static void
each(void (*fn)(int fd, void *arg), void *arg)
{
#ifdef __linux__
	DIR *dir = opendir("/proc/self/fd");

	if (dir != NULL) {
		each_of(dir, fn, arg);
		closedir(dir);
		return;
	}
#endif
	for (int fd = CONTROL_FD + 1; fd < SEARCHED; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			fn(fd, arg);
}

static void
one_too_many(int fd, void *arg)
{
	(void)arg;
	fatalx("descriptor %d was inherited, which nobody gave", fd);
}

void
descriptors_none(void)
{
	each(one_too_many, NULL);
}

struct counted {
	enum role role;
	unsigned kinds;
	unsigned n;
};

static void
count(int fd, void *arg)
{
	struct counted *c = arg;

	c->n++;
	if (!(kind_of(fd) & c->kinds))
		fatalx("the sandbox leaks: descriptor %d is open, which %s may "
		       "not have",
		       fd, role_name(c->role));
}

void
descriptors_check(enum role role, unsigned given)
{
	struct counted c = {role, allowed[role].kinds, 0};

	each(count, &c);
	if (c.n > given + allowed[role].own)
		fatalx("the sandbox leaks: %s has %u descriptors, but was "
		       "given %u",
		       role_name(role), c.n, given);
}
