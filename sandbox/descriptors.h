/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_DESCRIPTORS_H
#define BLOGD_DESCRIPTORS_H

#include "../daemon/ipc.h"

/* Both list what is open above the control channel, which wants /proc on Linux
 * (without it some thousand numbers are tried). */

/* At the start of a process: fatal if there is anything. */
void descriptors_none(void);

/* Fatal when one of them is of a kind that the role may not have, or when they
 * are more than were given and the role opens by itself. */
void descriptors_check(enum role role, unsigned given);

#endif
