/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_PACK_H
#define BLOGD_GIT_PACK_H

#include <stddef.h>
#include <stdint.h>

#include <git2.h>
#include <libdeflate.h>

#include "../buf.h"
#include "../err.h"

/*
 * The pack format, gitformat-pack(5), as pure functions on bytes.  The bytes
 * are hostile: every function checks all that it reads.
 */
#define PACK_HEADER  12 /* "PACK", version, number of entries */
#define PACK_TRAILER 20 /* SHA-1 of all before */

/* Entry types beside GIT_OBJECT_COMMIT... GIT_OBJECT_TAG (1 to 4). */
#define PACK_OFS_DELTA 6
#define PACK_REF_DELTA 7

struct pack_entry {
	unsigned type;
	uint64_t size;	 /* inflated: of the object, or of the delta */
	size_t data;	 /* where the zlib stream begins */
	size_t base;	 /* PACK_OFS_DELTA: where the base entry begins */
	git_oid base_id; /* PACK_REF_DELTA */
};

/* Checks the header and tells how many entries follow. */
int pack_header(const uint8_t *pack, size_t len, uint32_t *count,
		struct err *err);

/* Parses the header of the entry at off. */
int pack_entry(const uint8_t *pack, size_t len, size_t off,
	       struct pack_entry *e, struct err *err);

/* Inflates an entry into out, which has room for e->size bytes.  The offset
 * after the stream goes to *end. */
int pack_inflate(struct libdeflate_decompressor *d, const uint8_t *pack,
		 size_t len, const struct pack_entry *e, void *out, size_t *end,
		 struct err *err);

/* Appends an entry: a whole object, or with base a delta against that id. */
void pack_append(struct buf *pack, struct libdeflate_compressor *c,
		 unsigned type, const git_oid *base, const void *data,
		 size_t len);

/* The sizes a delta says its base and its result have. */
int delta_sizes(const uint8_t *delta, size_t len, uint64_t *base,
		uint64_t *result, struct err *err);

/* Applies a delta; out has room for exactly the result. */
int delta_apply(const uint8_t *base, size_t base_len, const uint8_t *delta,
		size_t len, uint8_t *out, size_t out_len, struct err *err);

/* Appends to out a delta that keeps what base and data have in common at the
 * beginning and at the end: cheap, and small where one place was changed. */
void delta_make(struct buf *out, const uint8_t *base, size_t base_len,
		const uint8_t *data, size_t len);

#endif
