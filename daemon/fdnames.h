/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_FDNAMES_H
#define BLOGD_FDNAMES_H

#include <stdint.h>

#include "err.h"
#include "settings.h"
#include "snapshot/snapshot.h"

/*
 * The texts that come with descriptors from a service manager: how many there
 * are, what each is called, and what blogd itself wrote into the names of those
 * that it had kept (fdstore.h).  Text in, numbers out: nothing here touches a
 * descriptor.
 */

/* Sockets, and what is kept over a restart. */
#define PASSED_MAX  256
#define FDNAME_MAX  255 /* as systemd has it */
#define STORED_LAST 999999999U

/* What a descriptor is for. */
enum passed_kind {
	PASSED_HTTPS, /* listening sockets for readers */
	PASSED_HTTP,
	PASSED_METRICS, /* for Prometheus */
	PASSED_CONTROL, /* for blogctl */
	PASSED_DIAL,	/* for blogd-serve, at "blogd --dial" */
	PASSED_KINDS,	/* above: by socket units; below: kept by blogd */
	PASSED_LISTEN = PASSED_KINDS,
	PASSED_SEGMENT,
	PASSED_SITE,
	PASSED_NONE /* no such name */
};

/* "https" and so on; of socket units only. */
const char *passed_name(enum passed_kind kind);

/* LISTEN_FDS: a decimal number of 1 to PASSED_MAX.  0 with err if it is not. */
unsigned fdnames_count(const char *text, struct err *err);

/* Cuts LISTEN_FDNAMES, which it changes, into exactly n names; they point into
 * text.  -1 with err. */
int fdnames_split(char *text, const char *names[PASSED_MAX], unsigned n,
		  struct err *err);

/* The socket unit's name, or the first word of a kept one. */
enum passed_kind fdnames_kind(const char *name);

/* ---- names of what is kept ---- */

struct stored_listen {
	enum passed_kind kind; /* PASSED_HTTPS to PASSED_METRICS */
	uint32_t number;
};

struct stored_site {
	uint32_t number;   /* the highest is the newest */
	char format[9];	   /* SNAPSHOT_MAGIC of who wrote it */
	uint64_t settings; /* fdstore_settings of who wrote it */
	char commit[65];   /* hexadecimal */
	uint32_t articles, pages, problems;
	uint32_t segment[SEGMENTS_MAX]; /* their numbers, in order */
	unsigned nsegments;
};

/* Each reads a whole name and is 0, or -1 for anything that its counterpart
 * would not have written. */
int stored_listen_read(const char *name, struct stored_listen *l);
int stored_segment_read(const char *name, uint32_t *number);
int stored_site_read(const char *name, struct stored_site *s);

void stored_listen_write(char name[FDNAME_MAX + 1],
			 const struct stored_listen *l);
void stored_segment_write(char name[FDNAME_MAX + 1], uint32_t number);
void stored_site_write(char name[FDNAME_MAX + 1], const struct stored_site *s);

#endif
