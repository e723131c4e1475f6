/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_LOGGING_H
#define BLOGD_LOGGING_H

#include "child.h"
#include "conf.h"

/*
 * The access log as the parent sees it: the process that writes it, the file,
 * and a channel from each serve process, of which both ends stay open here so
 * that either process can be started again without the other noticing.  NULL
 * is a log that is off, for every function here.
 */
struct logging;
struct front;

struct logging_ops {
	/* It has started: the first time only. */
	void (*ready)(struct front *owner);
	/* It could not be started; text says why. */
	void (*failed)(struct front *owner, const char *text);
	/* After logging_end or logging_kill: it has ended. */
	void (*gone)(struct front *owner);
};

/* For `writers` serve processes; *made is NULL when conf says so.  -1 with
 * err. */
int logging_new(struct logging **made, const struct conf *conf,
		unsigned writers, struct event_base *base,
		const struct logging_ops *ops, struct front *owner,
		struct err *err);
void logging_free(struct logging *l);

/* Opens the file and starts the process.  Not before root is gone: root must
 * not follow what another user put into the directory, and whoever opens it
 * now has to be able to open it again. */
int logging_start(struct logging *l, struct err *err);

/* Opens the file anew; when that fails the old one stays, and the log says
 * so. */
void logging_reopen(struct logging *l);

/* serve's end of the channel with this number; -1: none. */
int logging_channel(const struct logging *l, unsigned number);

int logging_is_ready(const struct logging *l);
int logging_is_running(const struct logging *l);

/* No serve process is left: writes what is there, and ends. */
void logging_end(struct logging *l);
/* At once. */
void logging_kill(struct logging *l);

#endif
