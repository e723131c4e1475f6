/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_LOG_SERVER_H
#define BLOGD_LOG_SERVER_H

/*
 * The log on its way to a syslog server, RFC 5424 over UDP (RFC 5426): the
 * parent's lines and those of its children, in addition to where they go
 * anyway.  The socket is connected while there is a network and kept.
 *
 * Nobody waits: what is not taken at once is lost and counted.  That it is lost
 * is told of once, that it is over likewise, where the log is read without the
 * server.  A system that no longer likes the socket is asked for another, not
 * more often than every ten seconds.
 */

/* Sends to address from now on; "": nowhere.  connect returns a connected
 * datagram socket that does not block, or -1 with errno. */
void log_server_use(const char *address, int (*connect)(const char *address));

#endif
