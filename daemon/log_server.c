/* SPDX-License-Identifier: ISC */
#include "log_server.h"

#include <sys/socket.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "syslog_address.h"
#include "syslog_line.h"

/* For so long there must have been no refusal, which comes with some later
 * line, before all is well; and so often another socket is asked for. */
#define QUIET_MS 10000

static struct {
	struct syslog_sender sender;
	char address[SYSLOG_ADDRESS_MAX];
	int (*connect)(const char *address);
	int fd;
	int connecting; /* what is logged meanwhile does not go to the server */
	int failing;
	int64_t failed_at, asked_at; /* clock_ms; 0: never */
	unsigned long lost;
} server = {.fd = -1};

static int64_t
now_us(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_REALTIME, &t) == -1)
		return -1;
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ------------------------------------------------------------ what is told --
 */

static void
fails(int error)
{
	server.lost++;
	server.failed_at = clock_ms();
	if (server.failing)
		return;
	server.failing = 1;
	log_ordinary(LOG_LEVEL_WARNING,
		     "syslog: %s does not take the log: %s; it goes on here, "
		     "and there once that is over",
		     server.address, strerror(error));
}

/* Is the server there again? */
static void
works(void)
{
	unsigned long lost = server.lost;

	if (!server.failing || clock_ms() - server.failed_at < QUIET_MS)
		return;
	server.failing = 0;
	server.lost = 0;
	log_notice("syslog: %s takes the log again; %lu lines or more were "
		   "lost to it",
		   server.address, lost);
}

/* ------------------------------------------------------------ the socket -- */

static void
disconnect(void)
{
	if (server.fd != -1)
		close(server.fd);
	server.fd = -1;
}

static int
try_to_connect(void)
{
	int e;

	server.asked_at = clock_ms();
	server.connecting = 1;
	server.fd = server.connect(server.address);
	e = errno;
	server.connecting = 0;
	errno = e;
	return server.fd == -1 ? -1 : 0;
}

static int
send_line(const char *line, size_t n)
{
	if (server.fd == -1) {
		errno = ENOTCONN;
		return -1;
	}
	return send(server.fd, line, n, MSG_NOSIGNAL | MSG_DONTWAIT) == -1 ? -1
									   : 0;
}

/* Would another socket do better?  It has the address of a route that there
 * was, and may have been connected before there was any. */
static int
is_worn(int error)
{
	return error != EAGAIN && error != ENOBUFS && error != ECONNREFUSED &&
	       (server.asked_at == 0 ||
		clock_ms() - server.asked_at >= QUIET_MS);
}

/* Refused was a line before this one. */
static int
send_again(const char *line, size_t n)
{
	fails(ECONNREFUSED);
	if (send_line(line, n) == 0)
		return 0;
	return -1;
}

static void
deliver(const char *line, size_t n)
{
	int e;

	if (send_line(line, n) == 0) {
		works();
		return;
	}
	if (errno == ECONNREFUSED && send_again(line, n) == 0)
		return;
	e = errno;
	if (is_worn(e)) {
		disconnect();
		if (try_to_connect() == 0 && send_line(line, n) == 0)
			return;
		e = errno;
	}
	fails(e);
}

static void
also(int level, const char *role, const char *text)
{
	char line[SYSLOG_LINE_MAX];

	if (server.connecting)
		return;
	server.sender.pid = (long)getpid(); /* another in the background */
	deliver(line,
		syslog_line(line, &server.sender, now_us(), level, role, text));
}

/* ------------------------------------------------------------------ start --
 */

void
log_server_use(const char *address, int (*connect)(const char *address))
{
	if (strcmp(address, server.address) == 0)
		return;
	if (address[0] == '\0')
		log_notice("syslog: %s gets no more lines", server.address);
	log_also(NULL);
	disconnect();
	server.failing = 0;
	server.lost = 0;
	server.connect = connect;
	snprintf(server.address, sizeof(server.address), "%s", address);
	if (address[0] == '\0')
		return;
	if (server.sender.host[0] == '\0')
		syslog_sender(&server.sender);
	if (try_to_connect() == -1)
		fails(errno);
	log_also(also);
	log_info("syslog: the log goes to %s as well", address);
}
