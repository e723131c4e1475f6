/* SPDX-License-Identifier: ISC */
/*
 * blogctl: asks a running blogd how it is.  It connects to the control socket
 * and prints what comes; blogd reads nothing from it.
 */
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../daemon/control.h"

#define ANSWER_S 10

enum { GOOD, BAD, NO_ANSWER };

static const char usage[] = "usage: blogctl [-j] [-s socket] status\n"
			    "       blogctl -h | -V\n";

struct options {
	const char *socket;
	int json;
};

static void __attribute__((format(printf, 1, 2), noreturn))
fail(const char *fmt, ...)
{
	va_list ap;

	fputs("blogctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(NO_ANSWER);
}

static void __attribute__((noreturn)) misused(void)
{
	fputs(usage, stderr);
	exit(NO_ANSWER);
}

/* ----------------------------------------------------------- connecting -- */

static void __attribute__((noreturn)) cannot_connect(const char *path)
{
	switch (errno) {
	case ENOENT:
		fail("%s: there is no such socket: blogd does not run, or its "
		     "\"control\" is another one (name it with -s)",
		     path);
	case ECONNREFUSED:
		fail("%s: nobody answers: blogd does not run", path);
	case EACCES:
	case EPERM:
		fail("%s: permission denied: this is for root, or for whom "
		     "blogd becomes",
		     path);
	case EAGAIN:
		fail("%s: blogd is too busy to answer", path);
	default:
		fail("%s: %s", path, strerror(errno));
	}
}

static int
connect_to(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	struct timeval tv = {ANSWER_S, 0};
	int fd, room = CONTROL_MAX;

	if (strlen(path) >= sizeof(sun.sun_path))
		fail("%s: the path is too long for a socket", path);
	memcpy(sun.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		fail("socket: %s", strerror(errno));
	/* blogd does not wait for room.  On FreeBSD it is the receiver's. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	if (connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) == -1)
		cannot_connect(path);
	return fd;
}

/* All that comes, and a NUL; returns how much. */
static size_t
receive(int fd, const char *path, char *answer, size_t room)
{
	size_t len = 0;
	ssize_t n;

	while (len < room - 1) {
		n = read(fd, answer + len, room - 1 - len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			fail("%s: no answer within %d s", path, ANSWER_S);
		if (n == -1)
			fail("%s: %s", path, strerror(errno));
		if (n == 0)
			break;
		len += (size_t)n;
	}
	answer[len] = '\0';
	return len;
}

/* --------------------------------------------------------------- status -- */

/* A decimal number of at most CONTROL_MAX, and the byte behind it. */
static size_t
number(const char **at, char end, const char *path)
{
	size_t n = 0;
	const char *p = *at;

	while (*p >= '0' && *p <= '9' && n <= CONTROL_MAX)
		n = n * 10 + (size_t)(*p++ - '0');
	if (p == *at || *p != end || n > CONTROL_MAX)
		fail("%s: this is no answer of blogd", path);
	*at = p + 1;
	return n;
}

static int
status(const struct options *o)
{
	static char answer[CONTROL_MAX];
	int fd = connect_to(o->socket);
	size_t len = receive(fd, o->socket, answer, sizeof(answer));
	const char *at = answer + strlen(CONTROL_GREETING);
	size_t good, text, json;

	close(fd);
	if (strncmp(answer, CONTROL_GREETING, strlen(CONTROL_GREETING)) != 0)
		fail("%s: this is no answer of blogd", o->socket);
	good = number(&at, ' ', o->socket);
	text = number(&at, ' ', o->socket);
	json = number(&at, '\n', o->socket);
	if (text + json != len - (size_t)(at - answer))
		fail("%s: the answer was cut short", o->socket);
	if (o->json)
		fwrite(at + text, 1, json, stdout);
	else
		fwrite(at, 1, text, stdout);
	if (fflush(stdout) == EOF)
		fail("standard output: %s", strerror(errno));
	return good ? GOOD : BAD;
}

/* --------------------------------------------------------- command line -- */

/* Up to the first word that is none; returns where that is.  "+" keeps glibc
 * from looking further. */
static int
read_options(struct options *o, int argc, char **argv)
{
	int c;

	optind = 1;
	while ((c = getopt(argc, argv, "+hjs:V")) != -1) {
		switch (c) {
		case 'h':
			fputs(usage, stdout);
			exit(0);
		case 'j':
			o->json = 1;
			break;
		case 's':
			o->socket = optarg;
			break;
		case 'V':
			puts("blogctl " PACKAGE_VERSION);
			exit(0);
		default:
			misused();
		}
	}
	return optind;
}

int
main(int argc, char *argv[])
{
	struct options o = {.socket = CONTROL_PATH};
	int word = read_options(&o, argc, argv);

	if (word == argc || strcmp(argv[word], "status") != 0)
		misused();
	/* More may follow the command, which stands for the program's name. */
	argc -= word;
	argv += word;
	if (read_options(&o, argc, argv) != argc)
		misused();
	return status(&o);
}
