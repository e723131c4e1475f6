/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SOURCE_H
#define BLOGD_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"

/*
 * The source: what git hands to render, one sealed memfd.
 *
 *	struct source_head
 *	struct source_file [nfiles]   sorted by path (bytes)
 *	paths and file contents, found by offset from the start
 *
 * Integers are in the host's order: both ends are the same binary.  A file
 *whose path and blob were both in the last source the git process wrote has
 * data_off 0 and no bytes here; its size is still true.
 *
 * git promises, and source_open checks again: offsets and lengths lie inside;
 * paths are sorted, unique, relative, without empty, "." or ".." elements, NUL
 * or bytes below 0x20 or 0x7f, and valid UTF-8.
 */
#define SOURCE_MAGIC "blogdsr1"
#define OID_MAX	     32 /* SHA-1 uses 20, the rest is zero */

struct source_head {
	char magic[8];
	uint64_t size; /* of the whole memfd */
	uint32_t nfiles;
	uint32_t oid_len;
	uint8_t commit[OID_MAX];
	int64_t commit_time; /* author date of the head commit, Unix time */
};

struct source_file {
	uint8_t blob[OID_MAX];
	uint64_t path_off;
	uint32_t path_len;
	uint32_t reserved;
	int64_t created; /* author dates, Unix time; see doc of history.h */
	int64_t updated;
	uint64_t data_off; /* 0: unchanged since the last source */
	uint64_t data_len;
};

/* Whether a path keeps that promise. */
int source_path_valid(struct slice path);

/* ---- writing (git) ---- */

/* One file to be written.  read appends the blob's bytes to out when the bytes
 * are wanted; -1 with err ends the whole write. */
struct source_item {
	struct slice path;
	uint8_t blob[OID_MAX];
	int64_t created, updated;
	uint64_t size;
	int with_data;
};

typedef int
source_read_fn(void *ctx, const struct source_item *item,
	       void *into); /* into: item->size bytes to fill; -1 on failure */

/* Writes and seals a memfd.  items need not be sorted; they are sorted here.
 * Returns the descriptor (the caller's), or -1 with err. */
int source_write(struct source_item *items, size_t n,
		 const uint8_t commit[OID_MAX], unsigned oid_len,
		 int64_t commit_time, source_read_fn *read, void *ctx,
		 struct err *err);

/* ---- reading (render) ---- */

struct source {
	const struct source_head *head;
	const struct source_file *files;
	const char *map;
	size_t size;
};

/* Maps fd read-only and checks every offset.  The map lives until
 * source_close; fd may be closed at once. */
int source_open(struct source *s, int fd, struct err *err);
void source_close(struct source *s);

struct slice source_path(const struct source *s, const struct source_file *f);
/* The bytes; {NULL, 0} when the file is unchanged and has none here. */
struct slice source_data(const struct source *s, const struct source_file *f);
int source_has_data(const struct source_file *f);

#endif
