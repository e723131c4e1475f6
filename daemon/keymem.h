/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_KEYMEM_H
#define BLOGD_KEYMEM_H

#include <stddef.h>

/*
 * The memory of the process that holds the private keys: one piece for all that
 * libcrypto allocates, and the stack it works on.  Both are locked (never in
 * swap), left out of core files, and mapped whole at the start, so that signing
 * needs no system call for memory.  What is freed is wiped; when the piece is
 * used up, allocations fail and the process goes on.
 */

#define KEYMEM_SIZE (3U << 20)

/* Before libcrypto is used at all.  fatal without memory; memory that cannot be
 * locked is a line in the log. */
void keymem_init(void);

/* Wipes the part of the stack below the caller, where functions that have
 * returned may have left copies. */
void keymem_wipe_stack(void);

/* Wipes everything and ends the process. */
void keymem_end(int status) __attribute__((noreturn));

/* From now on SIGTERM does keymem_end(0), whatever is going on. */
void keymem_end_on_sigterm(void);

#endif
