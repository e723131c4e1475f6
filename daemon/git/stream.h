/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_STREAM_H
#define BLOGD_GIT_STREAM_H

#include <git2.h>
#include <git2/sys/stream.h>

#include "../err.h"
#include "../settings.h"
#include "dialer.h"
#include "limits.h"

/*
 * libgit2's sockets, replaced: a connection comes from dial, and every read and
 * write obeys the limits of the fetch.
 */

/* The network as one fetch sees it.  libgit2 gives its stream constructors no
 * context, so there is one, which lives as long as the process. */
struct net {
	const struct git_settings *settings;
	struct dialer dialer;
	struct limits limits;
	int64_t alive_ms; /* ssh: when the watch was set */
	struct err cause; /* why a stream gave up; empty: none did.  More to
			     the point than what libgit2 makes of it. */
};

/* Makes all of libgit2's transports use this net; call after
 * git_libgit2_init and before the filter.  0, or -1 with err. */
int stream_init(struct net *net, struct err *err);

/* A fetch begins; its deadline runs from began_ms. */
void stream_begin(struct net *net, int64_t began_ms);

/* Something came over ssh: the silence starts anew.  Nothing elsewhere. */
void stream_alive(struct net *net);

/* What libgit2 calls for a plain connection; tls.c builds on it. */
int stream_new(git_stream **out, const char *host, const char *port);
/* The same for one that is to be encrypted: other addresses are refused. */
int stream_new_encrypted(git_stream **out, const char *host, const char *port);

/* Leaves the reason in net and in libgit2's last error; always -1. */
int stream_give_up(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
