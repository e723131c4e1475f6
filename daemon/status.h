/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_STATUS_H
#define BLOGD_STATUS_H

#include <stdint.h>

#include "buf.h"
#include "counters.h"

/*
 * How blogd is, in three forms.  All are pure functions; what they write is
 * ASCII without control characters but newlines, whatever texts they get.
 */
struct status_process {
	enum role role;
	long pid;
	int ready;  /* jailed and at work */
	int ending; /* drained or killed */
	uint64_t age_s;
	const char *jail; /* what it consists of, in its own words */
};

struct status {
	uint64_t now; /* Unix time, seconds */
	struct serve_counters serve;
	struct site_counters site;
	const char *failure; /* what the last update failed of; "": nothing */
	const struct status_process *process;
	unsigned nprocesses;
};

/* A site is served, and the last update went well. */
int status_good(const struct status *s);

/* For people; one thing in a line. */
void status_write_text(struct buf *out, const struct status *s);

/* One JSON object (RFC 8259), for programs. */
void status_write_json(struct buf *out, const struct status *s);

/* Prometheus' text exposition format 0.0.4; without the processes. */
#define PROMETHEUS_TYPE "text/plain; version=0.0.4; charset=utf-8"
void status_write_prometheus(struct buf *out, const struct status *s);

/* --------------------------------------------- shared by the three forms -- */

/* The plain counters of serve: not the requests. */
struct status_counter {
	const char *name;   /* in JSON */
	const char *metric; /* for Prometheus; ends in _total if no gauge */
	const char *help;
	size_t offset; /* in struct serve_counters */
};
extern const struct status_counter status_counters[]; /* ends with NULL */

uint64_t status_counter(const struct status *s, const struct status_counter *c);

const char *status_protocol(enum counted_protocol protocol); /* "h1" */
const char *status_result(uint32_t result); /* enum update_result */

/* "2026-11-23 08:58:00 UTC" */
void status_time(struct buf *out, uint64_t when);

/* Printable ASCII; all else is "?". */
void status_clean(struct buf *out, const char *text);

#endif
