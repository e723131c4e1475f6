/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_MEMFD_H
#define BLOGD_MEMFD_H

#include <stddef.h>

#include "err.h"

/*
 * Memory handed between processes: written once, then sealed against writing,
 * growing, shrinking and further seals, so that the receiver can map it and
 * trust that it stays as it was when it was checked.
 */

/* A new empty memfd (close-on-exec, no exec); name shows in /proc.  -1: err. */
int memfd_new(const char *name, struct err *err);

/* Makes a memfd of size bytes and maps it writable at *map. */
int memfd_map_new(const char *name, size_t size, void **map, struct err *err);

/* Seals the size alone: what is mapped writable stays so. */
int memfd_seal_size(int fd, struct err *err);

/* Unmaps (map may be NULL) and seals.  0, or -1 with err. */
int memfd_seal(int fd, void *map, size_t size, struct err *err);

/* 0 when fd is a fully sealed memfd; its size goes to *size.  The parent calls
 * this on everything a child sends. */
int memfd_check(int fd, size_t *size, struct err *err);

/* Maps a sealed memfd of that size read-only, without a question about it. */
const void *memfd_map_sized(int fd, size_t size, struct err *err);

/* Maps a sealed memfd read-only.  Size as told by fstat goes to *size. */
const void *memfd_map(int fd, size_t *size, struct err *err);

#endif
