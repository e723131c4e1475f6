/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_ENTRY_H
#define BLOGD_ENTRY_H

#include "generated.h"

/* Answers a GET or HEAD with an entry of the snapshot: the variant that fits
 * (accept.h), the whole of it, nothing (conditional.h), or parts (range.h). */
void plan_entry(const struct exchange *x, const struct snapshot_entry *e);

#endif
