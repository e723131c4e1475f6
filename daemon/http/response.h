/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_RESPONSE_H
#define BLOGD_RESPONSE_H

#include "../settings.h"
#include "../snapshot/snapshot.h"
#include "names.h"
#include "range.h"
#include "request.h"

/*
 * The one place that decides what is answered: a function from (snapshot,
 * request, settings) to a plan.  It knows nothing of sockets and of how a plan
 * is written; HTTP/1.1 is one way to write it.
 */
/* Ranges: a head before each, and the end.  A page of search results has more
 * (results.c). */
#define PLAN_PARTS 46

struct plan {
	unsigned status;
	/* Complete "Name: value\r\n" lines, one slice after the other, without
	 * Date, Connection and the empty line, which are the writer's. */
	struct slice fields[2];
	/* The body, one part after the other: none for HEAD, 304, 204.  Most
	 * are in the snapshot; bit i of generated: part[i] is in the plan's
	 * memory. */
	struct slice part[PLAN_PARTS];
	unsigned nparts;
	uint64_t generated;
	int from_snapshot; /* some slice needs the snapshot to live */
	int hook;	   /* somebody asks for an update */
	int close;	   /* the connection cannot be used any more */
};

/* Memory for the lines of one plan, which live until the next is made.  It
 * does not grow with what clients send. */
struct plan_memory {
	struct buf path, lines;
	struct buf hsts; /* the field's line, or nothing */
};
void plan_memory_init(struct plan_memory *m, const struct serve_settings *set);
void plan_memory_free(struct plan_memory *m);

/* What an answer depends on beside the request. */
struct site_view {
	const struct snapshot *snapshot; /* NULL: there is none yet */
	const struct serve_settings *settings;
	struct names *names; /* that are served; NULL: all */
	int plain;	     /* it came over a connection without TLS */
};

void plan_response(struct plan *p, const struct site_view *view,
		   const struct request *r, struct plan_memory *m);

/* For what is not a request: too long, too slow, malformed.  Closes.  method as
 * far as it is known: a HEAD is refused without a body as well. */
void plan_error(struct plan *p, unsigned status, const struct site_view *view,
		enum method method, struct plan_memory *m);

/* Bytes of all parts. */
uint64_t plan_length(const struct plan *p);

/* "404 Not Found", for the status line and the text of a generated body. */
const char *status_text(unsigned status);

#endif
