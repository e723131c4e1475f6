/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_MOUNTS_H
#define BLOGD_MOUNTS_H

#include "../daemon/err.h"

/*
 * What PID 1 mounts: /proc, /dev (null, zero, random and urandom, nothing
 * else), /run (1 MiB).  The root is the kernel's initramfs, moved so that
 * processes can leave it behind (pivot_root).
 */
int mounts_make(struct err *err);

/* Nothing is written to the root any more: makes it read-only. */
int mounts_seal(struct err *err);

#endif
