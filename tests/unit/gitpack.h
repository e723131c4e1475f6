/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TEST_GITPACK_H
#define BLOGD_TEST_GITPACK_H

#include "gitstore.h"

/* Packs for tests, made byte by byte. */
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

/* ---- samples ---- */

#define TEXT "The quick brown fox jumps over the lazy dog, twice a day.\n"

/* With generous limits. */
struct store *new_store(void);
/* The store has this object with these bytes. */
void expect_text(struct store *s, const git_oid *id, const void *data,
		 size_t len);
/* The pack is refused with `why` in the message, and leaves no trace. */
void expect_refused(struct store *s, const struct buf *pack, const char *why);

/* text becomes "<n>:" + TEXT, delta one on a base that ends with TEXT too. */
git_oid numbered(struct buf *delta, struct buf *text, unsigned n,
		 size_t base_len);
/* A chain of n deltas on TEXT; returns the id of the last. */
git_oid make_chain(struct packer *p, struct buf *text, unsigned n);
/* A pack with one of everything, six objects. */
void make_sample(struct packer *p);

#endif
