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

#endif
