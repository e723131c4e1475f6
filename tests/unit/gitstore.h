/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TEST_GITSTORE_H
#define BLOGD_TEST_GITSTORE_H

#include "../../daemon/git/store_int.h"

/* Stores and packs for tests, made byte by byte. */

/* Generous limits. */
struct git_settings gitstore_settings(void);

/* A store, or the test fails. */
struct store *gitstore_new(const struct git_settings *settings);

/* Adds an object and returns its id. */
git_oid gitstore_put(struct store *s, git_object_t type, const void *data,
		     size_t len);

/* Id of an object. */
git_oid gitstore_id(git_object_t type, const void *data, size_t len);

/* A tree under construction. */
void tree_add(struct buf *tree, unsigned mode, const char *name,
	      const git_oid *id);

/* A commit of a tree; parents may be NULL. */
git_oid gitstore_commit(struct store *s, const git_oid *tree,
			const git_oid *parents, size_t n, long author);

/* ---- packs ---- */

struct packer {
	struct buf b;
	uint32_t n;
};

void packer_begin(struct packer *p);
/* Each returns the offset of the entry it appended. */
size_t packer_object(struct packer *p, git_object_t type, const void *data,
		     size_t len);
size_t packer_ofs_delta(struct packer *p, size_t base, const struct buf *delta);
size_t packer_ref_delta(struct packer *p, const git_oid *base,
			const struct buf *delta);
/* An entry header with any type and size, without a base. */
void packer_header(struct packer *p, unsigned type, uint64_t size);
void packer_base(struct packer *p, uint64_t back);
void packer_deflate(struct packer *p, const void *data, size_t len);
/* Writes the count and the checksum. */
void packer_end(struct packer *p);
/* Writes them again after a test changed something. */
void packer_sign(struct packer *p, uint32_t count);

/* A delta: its sizes, then instructions. */
void delta_begin(struct buf *d, uint64_t base, uint64_t result);
void delta_copy(struct buf *d, uint32_t off, uint32_t n);
void delta_insert(struct buf *d, const char *text);

/* Hands the pack to the store in parts of `part` bytes, as libgit2 does. */
int gitstore_feed(struct store *s, const struct buf *pack, size_t part);

#endif
