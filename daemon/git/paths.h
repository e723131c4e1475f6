/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_PATHS_H
#define BLOGD_GIT_PATHS_H

#include "../buf.h"

#include <stdint.h>

/*
 * Numbers paths.  A path is a name in a directory, which is a path itself; the
 * root is 0.  Zero-initialise.
 */
#define PATHS_ROOT 0
#define PATHS_NONE UINT32_MAX

struct path_node {
	uint32_t dir;
	uint32_t len;
	uint64_t name; /* offset in names */
};

struct paths {
	struct path_node *nodes; /* number 0 stands for the root */
	uint32_t n, cap;
	uint32_t *slots; /* number; 0: empty */
	uint32_t nslots; /* a power of two */
	struct buf names;
};

/* The number of a name in a directory, made if need be. */
uint32_t paths_add(struct paths *p, uint32_t dir, struct slice name);
/* The number of a whole path ("a/b/c"), or PATHS_NONE. */
uint32_t paths_find(const struct paths *p, struct slice path);
/* Memory in use. */
uint64_t paths_bytes(const struct paths *p);
void paths_free(struct paths *p);

#endif
