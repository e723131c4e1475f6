/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SNAPSHOT_FORMAT_H
#define BLOGD_SNAPSHOT_FORMAT_H

#include "snapshot.h"

/*
 * What reader, checker and writer of a snapshot share and nobody else sees.
 */

/* The longest header block of a run and the longest path, in bytes: no reader
 * could ask for more, and the checker's work stays bounded. */
#define SNAPSHOT_HEAD_MAX 65536
#define SNAPSHOT_PATH_MAX 65535
/* Of a redirect of all that is below a directory: elements of its path, and the
 * bytes to which the rest is appended. */
#define SNAPSHOT_DEPTH_MAX 16
#define SNAPSHOT_BASE_MAX  8192

/* The mapped memfds, of the sizes that fstat told. */
struct snapshot_maps {
	const char *index;
	size_t index_size;
	const char *segment[SEGMENTS_MAX];
	size_t segment_size[SEGMENTS_MAX];
	unsigned nsegments;
};

/* 0 when every offset, length, string, order and header line holds; -1 with
 * err.  After that the index can be used without looking twice. */
int snapshot_check(const struct snapshot_maps *m, struct err *err);

/* "Content-Length: N\r\n\r\n"; returns its length. */
#define LENGTH_LINE_MAX 48
size_t snapshot_length_line(uint64_t body_len, char out[LENGTH_LINE_MAX]);

/* Whole lines "Name: value\r\n", maybe none, that may stand in an answer? */
int snapshot_lines_ok(struct slice lines);

/* What a path must be: empty (the page for what is not found), absolute, or "*"
 * and a directory's with the slash behind it (see snapshot_find_below). */
int snapshot_path_ok(struct slice path);
int snapshot_is_below(struct slice path); /* the last kind */
/* Is it a base to which a path may be appended: absolute, ending with a slash,
 * so that no host can become another? */
int snapshot_base_ok(struct slice base);
int snapshot_status_ok(unsigned status);
int snapshot_is_redirect(unsigned status); /* one with a Location */

#endif
