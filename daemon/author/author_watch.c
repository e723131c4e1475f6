/* SPDX-License-Identifier: ISC */
#include "author_watch.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/inotify.h>
#endif

/* An editor writes, renames and sets rights in one go: so long nothing more
 * must happen, and so long that is waited for at most. */
#define QUIET_MS 20
#define ROUNDS	 25
#define LOOK_MS	 500

struct author_watch {
	int fd;	    /* -1: looks have to do */
	int newest; /* of its watches; numbers only rise */
};

/* ---- what the system tells ---- */

#ifdef __linux__
#define EVENTS                                                               \
	(IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |            \
	 IN_MOVED_TO | IN_ATTRIB | IN_MODIFY | IN_DELETE_SELF | IN_ONLYDIR | \
	 IN_DONT_FOLLOW)

static int
open_watch(void)
{
	return inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
}

/* Adding one that is watched changes nothing. */
static int
add_watch(int fd, const char *path)
{
	return inotify_add_watch(fd, path, EVENTS);
}
#else
static int
open_watch(void)
{
	return -1;
}

static int
add_watch(int fd, const char *path)
{
	(void)fd, (void)path;
	return -1;
}
#endif

struct author_watch *
author_watch_new(void)
{
	struct author_watch *w = xcalloc(1, sizeof(*w));

	w->fd = open_watch();
	w->newest = -1;
	return w;
}

static void
give_up(struct author_watch *w)
{
	close(w->fd);
	w->fd = -1;
}

/* 1: it was not watched before; 0: it was; -1. */
static int
add(struct author_watch *w, const char *path)
{
	int number = add_watch(w->fd, path);

	if (number <= w->newest)
		return number == -1 ? -1 : 0;
	w->newest = number;
	return 1;
}

int
author_watch_update(struct author_watch *w, const struct author_tree *t,
		    const char *git_dir)
{
	struct buf path = {0};
	int more = 0;

	for (size_t i = 0; w->fd != -1 && i < t->ndirs; i++) {
		int r;

		buf_clear(&path);
		buf_printf(&path, "%s/%s", t->dir, t->dirs[i]);
		r = add(w, buf_cstr(&path));
		more |= r == 1;
		/* A directory that is gone has told so. */
		if (r == -1 && access(buf_cstr(&path), F_OK) == 0)
			give_up(w);
	}
	if (w->fd != -1 && git_dir != NULL)
		more |= add(w, git_dir) == 1;
	buf_free(&path);
	return more;
}

/* ---- waiting ---- */

/* 1 when w told something within ms. */
static int
told(struct author_watch *w, int ms)
{
	struct pollfd p = {.fd = w->fd, .events = POLLIN};
	char events[4096];

	if (poll(&p, 1, ms) != 1)
		return 0;
	while (read(w->fd, events, sizeof(events)) > 0)
		continue;
	return 1;
}

int
author_watch_wait(struct author_watch *w, int fd, int anywhere)
{
	struct pollfd p[2] = {{.fd = fd, .events = POLLIN},
			      {.fd = w->fd, .events = POLLIN}};
	int rounds = ROUNDS;

	poll(p, 2, w->fd == -1 || anywhere ? LOOK_MS : -1);
	if (p[0].revents != 0)
		return 0;
	while (w->fd != -1 && rounds-- > 0 && told(w, QUIET_MS))
		continue;
	return 1;
}
