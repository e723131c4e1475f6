/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SEARCH_WRITER_H
#define BLOGD_SEARCH_WRITER_H

#include "site/site.h"

/* The search index of a linked site goes to the snapshot writer: taken over
 * from the previous snapshot, or made.  -1 with err when it cannot be written.
 */
int search_writer_run(struct site *site, struct snapshot_writer *writer,
		      struct err *err);

#endif
