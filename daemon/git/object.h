/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_OBJECT_H
#define BLOGD_GIT_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#include <git2.h>

#include "../err.h"

/*
 * Commits and trees, read from their raw bytes ("Git Internals - Git Objects"
 * in Pro Git describes them).  Hostile bytes.
 */
#define OID_LEN 20 /* SHA-1 */

enum file_mode {
	MODE_TYPE = 0170000,
	MODE_TREE = 0040000,
	MODE_FILE = 0100000,
	MODE_LINK = 0120000,
	MODE_MODULE = 0160000
};

/* One entry of a tree.  name is not terminated and may hold anything but NUL.
 */
struct tree_entry {
	const char *name;
	size_t len;
	const uint8_t *id; /* OID_LEN bytes */
	uint32_t mode;	   /* one of 040000 100644 100755 120000 160000 */
	size_t size;	   /* of the entry's bytes */
};

/* Parses the entry at p.  1; 0 at the end; -1 when the bytes are no tree. */
int tree_entry(const uint8_t *p, const uint8_t *end, struct tree_entry *e);

int tree_entry_is_tree(const struct tree_entry *e);

/* Git's order: by bytes, the name of a tree counting as if it ended in '/'.  A
 * file and a tree of the same name are therefore different. */
int tree_entry_cmp(const struct tree_entry *a, const struct tree_entry *b);

/* A commit's header. */
struct commit_head {
	git_oid tree;
	const char *parents; /* lines of PARENT_LINE bytes */
	size_t nparents;
	int64_t author; /* Unix time; 0 if it makes no sense */
};

#define PARENT_LINE 48 /* "parent ", 40 digits, newline */

int commit_parse(const uint8_t *data, size_t len, struct commit_head *c,
		 struct err *err);
/* The id of parent i. */
int commit_parent(const struct commit_head *c, size_t i, git_oid *id);

#endif
