/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_STORE_INT_H
#define BLOGD_GIT_STORE_INT_H

#include <openssl/evp.h>

#include "cache.h"
#include "oidmap.h"
#include "pack.h"
#include "store.h"

/*
 * The inside of the store, for store.c (objects, transactions), read.c
 * (inflating), index.c (received packs) and backend.c (libgit2).
 */

/* Where an object lies.  The base of a PACK_REF_DELTA is found by its id, and
 * was always added before the delta: hence no delta is its own base. */
struct location {
	uint64_t off;
	uint64_t size; /* inflated */
	uint32_t pack;
	uint16_t depth; /* deltas to apply */
	uint8_t type;
};

/* Longer chains are refused; git itself makes none longer. */
#define DEPTH_MAX 4095
/* Each fetch may put one delta more on what the last one brought.  A delta
 * whose base is that deep in older packs is kept as a whole object instead. */
#define DEPTH_WHOLE 50

struct store {
	struct git_settings set;
	struct oidmap map;
	struct location *at; /* beside map.ids */
	uint32_t at_cap;
	struct buf *packs; /* as received, or entries without header */
	uint32_t npacks;
	uint64_t bytes; /* of all packs */
	struct cache cache;
	struct buf scratch; /* a delta, inflated */
	struct libdeflate_decompressor *inflate;
	struct libdeflate_compressor *deflate;
	EVP_MD *sha1;
	EVP_MD_CTX *hash;

	int open;      /* a transaction is under way, in the last pack */
	uint32_t mark; /* objects there were when it began */

	git_oid tip;
	int has_tip;
	int64_t deadline;
	size_t work; /* bytes since the clock was last looked at */
	store_progress_fn *progress;
	void *progress_ctx;
	struct err failure;
	int full;
	int incomplete;
	git_repository *repo;
};

/* Hashes an object as Git does. */
int store_hash(struct store *s, git_object_t type, const void *data, size_t len,
	       git_oid *id, struct err *err);
/* SHA-1 of plain bytes. */
int store_digest(struct store *s, const void *data, size_t len,
		 uint8_t digest[20], struct err *err);

/* Adds an object at a place in the last pack; returns its number, that of the
 * one that was there before if the store has it. */
uint32_t store_add(struct store *s, const git_oid *id,
		   const struct location *at);

/* Fails because the object is not there. */
int store_missing(struct store *s, const git_oid *id, struct err *err);

/* The limits: 0, or -1 with err (and s->full). */
int store_allow_size(const struct store *s, uint64_t size, struct err *err);
int store_allow_count(struct store *s, uint64_t count, struct err *err);
int store_allow_fetch(const struct store *s, uint64_t bytes, struct err *err);
int store_allow_pack(struct store *s, uint64_t bytes, struct err *err);

int store_tell(struct store *s, const struct store_progress *p,
	       struct err *err);

/* read.c: the entry at a place, inflated. */
struct object *read_at(struct store *s, uint32_t pack, size_t off,
		       struct err *err);
/* Inflates an entry that is no delta. */
struct object *read_whole(struct store *s, uint32_t pack,
			  const struct pack_entry *e, size_t *end,
			  struct err *err);
/* Inflates a delta and applies it to its base. */
struct object *read_delta(struct store *s, uint32_t pack,
			  const struct pack_entry *e, const struct object *base,
			  struct err *err);

/* index.c: finds all objects of the last pack, which was received as a whole. A
 * transaction is open. */
int index_pack(struct store *s, struct err *err);

/* backend.c: s->repo. */
int backend_open(struct store *s, struct err *err);

#endif
