/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_FETCH_H
#define BLOGD_GIT_FETCH_H

#include <git2.h>

#include "../err.h"
#include "../settings.h"
#include "credentials.h"
#include "store.h"
#include "stream.h"

/*
 * Fetches over https, http, git and ssh into the store.
 */
struct fetcher {
	const struct git_settings *settings;
	struct net net;
	struct credentials credentials;
	int tried_key, tried_password; /* in this fetch, ssh */
};

/* The descriptors as the process was given them; -1: none.  Registers the
 * streams and reads the credentials; call after store_library_init and before
 * the filter.  f and settings have to live on.  0, or -1 with err. */
int fetch_init(struct fetcher *f, const struct git_settings *settings,
	       int dial_fd, int ca_fd, int key_fd, int password_fd,
	       struct err *err);

/* Brings the chosen branch's head and all it reaches into the store; the commit
 * goes to *tip, the store's own tip is left to the caller.  The deadline counts
 * from began_ms of clock_ms.  0, or -1 with err,
 * one sentence that starts with the URL. */
int fetch(struct fetcher *f, struct store *store, int64_t began_ms,
	  git_oid *tip, struct err *err);

#endif
