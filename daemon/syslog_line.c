/* SPDX-License-Identifier: ISC */
#include "syslog_line.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "utf8.h"

#define BOM "\xef\xbb\xbf"

void
syslog_sender_set(struct syslog_sender *s, const char *host, long pid)
{
	size_t n = 0;

	for (; host[n] != '\0' && n < sizeof(s->host) - 1; n++)
		s->host[n] = host[n] > 0x20 && host[n] < 0x7f ? host[n] : '?';
	if (n == 0)
		s->host[n++] = '-'; /* NILVALUE */
	s->host[n] = '\0';
	s->pid = pid;
}

void
syslog_sender(struct syslog_sender *s)
{
	char host[256] = "";

	if (gethostname(host, sizeof(host) - 1) == -1 ||
	    strcmp(host, "(none)") == 0) /* Linux, where nobody gave it one */
		host[0] = '\0';
	syslog_sender_set(s, host, (long)getpid());
}

/* Section 6.2.3, in UTC. */
static void
put_time(char *out, size_t size, int64_t us)
{
	time_t seconds = (time_t)(us / 1000000);
	struct tm tm;

	if (us < 0 || gmtime_r(&seconds, &tm) == NULL ||
	    tm.tm_year > 9999 - 1900)
		snprintf(out, size, "-");
	else
		snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
			 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			 tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(us % 1000000));
}

static int
is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return 0;
	return 1;
}

/* How much of text fits into room, in whole characters. */
static size_t
fitting(const char *text, size_t room)
{
	size_t left = strlen(text), n = 0;

	while (left > 0) {
		size_t len =
		    utf8_char_len((const unsigned char *)text + n, left);

		if (len == 0 || n + len > room)
			break;
		n += len;
		left -= len;
	}
	return n;
}

size_t
syslog_line(char out[SYSLOG_LINE_MAX], const struct syslog_sender *s,
	    int64_t us, int level, const char *role, const char *text)
{
	char stamp[96];
	size_t n, len;
	int head;

	put_time(stamp, sizeof(stamp), us);
	head = snprintf(out, SYSLOG_LINE_MAX,
			"<%d>1 %s %s blogd %ld %.32s - %s%.32s: ",
			LOG_DAEMON | (level & LOG_PRIMASK), stamp, s->host,
			s->pid, role, is_ascii(text) ? "" : BOM, role);
	if (head < 0)
		return 0;
	n = (size_t)head;
	len = fitting(text, SYSLOG_LINE_MAX - n);
	memcpy(out + n, text, len);
	return n + len;
}
