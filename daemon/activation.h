/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_ACTIVATION_H
#define BLOGD_ACTIVATION_H

#include "conf.h"
#include "err.h"
#include "fdnames.h"

/*
 * Descriptors that a service manager passes to the first process, as
 * sd_listen_fds(3) has it: LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES.  Those
 * named https, http, metrics or control take the place of the sockets that
 * blogd would bind for the setting of that name; what blogd had kept there
 * itself is fdstore.h's.  They stay open as long as the process lives, so that
 * a reload can drop an address and take it up again.
 */
struct passed {
	int fd;
	enum passed_kind kind;
	char name[FDNAME_MAX + 1];
};

/* Once, before anything else opens a descriptor: takes them over, out of the
 * way of low numbers, and forgets the variables.  Each socket of a unit has to
 * be what its name says: a stream (dial: packets) that listens.  -1 with err.
 * None, when the variables are for another process. */
int activation_init(struct err *err);

/* The nth (from 0), or NULL. */
const struct passed *activation_at(unsigned n);

/* How many sockets there are of a kind. */
unsigned activation_count(enum passed_kind kind);

/* May this keyword be passed here?  "blogd --dial" takes dial alone, the daemon
 * all others.  -1 with err that names the first which does not belong. */
int activation_expects(int dial, struct err *err);

/* Is the socket bound where the address says?  "*" is any address of either
 * family, "localhost" a loopback one, port 0 any. */
int activation_fits(int fd, const struct conf_listen *address);

/* Which setting an address belongs to. */
enum passed_kind activation_kind(const struct conf_listen *address);

/* "[2001:db8::1]:443", or a path: where a socket is bound, for messages. Static
 * storage. */
const char *activation_where(int fd);

/* Is it one of them (and to be left open)? */
int activation_owns(int fd);

/* The one for blogctl, -1 for none.  It has to be at path, which may be ""
 * (off): else -2 with err. */
int activation_control(const char *path, struct err *err);

#endif
