/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_BROKER_H
#define BLOGD_BROKER_H

#include "conf.h"
#include "ipc.h"

/*
 * The broker does for the parent what needs the file system, the network's
 * names and new processes, so that the parent can give all of that up.  It does
 * what the configuration says and nothing else: a file is opened, an address
 * bound, when a configuration that it has read names it.  It reads no message
 * but the parent's.
 *
 * Before broker_start, and on systems without a broker, these functions do the
 * thing themselves.  They wait for the answer, which takes as long as the file
 * system does.
 */

/* How a file is opened. */
enum broker_file {
	BROKER_READ,	  /* to be read */
	BROKER_DIRECTORY, /* likewise, and must be a directory */
	BROKER_CA,	  /* to be read; "": the system's certificates */
	BROKER_APPEND,	  /* a log: made if need be, and must be a file */
};

/* -------------------------------------------- broker_ask.c: the parent's -- */

/* Starts it, with the rights the caller has.  Its end ends blogd.  -1 with err;
 * conf is what the caller began with. */
int broker_start(const struct conf_options *opt, const struct conf *conf,
		 struct err *err);

/* spawn_role.  -1 with errno. */
pid_t broker_spawn(enum role role, int control, int lines);

/* A descriptor, or -1 with errno. */
int broker_open(enum broker_file how, const char *path);

/* The addresses to listen on for host ("*", localhost, or an address) and port:
 * how many there are in list, or -1 with err. */
int broker_resolve(const char *host, const char *port,
		   struct msg_address list[ADDRESSES_MAX], struct err *err);

/* socket_listen.  -1 with errno. */
int broker_listen(const struct msg_address *address, int sharing);

/* listen_unix and unlisten_unix. */
int broker_listen_unix(const char *path, mode_t mode, int backlog,
		       struct unix_file *file, struct err *err);
void broker_unlisten_unix(const char *path, const struct unix_file *file);

/* conf_load: how many problems there are; their text, a line each, goes to
 * *text, which the caller frees.  -1 with err when it could not be asked. */
int broker_load(struct conf *conf, char **text, struct err *err);

/* A connected datagram socket to the system's log, or -1. */
int broker_syslog(void);

/* A connected datagram socket to a syslog server, or -1 with errno.  Both fail
 * while something else is asked for, as that may have something to log. */
int broker_syslog_server(const char *address);

/* A channel to "blogd --dial", which listens at path; -1 with errno. */
int broker_connect_dial(const char *path);

/* ------------------------------------------- broker_do.c: what it does -- */

/* Allows what conf names. */
void broker_learn(const struct conf *conf);

/* From now on what was not learnt is refused with EPERM. */
void broker_confine(void);

/* Where broker_load finds the configuration; must live as long. */
void broker_options(const struct conf_options *opt);

/* Does what is asked.  fds: of the question, the caller's.  Returns a
 * descriptor for the answer, which the caller closes, or -1. */
int broker_do(const struct msg_ask *ask, const int *fds, unsigned nfds,
	      struct msg_answer *answer);

/* What broker_load's memfd holds: this, then `len` bytes of text. */
struct broker_loaded {
	int32_t problems;
	uint32_t len;
	struct conf conf;
};

/* ------------------------------------------------ broker.c: the process -- */

void broker_main(void) __attribute__((noreturn));

#endif
