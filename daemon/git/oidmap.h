/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_OIDMAP_H
#define BLOGD_GIT_OIDMAP_H

#include <stdint.h>

#include <git2.h>

/*
 * Numbers object ids 0, 1, 2... in the order they are added; whoever uses it
 * keeps an array of its own beside ids.  Zero-initialise.
 */
struct oidmap {
	git_oid *ids;
	uint32_t n, cap;
	uint32_t *slots; /* number + 1; 0: empty */
	uint32_t nslots; /* a power of two */
};

#define OIDMAP_NONE UINT32_MAX

/* The id's number or OIDMAP_NONE. */
uint32_t oidmap_find(const struct oidmap *m, const git_oid *id);
/* The id's number, new (*added 1) or old (0). */
uint32_t oidmap_add(struct oidmap *m, const git_oid *id, int *added);
/* Forgets the ids from number n on and gives their memory back. */
void oidmap_truncate(struct oidmap *m, uint32_t n);
void oidmap_free(struct oidmap *m);

#endif
