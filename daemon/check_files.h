/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CHECK_FILES_H
#define BLOGD_CHECK_FILES_H

#include "conf_draft.h"

/* blogd -n beyond the grammar, for a draft that is good: opens every file that
 * the configuration names and checks that keys belong to their certificates.
 * What only readers would be warned of is a warning.  The line is the one that
 * names the repository. */
void check_files(struct draft *d, int repository_line);

#endif
