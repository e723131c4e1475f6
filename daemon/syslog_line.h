/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SYSLOG_LINE_H
#define BLOGD_SYSLOG_LINE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A message of the syslog protocol, RFC 5424 section 6:
 *
 *	<PRI>1 TIME HOST blogd PID ROLE - ROLE: TEXT
 *
 * The facility is "daemon".  The role is the MSGID, to be filtered by, and
 * stands in front of the text as well, as most receivers write no more than
 * that.  Text that is more than ASCII gets the mark that section 6.4 asks for.
 */

/* What each receiver of RFC 5426 section 3.2 takes over IPv6, and no path
 * divides.  Longer messages are cut, between two characters. */
#define SYSLOG_LINE_MAX 1180

/* What all messages of one process have in common. */
struct syslog_sender {
	char host[256]; /* section 6.2.4: at most 255 */
	long pid;
};

/* This host and this process. */
void syslog_sender(struct syslog_sender *s);

/* host with nothing in it that is no PRINTUSASCII; "" is "-". */
void syslog_sender_set(struct syslog_sender *s, const char *host, long pid);

/* Writes a message to out, which gets no NUL, and returns its length.  us:
 * since 1970.  role is a word, text valid UTF-8 without control characters. */
size_t syslog_line(char out[SYSLOG_LINE_MAX], const struct syslog_sender *s,
		   int64_t us, int level, const char *role, const char *text);

#endif
