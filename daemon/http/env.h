/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_ENV_H
#define BLOGD_ENV_H

#include <time.h>

#include "../counters.h"
#include "../snapshot/headers.h"
#include "access_log.h"
#include "hpack_memo.h"
#include "request.h"
#include "response.h"

struct metrics;

/* What is shared by all connections that speak HTTP/2. */
struct h2_shared {
	struct hpack_scratch scratch;
	struct buf block; /* the field block being written */
	struct hpack_memo memo;
};
void h2_shared_init(struct h2_shared *s, const struct serve_settings *set);
/* For who lives on after it: the daemon's is there to the end. */
void h2_shared_free(struct h2_shared *s);

/*
 * What every connection of the process answers from.  One connection is at work
 * at a time, so the memory for plans is shared.
 */
struct http_env {
	const struct serve_settings *settings;
	struct snapshot *snapshot; /* NULL: none yet */
	struct names *names;	   /* that are served; NULL: all */
	struct serve_counters *counters;
	struct access_log *access; /* NULL: requests are not logged */
	struct metrics *metrics;   /* what LISTENER_METRICS tells */
	struct request_limits limits;
	struct plan_memory memory;
	struct h2_shared h2;
	int draining;	  /* the next answer of a connection is its last */
	int closing_idle; /* nor need it wait for another question */
	time_t date_time;
	char date[HTTP_DATE_LEN + 1];
	void (*hook)(void *arg); /* somebody asks for an update */
	void *hook_arg;
};

/* What answers are made from. */
struct site_view http_env_view(const struct http_env *env, int plain);

/* The value of the Date field now, HTTP_DATE_LEN bytes. */
const char *http_env_date(struct http_env *env);

#endif
