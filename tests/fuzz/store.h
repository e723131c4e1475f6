/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_FUZZ_STORE_H
#define BLOGD_FUZZ_STORE_H

#include "../../daemon/git/store_int.h"

/* Small limits, so that no input is slow because it may be. */
extern const struct git_settings fuzz_git;

struct store *fuzz_store(void);

/* Hands a pack over as libgit2 does, then reads every object of the store.  1
 * when it was taken. */
int fuzz_feed(struct store *s, const struct buf *pack);

/* Writes the checksum over all but the last 20 bytes. */
void fuzz_sign(struct buf *pack);

#endif
