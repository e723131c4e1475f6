/* SPDX-License-Identifier: ISC */
/*
 * log: writes the access log.  It reads lines from the serve processes and has
 * one descriptor to write them to, so that a disk that stands still holds up
 * nobody else.  What serve sends is what strangers sent: whoever took it over
 * can write false lines, but neither half ones nor what steers a terminal.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../sandbox/sandbox.h"
#include "hostile.h"
#include "http/access_log.h"
#include "ipc.h"
#include "log.h"
#include "proc.h"
#include "settings.h"

#define OUTPUT STDOUT_FILENO /* the filter knows no other but the log's */
/* Of one serve process when it is time to end: more than its channel holds. */
#define REST_MAX 1024

static struct {
	struct start start;
	struct log_settings settings;
	int channel[START_FDS_MAX];
	unsigned n;
	uint64_t lost;	     /* lines, since writing last worked */
	int torn;	     /* the last line that was written has no end */
	size_t at_once;	     /* bytes, for which one write is never divided */
	char printable[256]; /* what is written for each byte */
	char data[ACCESS_BATCH + 1];
} l;

/* -------------------------------------------------------------- writing -- */

static void
wait_until(short events, int fd)
{
	struct pollfd p = {.fd = fd, .events = events};

	ppoll(&p, 1, NULL, NULL);
}

/* 0, or -1 with errno when not all was written. */
static int
write_all(const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(OUTPUT, data, len);

		if (n >= 0) {
			data += n;
			len -= (size_t)n;
			l.torn = len > 0;
		} else if (errno == EAGAIN) {
			wait_until(POLLOUT, OUTPUT);
		} else if (errno != EINTR) {
			return -1;
		}
	}
	return 0;
}

static unsigned
count_lines(const char *data, size_t len)
{
	unsigned n = 0;

	for (size_t i = 0; i < len; i++)
		n += data[i] == '\n';
	return n;
}

static void
tell_lost(void)
{
	if (l.lost > 0)
		log_warn("%llu lines of the access log could not be written",
			 (unsigned long long)l.lost);
	l.lost = 0;
}

/* A full disk is told of once, and once more when it is over. */
static void
write_lines(const char *data, size_t len)
{
	if ((l.torn && write_all("\n", 1) == -1) ||
	    write_all(data, len) == -1) {
		if (l.lost == 0)
			log_err("cannot write the access log: %s",
				strerror(errno));
		l.lost += count_lines(data, len);
	} else {
		tell_lost();
	}
}

/* As many whole lines as are not mixed with others': a file takes all that is
 * written at once, a pipe PIPE_BUF bytes. */
static size_t
piece(const char *data, size_t len)
{
	const char *end;

	if (len <= l.at_once)
		return len;
	end = memrchr(data, '\n', l.at_once);
	if (end == NULL)
		end = memchr(data, '\n', len);
	return (size_t)(end + 1 - data);
}

/* -------------------------------------------------------------- reading -- */

/* Makes lines of it, whatever it is; returns the new length. */
static size_t
clean(char *data, size_t len)
{
	if (data[len - 1] != '\n')
		data[len++] = '\n';
	for (size_t i = 0; i < len; i++)
		data[i] = l.printable[(unsigned char)data[i]];
	return len;
}

/* One message.  1, or 0 when there is none.  An empty packet is not the end
 * unless the other side is gone: the next serve will use the channel. */
static int
take(int *channel, int hung_up)
{
	ssize_t n = read(*channel, l.data, sizeof(l.data) - 1);
	size_t len, done = 0;

	if (n == -1)
		return 0;
	if (n == 0) {
		if (hung_up)
			*channel = -1; /* poll leaves it out */
		return 0;
	}
	hostile_line((struct slice){l.data, (size_t)n});
	len = clean(l.data, (size_t)n);
	while (done < len) {
		size_t now = piece(l.data + done, len - done);

		write_lines(l.data + done, now);
		done += now;
	}
	return 1;
}

static void
take_the_rest(void)
{
	for (unsigned i = 0; i < l.n; i++)
		for (int m = 0; m < REST_MAX && take(&l.channel[i], 0); m++)
			continue;
}

/* ---------------------------------------------------------- the process -- */

static void
set_up_output(void)
{
	int fd = start_fd(&l.start, SLOT_ACCESS_LOG, 0);
	struct stat st;

	if (fd == -1 || dup2(fd, OUTPUT) == -1 || fstat(OUTPUT, &st) == -1)
		fatalx("no access log was given");
	close(fd);
	l.at_once = S_ISREG(st.st_mode) ? sizeof(l.data) : PIPE_BUF;
	for (int c = 0; c < 256; c++)
		l.printable[c] =
		    (c < 0x20 && c != '\n') || c == 0x7f ? '?' : (char)c;
}

static void
set_up_channels(void)
{
	int fd;

	while ((fd = start_fd(&l.start, SLOT_ACCESS, l.n)) != -1) {
		if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
			fatal("channel from serve");
		l.channel[l.n++] = fd;
	}
	if (l.n != l.settings.writers)
		fatalx("%u channels, not %u", l.n, l.settings.writers);
}

static void
loop(void)
{
	struct pollfd p[1 + START_FDS_MAX];

	for (;;) {
		p[0] = (struct pollfd){.fd = CONTROL_FD, .events = POLLIN};
		for (unsigned i = 0; i < l.n; i++)
			p[1 + i] = (struct pollfd){.fd = l.channel[i],
						   .events = POLLIN};
		if (ppoll(p, 1 + l.n, NULL, NULL) == -1) {
			if (errno == EINTR)
				continue;
			fatal("ppoll");
		}
		/* The parent has nothing to say but that this is the end. */
		if (p[0].revents != 0)
			return;
		for (unsigned i = 0; i < l.n; i++)
			if (p[1 + i].revents != 0)
				take(&l.channel[i], p[1 + i].revents & POLLHUP);
	}
}

void
logger_main(void)
{
	signal(SIGPIPE, SIG_IGN);
	start_recv(&l.start, ROLE_LOG, &l.settings, sizeof(l.settings));
	set_up_output();
	set_up_channels();
	sandbox_enter(ROLE_LOG, VARIANT_PLAIN, -1);
	sandbox_filter(ROLE_LOG, VARIANT_PLAIN);
	ipc_send_text(&l.start.parent, MSG_READY, sandbox_report());
	loop();
	take_the_rest();
	tell_lost();
	_exit(0);
}
