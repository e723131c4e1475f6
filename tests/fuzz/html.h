/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_FUZZ_HTML_H
#define BLOGD_FUZZ_HTML_H

#include "../../daemon/buf.h"

/* Stops the process unless the HTML is balanced, every attribute is quoted, and
 * nothing in it can run script. */
void html_check(struct slice html);

#endif
