/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_ENV_H
#define BLOGD_ENV_H

#include <time.h>

#include "../counters.h"
#include "../snapshot/headers.h"
#include "access_log.h"
#include "request.h"
#include "response.h"

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
	struct request_limits limits;
	struct plan_memory memory;
	int draining;	  /* the next answer of a connection is its last */
	int closing_idle; /* nor need it wait for another question */
	time_t date_time;
	char date[HTTP_DATE_LEN + 1];
	void (*hook)(void *arg); /* somebody asks for an update */
	void *hook_arg;
};

#endif
