/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_COMPRESS_H
#define BLOGD_COMPRESS_H

#include "buf.h"

/*
 * gzip, brotli and zstd of one body at a time.  All memory is taken by
 * compressor_new: after it no function allocates or makes a system call.
 * The same input gives the same bytes: no time, no file name, no threads.
 */

/* Raise it when levels or libraries' settings change: pages of the previous
 * snapshot are then compressed anew. */
#define COMPRESS_VERSION 2

struct compressor;

struct compressor *compressor_new(void); /* fatal when it cannot */
void compressor_free(struct compressor *c);

/* Each writes at most room bytes to out and returns how many, 0 when that would
 * not save a twentieth of the input and 64 bytes, or does not fit. */
size_t compress_gzip(struct compressor *c, struct slice in, char *out,
		     size_t room);
/* In a third of the time, and a few percent longer. */
size_t compress_gzip_quick(struct compressor *c, struct slice in, char *out,
			   size_t room);
size_t compress_brotli(struct compressor *c, struct slice in, char *out,
		       size_t room);
size_t compress_zstd(struct compressor *c, struct slice in, char *out,
		     size_t room);

#endif
