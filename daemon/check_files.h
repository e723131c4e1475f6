/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CHECK_FILES_H
#define BLOGD_CHECK_FILES_H

#include <stdio.h>

#include "conf.h"

/* blogd -n beyond the grammar: opens every file that the configuration names
 * and checks that keys belong to their certificates.  Prints each problem to
 * out; returns how many there are. */
int check_files(const struct conf *conf, FILE *out);

#endif
