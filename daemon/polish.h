/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_POLISH_H
#define BLOGD_POLISH_H

#include "settings.h"
#include "snapshot/snapshot.h"

/*
 * The second look at a large site that is shown already: its pages get the
 * encodings that were left out for speed.  Nothing else of it changes, so that
 * neither the source nor the catalogue is needed.
 */

/* Takes every page of the snapshot over to the writer, which continues it.
 * -1 with err when workers cannot start or memory ends. */
int polish_run(struct snapshot *s, const struct render_settings *set,
	       struct snapshot_writer *writer, uint32_t wall_ms,
	       struct err *err);

#endif
