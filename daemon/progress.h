/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_PROGRESS_H
#define BLOGD_PROGRESS_H

#include "ipc.h"

/* The progress of a fetch, on one line that is written over again; only when
 * standard error is a terminal. */
void progress_init(void); /* asks whether it is one */
void progress_show(const struct msg_progress *p);
void progress_end(void);

#endif
