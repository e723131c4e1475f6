/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_PATH_H
#define BLOGD_PATH_H

#include "../buf.h"

/* Parts of paths and addresses. */

int slice_begins(struct slice s, const char *with);
int slice_ends(struct slice s, const char *with);

/* What is behind the last slash. */
struct slice path_base(struct slice path);
/* Without the ending that it has of these, should its name be longer. */
struct slice path_without(struct slice path, const char *const *endings,
			  size_t n);
/* Without .md or .markdown. */
struct slice path_short(struct slice path);
/* index.md, index.markdown, index.html */
int path_is_index(struct slice path);

#endif
