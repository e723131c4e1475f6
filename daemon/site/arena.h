/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_ARENA_H
#define BLOGD_ARENA_H

#include <stddef.h>

/*
 * The bounded memory of one Markdown rendering: mapped once, handed out from
 * the bottom, dropped whole by arena_reset.  When it is full `full` is called,
 * which must not return (it jumps out of the parser).  No system call, no libc
 * allocation: safe to abandon at any moment.
 */
#define ARENA_CLASSES 32 /* freed blocks are kept by size up to 512 bytes */

struct arena {
	char *base;
	size_t size, used;
	void *freed[ARENA_CLASSES];
	void (*full)(void);
};

/* Maps size bytes; they cost nothing until they are used.  -1: errno. */
int arena_map(struct arena *a, size_t size, void (*full)(void));
void arena_reset(struct arena *a);

void *arena_calloc(struct arena *a, size_t n, size_t size); /* zeroed */
void *arena_realloc(struct arena *a, void *p, size_t size);
void arena_free(struct arena *a, void *p);

#endif
