/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_RESPONSE_H
#define BLOGD_RESPONSE_H

#include "../settings.h"
#include "../snapshot/snapshot.h"
#include "request.h"

/*
 * The one place that decides what is answered: a function from (snapshot,
 * request, settings) to a plan.  It knows nothing of sockets and of how a plan
 * is written; HTTP/1.1 is one way to write it.
 */
struct plan {
	unsigned status;
	/* Complete "Name: value\r\n" lines, one slice after the other, without
	 * Date, Connection and the empty line, which are the writer's. */
	struct slice fields[2];
	/* Empty for HEAD, 304, 204.  In the snapshot, or the plan's own text.
	 */
	struct slice body;
	int from_snapshot; /* the slices need the snapshot to live */
	int hook;	   /* somebody asks for an update */
	int close;	   /* the connection cannot be used any more */
};

/* Memory for the lines of one plan, which live until the next is made.  It
 * does not grow with what clients send. */
struct plan_memory {
	struct buf path, lines;
};
void plan_memory_init(struct plan_memory *m, const struct serve_settings *set);
void plan_memory_free(struct plan_memory *m);

/* What an answer depends on beside the request. */
struct site_view {
	const struct snapshot *snapshot; /* NULL: there is none yet */
	const struct serve_settings *settings;
	int plain; /* it came over a listener without TLS */
};

void plan_response(struct plan *p, const struct site_view *view,
		   const struct request *r, struct plan_memory *m);

/* For what is not a request: too long, too slow, malformed.  Closes. */
void plan_error(struct plan *p, unsigned status, struct plan_memory *m);

/* "404 Not Found", for the status line and the text of a generated body. */
const char *status_text(unsigned status);

#endif
