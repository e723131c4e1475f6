/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_REMOTE_H
#define BLOGD_REMOTE_H

#include "child.h"
#include "conf.h"
#include "dialport.h"
#include "restart.h"

/*
 * The way to the remote repository: the processes git and dial, the channel
 * between them, and the files they are given.  Both are started again when they
 * end, with the settings that hold then.
 */
struct remote_ops {
	void (*message)(void *owner, struct ipc_msg *msg); /* from git */
	/* git has ended; whatever it was doing is lost, and its store. */
	void (*gone)(void *owner);
	/* dial said why it cannot start. */
	void (*dial_failed)(void *owner, const char *text);
};

struct remote {
	const struct remote_ops *ops;
	void *owner;
	struct conf_site site;
	struct {
		int ca, ssh_key, password, repository; /* -1: none */
	} files;
	int channel[2]; /* git's end, dial's end: see signing.h */
	struct child git, dial;
	struct restart git_restart, dial_restart;
	struct dialport port; /* instead of dial, if that is elsewhere */
	int stopping;
};

/* Opens what the configuration names.  -1 with err. */
int remote_init(struct remote *r, const struct conf_site *site,
		struct event_base *base, const struct remote_ops *ops,
		void *owner, struct err *err);
void remote_launch(struct remote *r);

/* 1 when git and dial would be told the same for both. */
int remote_same(const struct conf_site *a, const struct conf_site *b);

/* Opens the new files, then ends git and dial, which come back with the new
 * settings.  -1 with err changes nothing. */
int remote_change(struct remote *r, const struct conf_site *site,
		  struct err *err);
void remote_stop(struct remote *r);

#endif
