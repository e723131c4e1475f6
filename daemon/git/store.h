/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_STORE_H
#define BLOGD_GIT_STORE_H

#include <stddef.h>
#include <stdint.h>

#include <git2.h>

#include "../err.h"
#include "../settings.h"

/*
 * The object store: a Git repository that exists in memory only.  Objects stay
 * in the packs they came in (gitformat-pack(5)); a hash table leads from an
 * object id to its pack and offset.  Nothing here opens a file, a socket or a
 * thread.
 *
 * A fetch is a transaction.  libgit2's pack writer begins and ends it by
 * itself; a local clone calls store_begin, store_put..., store_commit.  When it
 * fails the store is as it was before, its memory included.
 *
 * Unreachable objects (after a force push) stay.  When the store has no room
 * left for a fetch, the fetch fails and store_is_full() is true: the caller
 * then begins again with a new store, which holds only what is reachable.  When
 * a new store is full as well, the repository is too big for the limits.
 */
struct store;

/* Once in a process, before anything else here and before the filter: starts
 * libgit2 and sets its global options (no configuration outside a repository,
 * small object cache, no second hash of what was verified).  -1 with err. */
int store_library_init(struct err *err);

/* settings is copied.  NULL with err. */
struct store *store_new(const struct git_settings *settings, struct err *err);
void store_free(struct store *s); /* NULL is fine */

/* The store as libgit2 sees it, for git_remote_create_anonymous and
 * git_remote_download (not git_remote_fetch, which wants files).  Its only
 * reference is the tip.  Owned by the store. */
git_repository *store_repository(struct store *s);

/* The commit that the next fetch builds on; NULL: none yet.  Set it once a
 * fetch was successful and the commit is in the store. */
const git_oid *store_tip(const struct store *s);
void store_set_tip(struct store *s, const git_oid *tip);

/* Everything that reads or writes objects from now on fails once
 * CLOCK_MONOTONIC passes this time, with a message that names fetch.deadline.
 * In milliseconds; 0: no deadline.  It bounds the work that hostile packs and
 * trees can cause, so set it before each fetch and leave it for the source.
 * Forgets the failure of the fetch before. */
void store_set_deadline(struct store *s, int64_t monotonic_ms);

/* Called for each received part of a pack, while it is indexed, and for a local
 * clone.  Nonzero stops the fetch. */
struct store_progress {
	uint64_t received_bytes;
	uint32_t received_objects; /* indexed or copied so far */
	uint32_t total_objects;	   /* 0: not known */
};
typedef int store_progress_fn(void *ctx, const struct store_progress *p);
void store_on_progress(struct store *s, store_progress_fn *fn, void *ctx);

/* Why the last pack was refused, or "".  libgit2 has the same sentence in
 * git_error_last() unless it put another in its place. */
const char *store_failure(const struct store *s);

/* True after a fetch that failed because of what older fetches left behind. */
int store_is_full(const struct store *s);

/* True once an object that another one refers to was missing: what a remote
 * sent was not complete.  Only a new store will help, because a fetch asks for
 * nothing that belongs to a commit the store has. */
int store_is_incomplete(const struct store *s);

/* Packed bytes and objects held. */
uint64_t store_bytes(const struct store *s);
uint32_t store_objects(const struct store *s);

/* ---- reading ---- */

/* An inflated object.  Shared with the store's cache: read only. */
struct object {
	uint8_t *data; /* a NUL follows the last byte */
	size_t len;
	git_object_t type;
	unsigned refs;
};

/* The object, which must be of the type wanted (GIT_OBJECT_ANY: whichever); the
 * caller ends its use with object_unref.  NULL with err. */
struct object *store_get(struct store *s, const git_oid *id, git_object_t want,
			 struct err *err);
void object_unref(struct object *o); /* NULL is fine */

/* 0: type and inflated size are filled (either may be NULL); -1: not here. */
int store_info(const struct store *s, const git_oid *id, git_object_t *type,
	       uint64_t *size);
int store_has(const struct store *s, const git_oid *id);

/* Inflates to `into`, which has room for exactly the object's len bytes. */
int store_read_into(struct store *s, const git_oid *id, void *into, size_t len,
		    struct err *err);

/* Gives the memory of the cache of inflated objects back. */
void store_trim(struct store *s);

/* ---- writing ---- */

/* A transaction for store_put.  One at a time. */
void store_begin(struct store *s);
/* Adds an object whose id must be that of the data.  base, if not NULL, is an
 * object of the store that is probably similar: data may then be kept as a
 * delta.  -1 with err: call store_abort. */
int store_put(struct store *s, const git_oid *id, git_object_t type,
	      const void *data, size_t len, const git_oid *base,
	      struct err *err);
void store_commit(struct store *s);
void store_abort(struct store *s);

/* Counts bytes of work against the deadline; -1 with err when it has passed. */
int store_charge(struct store *s, size_t bytes, struct err *err);

#endif
