/* SPDX-License-Identifier: ISC */
#include "log.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "utf8.h"

static enum log_sink to = LOG_TO_TERMINAL;
static enum log_level most = LOG_LEVEL_INFO;
static int asks; /* before it writes: the parent */
static void (*also)(int level, const char *role, const char *text);

void
log_init(enum log_sink sink, int verbose)
{
	to = sink;
	most = verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
	asks = sink != LOG_TO_PARENT;
}

void
log_patiently(void)
{
	asks = 0;
}

void
log_least(enum log_level least)
{
	most = least;
}

void
log_also(void (*fn)(int level, const char *role, const char *text))
{
	also = fn;
}

/* ------------------------------------------------------ the system's log -- */

static struct {
	int (*open)(void);
	int fd;
	int opening; /* what goes wrong then is not to be logged there */
} sys = {.fd = -1};

static void
open_system(void)
{
	if (sys.open == NULL || sys.opening)
		return;
	sys.opening = 1;
	if (sys.fd != -1)
		close(sys.fd);
	sys.fd = sys.open();
	sys.opening = 0;
}

void
log_system(int (*open)(void))
{
	if (to != LOG_TO_SYSLOG)
		return;
	sys.open = open;
	open_system();
}

/* The local time; strftime(3) would look for the time zone's file again. */
static void
put_stamp(char *out, size_t size)
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr",
					     "May", "Jun", "Jul", "Aug",
					     "Sep", "Oct", "Nov", "Dec"};
	time_t now = time(NULL);
	struct tm tm;

	*out = '\0';
	if (localtime_r(&now, &tm) != NULL)
		snprintf(out, size, "%s %2d %02d:%02d:%02d",
			 months[(unsigned)tm.tm_mon % 12], tm.tm_mday,
			 tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static int
send_to_system(const char *line, size_t n)
{
	return sys.fd == -1
		   ? -1
		   : (int)send(sys.fd, line, n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* RFC 3164 section 4.1, as syslog(3) of libc writes it to a local socket.  Full
 * it loses the line rather than the time; gone it may have come back. */
static void
system_line(int level, const char *role, const char *text)
{
	char line[LOG_LINE + 128], stamp[64];
	size_t n;

	put_stamp(stamp, sizeof(stamp));
	snprintf(line, sizeof(line), "<%d>%s blogd[%ld]: %s: %s",
		 LOG_DAEMON | level, stamp, (long)getpid(), role, text);
	n = strlen(line);
	if (send_to_system(line, n) != -1 || (sys.fd != -1 && errno == EAGAIN))
		return;
	open_system();
	send_to_system(line, n);
}

/* ------------------------------------------------------------------ lines --
 */

enum log_sink
log_sink_of_stderr(void)
{
	const char *stream = getenv("JOURNAL_STREAM"); /* "device:inode" */
	unsigned long long dev, ino;
	struct stat st;

	if (stream == NULL || sscanf(stream, "%llu:%llu", &dev, &ino) != 2 ||
	    fstat(STDERR_FILENO, &st) == -1)
		return LOG_TO_TERMINAL;
	return st.st_dev == dev && st.st_ino == ino ? LOG_TO_JOURNAL
						    : LOG_TO_TERMINAL;
}

/* Copies text to out so that it can be neither mistaken for another line nor
 * steer a terminal: control bytes and what is not UTF-8 become \xNN. */
static size_t
printable(char *out, size_t room, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t left = strlen(text), n = 0;

	while (left > 0) {
		size_t len = utf8_printable_len(p, left);

		if (len == 0) {
			if (n + 4 >= room)
				break;
			snprintf(out + n, 5, "\\x%02x", *p);
			n += 4;
			len = 1;
		} else {
			if (n + len >= room)
				break;
			memcpy(out + n, p, len);
			n += len;
		}
		p += len;
		left -= len;
	}
	out[n] = '\0';
	return n;
}

/* Would a line be taken at once?  Asked by the parent, which must not wait;
 * O_NONBLOCK would be for whoever shares standard error as well.  A pipe that
 * is ready has room for PIPE_BUF bytes.  A child's pipe is its own, and is
 * non-blocking. */
static int
ready(void)
{
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};

	return !asks || poll(&p, 1, 0) != 0;
}

static int
put(const char *line, size_t n)
{
	return ready() && write(STDERR_FILENO, line, n) != -1;
}

/* A full pipe loses the line rather than the time. */
static void
put_line(const char *line, size_t n)
{
	static unsigned lost;
	char text[64];
	int len;

	if (lost > 0) {
		len = snprintf(text, sizeof(text), "%s%u log lines were lost\n",
			       to == LOG_TO_PARENT ? "<4>" : "blogd: ", lost);
		if (put(text, (size_t)len))
			lost = 0;
	}
	if (!put(line, n))
		lost++;
}

/* One line in the form the sink wants, by one write so that lines of several
 * processes do not mix. */
static void
ordinary_line(int level, const char *role, const char *text)
{
	char line[LOG_LINE];
	size_t n = 0;

	if (to == LOG_TO_SYSLOG) {
		char safe[LOG_LINE];

		printable(safe, sizeof(safe), text);
		system_line(level, role, safe);
		return;
	}
	if (to == LOG_TO_PARENT)
		n = (size_t)snprintf(line, sizeof(line), "<%d>", level);
	else if (to == LOG_TO_JOURNAL)
		n = (size_t)snprintf(line, sizeof(line), "<%d>%s: ", level,
				     role);
	else
		n = (size_t)snprintf(line, sizeof(line), "blogd: %s: ", role);
	n += printable(line + n, sizeof(line) - n - 1, text);
	line[n++] = '\n';
	put_line(line, n);
}

static void
line_out(int level, const char *role, const char *text)
{
	char safe[LOG_LINE];

	ordinary_line(level, role, text);
	if (also == NULL)
		return;
	printable(safe, sizeof(safe), text);
	also(level, role, safe);
}

void
log_ordinary(int level, const char *fmt, ...)
{
	char text[LOG_LINE];
	va_list ap;

	if (level > (int)most)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ordinary_line(level, "parent", text);
}

static void vlog(int level, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

static void
vlog(int level, const char *fmt, va_list ap)
{
	char text[LOG_LINE];
	int saved = errno;

	if (level > (int)most)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	line_out(level, "parent", text);
	errno = saved;
}

#define LOG_FUNCTION(name, level)       \
	void name(const char *fmt, ...) \
	{                               \
		va_list ap;             \
                                        \
		va_start(ap, fmt);      \
		vlog(level, fmt, ap);   \
		va_end(ap);             \
	}

LOG_FUNCTION(log_err, LOG_LEVEL_ERR)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARNING)
LOG_FUNCTION(log_notice, LOG_LEVEL_NOTICE)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)

void
log_child_line(const char *role, const char *line)
{
	int level = LOG_LEVEL_WARNING; /* libraries' and sanitizers' output */

	if (line[0] == '<' && line[1] >= '0' && line[1] <= '7' &&
	    line[2] == '>') {
		level = line[1] - '0';
		line += 3;
	}
	if (level > (int)most)
		return;
	line_out(level, role, line);
}

void
fatal(const char *fmt, ...)
{
	char text[LOG_LINE];
	int saved = errno;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_err("%s: %s", text, strerror(saved));
	_exit(1);
}

void
fatalx(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vlog(LOG_LEVEL_ERR, fmt, ap);
	va_end(ap);
	_exit(1);
}
